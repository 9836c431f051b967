import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AccessFileError } from './access-file-error.ts';
import type { RangeColumns } from './address-ranges.ts';
import { type BadLine, BadLines } from './bad-lines.ts';
import { ListLines } from './list-lines.ts';
import { MAX_RANGES, RangeCollector } from './range-collector.ts';
import { readRangeLine } from './range-line.ts';

/** Bytes of a list, unpacked. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Two bytes with which gzip begins (RFC 1952). */
const GZIP_MAGIC = [0x1f, 0x8b];

/** What stands in a list of addresses: plain data, for it crosses from thread to thread. */
export interface RangeListContent {
  readonly columns: RangeColumns;
  readonly badLines: { readonly count: number; readonly first: readonly BadLine[] };
}

/**
 * Reads a list of addresses, packed with gzip or not: see {@link readRangeLine}. It works without a pause: run it in a thread of its own.
 * @throws {AccessFileError} for a list that is too large; the system's errors as they are.
 */
export async function readRangeListHere(path: string): Promise<RangeListContent> {
  const ranges = new RangeCollector();
  const badLines = new BadLines();
  const lines = new ListLines((bytes, start, end, number) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const range = readRangeLine(number === 1 ? text.replace(/^\u00ef\u00bb\u00bf/, '') : text);
    if (range === 'bad') badLines.add(bytes, start, end, number);
    else if (range !== 'nothing' && !ranges.add(range))
      throw new AccessFileError(
        `the access list ${path} has more than ${MAX_RANGES} ranges: it is no list of addresses`,
      );
  });
  let total = 0;
  const take = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of pieces) {
      total += piece.length;
      if (total > MAX_BYTES)
        throw new AccessFileError(`the access list ${path} has more than ${MAX_BYTES} bytes`);
      lines.feed(piece);
    }
    lines.end();
  };
  if (await isPacked(path)) await pipeline(createReadStream(path), createGunzip(), take);
  else await pipeline(createReadStream(path), take);
  return { columns: ranges.toColumns(), badLines: { count: badLines.count, first: badLines.first } };
}

async function isPacked(path: string): Promise<boolean> {
  for await (const piece of createReadStream(path, { end: GZIP_MAGIC.length - 1 }))
    return GZIP_MAGIC.every((byte, i) => piece[i] === byte);
  return false;
}
