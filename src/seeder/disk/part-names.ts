import * as fs from 'node:fs/promises';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { occupied } from './prepare-files.ts';
import { renameNew } from './rename-new.ts';
import type { StoredFile } from './storage-layout.ts';
import { unwritable } from './torrent-writer.ts';

/** What stands behind the name of a file that is not complete. */
const SUFFIX = '.part';
/** The longest name of a file on any system. */
const MAX_NAME_BYTES = 255;

/**
 * Where each file of a torrent lies while it is not complete: under its name with `.part` behind it. Undefined for one that goes by its own
 * name from the beginning: it is empty or padding, its name would be too long, or another file of the torrent has it.
 */
export function partNamesOf(info: Info, files: readonly StoredFile[]): (string | undefined)[] {
  // As on file systems that do not tell cases apart.
  const taken = new Set(files.map(({ path }) => path.toLowerCase()));
  return files.map(({ path, length, isPadding }, index) => {
    if (isPadding || length === 0) return undefined;
    const name = info.files[index]?.path.at(-1) ?? info.name;
    if (Buffer.byteLength(name) + SUFFIX.length > MAX_NAME_BYTES) return undefined;
    return taken.has((path + SUFFIX).toLowerCase()) ? undefined : path + SUFFIX;
  });
}

/**
 * A rename that was cut short by a crash leaves the former name beside the new one, for the same file: it goes. Another file of that
 * name stays. Never throws: nobody needs it.
 */
export async function dropFormerName({ path }: StoredFile, partName: string): Promise<void> {
  const [now, former] = await Promise.all(
    [path, partName].map((name) => fs.lstat(name).catch(() => undefined)),
  );
  if (now?.isFile() && former?.ino === now.ino && former.dev === now.dev)
    await fs.unlink(partName).catch(() => {});
}

/** A file that is not complete, under the name that says so. */
export function underPartName(file: StoredFile, partName: string): StoredFile {
  return { ...file, path: partName, finalPath: file.path };
}

/**
 * Gives a file that is complete its own name, and never takes that from another.
 * @param onRenamed told where it lies now; until it returns it can be opened by its former name as well, where there are hard links.
 * @throws {SeederError} ERR_TARGET_OCCUPIED, ERR_STORAGE_*.
 */
export async function renameToFinal(file: StoredFile, onRenamed: (place: StoredFile) => void): Promise<void> {
  const { finalPath, ...place } = file;
  if (finalPath === undefined) return;
  try {
    await renameNew(file.path, finalPath, () => onRenamed({ ...place, path: finalPath }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw occupied(finalPath, `came there meanwhile, and ${file.path} is to have that name`);
    throw unwritable(finalPath, error);
  }
}
