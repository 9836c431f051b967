import { open } from 'node:fs/promises';
import { MAX_METAINFO_BYTES } from '../bittorrent/metainfo-parse.ts';
import { CliError, exitCode } from './exit.ts';

/**
 * The bytes of a `.torrent` file.
 * @throws {CliError} when it cannot be read, or is larger than any metainfo file that is accepted.
 */
export async function readTorrentFile(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(
      cause.code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read (${cause.code})`,
      exitCode.failed,
      { cause },
    );
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new CliError(`${path} is no file; name a .torrent file`);
    if (stats.size > MAX_METAINFO_BYTES)
      throw new CliError(`${path} is no .torrent file: it has more than ${MAX_METAINFO_BYTES} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
