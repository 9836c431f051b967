import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { INFO_HASH_LENGTH } from '../../bittorrent/info-hash.ts';
import { InfoHashSet } from '../store/info-hash-set.ts';
import { AccessFileError } from './access-file-error.ts';
import { BadLines } from './bad-lines.ts';
import { readHashLine } from './hash-line.ts';
import { ListLines } from './list-lines.ts';

/** Info-hashes of one file: 200 MB. */
export const MAX_LISTED_HASHES = 5_000_000;
/** 1500 lines, or half a millisecond, after which others have their turn. */
const PIECE_BYTES = 64 * 1024;
/** The shortest line. */
const LINE_BYTES = 2 * INFO_HASH_LENGTH + 1;

/** What stands in a list. */
export interface HashList {
  readonly hashes: InfoHashSet;
  readonly badLines: BadLines;
}

/**
 * Reads a list of info-hashes, a line each: see {@link readHashLine}. Bad lines are passed over and told.
 * @throws {AccessFileError} for more than {@link MAX_LISTED_HASHES}; the system's errors as they are.
 */
export async function readHashList(path: string, signal?: AbortSignal): Promise<HashList> {
  const { size } = await stat(path);
  const hashes = new InfoHashSet(Math.min(MAX_LISTED_HASHES, Math.ceil(size / LINE_BYTES)));
  const badLines = new BadLines();
  const hash = new Uint8Array(INFO_HASH_LENGTH);
  const lines = new ListLines((bytes, start, end, number) => {
    const kind = readHashLine(bytes, start, end, hash);
    if (kind === 'bad') badLines.add(bytes, start, end, number);
    else if (kind === 'hash') hashes.add(hash);
  });
  for await (const piece of createReadStream(path, {
    highWaterMark: PIECE_BYTES,
    ...(signal !== undefined && { signal }),
  })) {
    lines.feed(piece);
    if (hashes.size > MAX_LISTED_HASHES)
      throw new AccessFileError(
        `the access list ${path} has more than ${MAX_LISTED_HASHES} info-hashes: split it into several files`,
      );
  }
  lines.end();
  return { hashes, badLines };
}
