import { open } from 'node:fs/promises';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { MAX_METAINFO_BYTES, parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import { CliError, exitCode } from './exit.ts';

/** A `.torrent` file: its bytes, and what they say. */
export interface TorrentFileContent {
  readonly bytes: Uint8Array;
  readonly metainfo: Metainfo;
}

/**
 * Reads a `.torrent` file.
 * @throws {CliError} naming the file, when it cannot be read or is no metainfo file.
 */
export async function readTorrentFile(path: string): Promise<TorrentFileContent> {
  const bytes = await readBounded(path);
  try {
    return { bytes, metainfo: parseMetainfo(bytes) };
  } catch (cause) {
    throw new CliError(`${path}: ${(cause as Error).message}`, exitCode.failed, { cause });
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
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
