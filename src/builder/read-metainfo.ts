import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { ProtocolError } from '../bittorrent/errors.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { MAX_METAINFO_BYTES, parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import { BuilderError, quoted, readError } from './hashing/errors.ts';

/** A `.torrent` file: its bytes, and what they say. */
export interface MetainfoFile {
  readonly bytes: Uint8Array;
  readonly metainfo: Metainfo;
}

// Without O_NONBLOCK, opening a FIFO would wait for whoever writes into it. Windows has no such flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const READ_BYTES = 1 << 20;

/**
 * Reads a `.torrent` file of up to 64 MiB: v1, v2 or hybrid.
 * @throws {BuilderError} ERR_FILE_MISSING, ERR_FILE_UNREADABLE; ERR_METAINFO when it is something else, larger, or not as a torrent must be.
 *   The message names the path.
 */
export async function readMetainfo(path: string): Promise<MetainfoFile> {
  const bytes = await readBounded(path);
  try {
    return { bytes, metainfo: parseMetainfo(bytes) };
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new BuilderError('ERR_METAINFO', `${quoted(path)}: ${cause.message}`, { path, cause });
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, OPEN_FLAGS);
    await checkKind(file, path);
    // One byte more than a torrent may have: a file can grow, and those of /proc do not say how long they are.
    const how = { end: MAX_METAINFO_BYTES, highWaterMark: READ_BYTES, autoClose: false };
    const bytes = await buffer(file.createReadStream(how));
    if (bytes.length > MAX_METAINFO_BYTES) throw tooLarge(path);
    return bytes;
  } catch (error) {
    throw error instanceof BuilderError ? error : readError(path, error);
  }
}

async function checkKind(file: FileHandle, path: string): Promise<void> {
  const found = await file.stat();
  if (!found.isFile())
    throw new BuilderError('ERR_METAINFO', `${quoted(path)} is no file: name a .torrent file`, { path });
  if (found.size > MAX_METAINFO_BYTES) throw tooLarge(path);
}

function tooLarge(path: string): BuilderError {
  return new BuilderError(
    'ERR_METAINFO',
    `${quoted(path)} is no .torrent file: it has more than ${MAX_METAINFO_BYTES} bytes`,
    { path },
  );
}
