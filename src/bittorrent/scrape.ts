import { isPasskey } from './announce-path.ts';
import { decodeBencode, integerOf, isDictionary, textOf } from './bencode.ts';
import { BencodedDictionary } from './bencode-dictionary.ts';
import { BencodeWriter } from './bencode-writer.ts';
import { ProtocolError, type RequestFault } from './errors.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from './info-hash.ts';
import { bytesAre, decodeInfoHash, eachParameter, percentEncode } from './query.ts';
import { printableLine } from './text.ts';

/** The state of one swarm (BEP 48). */
export interface SwarmCounts {
  readonly infoHash: InfoHash;
  /** Seeders now. */
  readonly complete: number;
  /** Leechers now, partial seeds among them. */
  readonly incomplete: number;
  /** Those of them that want data (BEP 21); undefined when a foreign tracker does not tell. */
  readonly downloaders?: number | undefined;
  /** Times completed. */
  readonly downloaded: number;
}

/** Info-hashes that one scrape may ask for; as many as fit a UDP scrape (BEP 15). */
export const MAX_SCRAPE_HASHES = 74;

const INFO_HASH = Buffer.from('info_hash');

/** Reads the query string of a scrape: the info-hashes, none for a full scrape. A fault names the parameter. Never throws. */
export function parseScrapeQuery(query: Uint8Array, start: number, end: number): InfoHash[] | RequestFault {
  const hashes: InfoHash[] = [];
  const fault = eachParameter(query, start, end, (keyStart, keyEnd, valueEnd) => {
    if (!bytesAre(query, keyStart, keyEnd, INFO_HASH)) return undefined;
    const hash = new Uint8Array(INFO_HASH_LENGTH);
    if (!decodeInfoHash(query, Math.min(keyEnd + 1, valueEnd), valueEnd, hash))
      return { fault: 'info_hash must have 20 bytes' };
    if (hashes.length === MAX_SCRAPE_HASHES)
      return { fault: `info_hash is given more than ${MAX_SCRAPE_HASHES} times` };
    hashes.push(hash as InfoHash); // filled with exactly its length
    return undefined;
  });
  return fault ?? hashes;
}

/**
 * The URL of a scrape, from an announce URL whose last part begins with `announce` (BEP 48), a passkey behind it not counted; undefined
 * when there is none.
 */
export function formatScrapeUrl(announceUrl: string, infoHashes: readonly InfoHash[]): string | undefined {
  const match = /^([^?]*\/)announce([^/?]*|\/[^/?]+)(\?.*)?$/.exec(announceUrl);
  if (match === null || (match[2]?.startsWith('/') && !isPasskey(match[2].slice(1)))) return undefined;
  const [, base = '', suffix = '', query = ''] = match;
  const parameters = infoHashes.map((infoHash) => `info_hash=${percentEncode(infoHash)}`).join('&');
  return `${base}scrape${suffix}${query === '' ? '?' : `${query}&`}${parameters}`;
}

/**
 * The bencoded answer (BEP 48), sorted. Keys of `files` are raw bytes, which an encoder of text keys cannot write; and one that builds
 * values first takes ten times as long, which shows in a scrape of everything.
 */
export function encodeScrapeReply(swarms: readonly SwarmCounts[]): Uint8Array {
  const sorted = [...swarms].sort((a, b) => Buffer.compare(a.infoHash, b.infoHash));
  const writer = new BencodeWriter(Buffer.allocUnsafe(sorted.length * MAX_SWARM_BYTES + 16));
  writer.literal('d5:filesd');
  sorted.forEach((swarm, i) => {
    const before = sorted[i - 1];
    if (before !== undefined && Buffer.compare(before.infoHash, swarm.infoHash) === 0) return; // a key stands once
    writer.bytes(swarm.infoHash).integer(COMPLETE, swarm.complete).integer(DOWNLOADED, swarm.downloaded);
    if (swarm.downloaders !== undefined) writer.integer(DOWNLOADERS, swarm.downloaders);
    writer.integer(INCOMPLETE, swarm.incomplete).short(END);
  });
  return writer.literal('ee').buffer.subarray(0, writer.at);
}

// The keys of a swarm's counts, in their order.
const COMPLETE = Buffer.from('d8:completei');
const DOWNLOADED = Buffer.from('10:downloadedi');
const DOWNLOADERS = Buffer.from('11:downloadersi');
const INCOMPLETE = Buffer.from('10:incompletei');
const END = Buffer.from('e');
/** An info-hash, and four counts of 16 digits. */
const MAX_SWARM_BYTES = 160;

/** The answer is read swarm by swarm, so an item costs its bytes only. */
const REPLY_LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 8, maxItems: 2_000_000 };
const COUNTS_LIMITS = { maxBytes: 4096, maxDepth: 4, maxItems: 100 };

/**
 * Reads the answer to a scrape. Swarms whose counts are missing or negative count as zero.
 * @throws {ProtocolError} ERR_TRACKER_RESPONSE when it is none, or a failure.
 */
export function decodeScrapeReply(bytes: Uint8Array): SwarmCounts[] {
  try {
    const reply = new BencodedDictionary(bytes, REPLY_LIMITS);
    const failure = textOf(reply.get('failure reason'));
    if (failure !== undefined)
      throw new ProtocolError(
        'ERR_TRACKER_RESPONSE',
        `the tracker refused the scrape: ${printableLine(failure)}`,
      );
    const files = reply.raw('files');
    if (files === undefined)
      throw new ProtocolError('ERR_TRACKER_RESPONSE', 'the answer to the scrape has no "files"');
    return swarmsFrom(files);
  } catch (cause) {
    if (!(cause instanceof ProtocolError) || cause.code === 'ERR_TRACKER_RESPONSE') throw cause;
    throw new ProtocolError(
      'ERR_TRACKER_RESPONSE',
      `the answer to the scrape cannot be read: ${cause.message}`,
      { cause },
    );
  }
}

/** `files` by the raw bytes of its keys: text keys would lose bytes that are not UTF-8. */
function swarmsFrom(files: Uint8Array): SwarmCounts[] {
  const swarms: SwarmCounts[] = [];
  for (const [key, raw] of new BencodedDictionary(files, REPLY_LIMITS).entries()) {
    const infoHash = infoHashOfKey(key);
    if (infoHash === undefined) continue;
    const counts = decodeBencode(raw, COUNTS_LIMITS);
    if (!isDictionary(counts)) continue;
    const count = (name: string): number => Math.max(0, integerOf(counts[name]) ?? 0);
    swarms.push({
      infoHash,
      complete: count('complete'),
      incomplete: count('incomplete'),
      ...(counts['downloaders'] !== undefined && { downloaders: count('downloaders') }),
      downloaded: count('downloaded'),
    });
  }
  return swarms;
}

/** The npm package bittorrent-tracker writes each byte of a key as a character of UTF-8, so that most take two bytes. */
function infoHashOfKey(key: Uint8Array): InfoHash | undefined {
  if (key.length === INFO_HASH_LENGTH) return infoHashFromBytes(key);
  if (key.length < INFO_HASH_LENGTH || key.length > 2 * INFO_HASH_LENGTH) return undefined;
  const text = Buffer.from(key).toString();
  const bytes = Buffer.from(text, 'latin1');
  return bytes.length === INFO_HASH_LENGTH && bytes.toString('latin1') === text
    ? infoHashFromBytes(bytes)
    : undefined;
}
