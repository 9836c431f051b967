import { promises as fs } from 'node:fs';
import { join, relative } from 'node:path';

/** Files that are looked at together. */
const BATCH = 16;

/**
 * Holds files that were read against what they seemed to be: whoever may put things into a watched folder must not have others published
 * by putting a symbolic link in the place of a file or folder that was looked at before. What has been hashed is served only
 * while it has the same bytes, so that one look behind the reading is enough.
 * @param files absolute paths in the folder, which may be reached by a link itself.
 * @throws {Error} naming the file that lies behind a link, or has gone.
 */
export async function requireNoLinks(folder: string, files: readonly string[]): Promise<void> {
  const real = await fs.realpath(folder);
  const look = async (file: string): Promise<void> => {
    const below = relative(folder, file);
    if ((await fs.realpath(file)) !== join(real, below))
      throw new Error(`${file} lies behind a symbolic link: put the file itself there`);
  };
  for (let at = 0; at < files.length; at += BATCH) await Promise.all(files.slice(at, at + BATCH).map(look));
}
