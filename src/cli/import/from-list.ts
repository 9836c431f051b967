import { createReadStream } from 'node:fs';
import { INFO_HASH_LENGTH, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { readHashLine } from '../../tracker/access/hash-line.ts';
import { ListLines } from '../../tracker/access/list-lines.ts';
import { CliError } from '../exit.ts';
import type { ImportItem } from './import-item.ts';

/** What the info-hashes of a list are to be here. */
export const LIST_TARGETS = ['registered', 'allow', 'deny'] as const;
export type ListTarget = (typeof LIST_TARGETS)[number];

/** The info-hashes of a list in opentracker's format. */
export async function* fromList(path: string, target: ListTarget): AsyncGenerator<ImportItem> {
  const hash = new Uint8Array(INFO_HASH_LENGTH);
  let items: ImportItem[] = [];
  const lines = new ListLines((bytes, start, end, lineNumber) => {
    const kind = readHashLine(bytes, start, end, hash);
    if (kind === 'hash') items.push(itemOf(infoHashToHex(hash), target));
    else if (kind === 'bad')
      items.push({
        kind: 'bad',
        what: `${path}:${lineNumber}`,
        why: 'the line is no info-hash in hexadecimal digits',
      });
  });
  try {
    for await (const piece of createReadStream(path)) {
      lines.feed(piece as Buffer); // no encoding is set
      yield* items;
      items = [];
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new CliError(code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read (${code})`, 1, {
      cause,
    });
  }
  lines.end();
  yield* items;
}

function itemOf(infoHash: string, target: ListTarget): ImportItem {
  if (target === 'registered') return { kind: 'bare', infoHash, name: undefined, lengthBytes: undefined };
  return { kind: 'listed', list: target, infoHash };
}
