import type { RequestFault } from './errors.ts';
import { INFO_HASH_LENGTH, type InfoHash } from './info-hash.ts';
import { PEER_ID_LENGTH, type PeerId } from './peer-id.ts';
import {
  asciiText,
  bytesAre,
  decimal,
  decodeExactly,
  decodeInfoHash,
  endOfKey,
  endOfValue,
  hexDigit,
  percentEncode,
} from './query.ts';

/** What an announce tells beside its numbers (BEP 3); `paused` is a partial seed's (BEP 21). Anything unknown is `none`: an update. */
export type AnnounceEvent = 'none' | 'completed' | 'started' | 'stopped' | 'paused';

/** An announce, whatever protocol carried it (BEP 3, 7, 15, 23). */
export interface AnnounceRequest {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** Where the peer listens, 1 to 65535. */
  readonly port: number;
  /** Bytes since `started`. */
  readonly uploaded: number;
  /** Bytes since `started`. */
  readonly downloaded: number;
  /** Bytes that the peer still needs; 0 is a seeder. Held at 2^53 - 1. */
  readonly left: number;
  readonly event: AnnounceEvent;
  /** Peers wanted; undefined when the client leaves it to the tracker. */
  readonly numWant: number | undefined;
  /** A number by which the client proves itself after its address changed; 0 when there is none. */
  readonly key: number;
  /** The address that the client says it has; whether it counts is the tracker's rule. Not checked. */
  readonly ip: string | undefined;
  /** Peers as bytes (BEP 23) rather than as dictionaries. */
  readonly compact: boolean;
  /** Leave the peer ids out of dictionaries. */
  readonly noPeerId: boolean;
}

/** Reads one value into the request; returns what is wrong with it. */
type ParameterReader = (
  request: MutableRequest,
  bytes: Uint8Array,
  start: number,
  end: number,
) => string | undefined;

/** The parameters that are read; all others (`trackerid`, `supportcrypto`, `corrupt`, ...) are passed over. */
const READERS: readonly (readonly [name: string, read: ParameterReader])[] = [
  ['info_hash', (request, bytes, start, end) => readInfoHash(bytes, start, end, request.infoHash)],
  ['peer_id', (request, bytes, start, end) => exactly20(bytes, start, end, request.peerId)],
  ['port', readPort],
  ['uploaded', readUploaded],
  ['downloaded', readDownloaded],
  ['left', readLeft],
  ['event', readEvent],
  ['numwant', readNumWant],
  ['compact', readCompact],
  ['no_peer_id', readNoPeerId],
  ['key', readKey],
  ['ip', readIp],
];

const SHAPES = 64;

/** A number that tells our parameters apart. */
function shapeOf(length: number, firstByte: number | undefined): number {
  return ((firstByte ?? 0) * 2 + length) % SHAPES;
}

const PARAMETERS = READERS.map(([name, read], index) => ({
  name,
  bytes: Buffer.from(name),
  bit: 1 << index,
  read,
}));

/** Parameters by length and first letter, so that each name in a query is compared with one of ours at most. */
const BY_SHAPE: readonly ((typeof PARAMETERS)[number] | undefined)[] = tableByShape();

function tableByShape(): ((typeof PARAMETERS)[number] | undefined)[] {
  const table = new Array<(typeof PARAMETERS)[number] | undefined>(SHAPES).fill(undefined);
  for (const parameter of PARAMETERS) {
    const shape = shapeOf(parameter.name.length, parameter.bytes[0]);
    const other = table[shape];
    if (other !== undefined)
      throw new Error(`${parameter.name} has the shape of ${other.name}: change shapeOf`);
    table[shape] = parameter;
  }
  return table;
}

/** The first six of {@link PARAMETERS} have to be there. */
const REQUIRED = PARAMETERS.slice(0, 6);
const REQUIRED_BITS = (1 << REQUIRED.length) - 1;

/**
 * An announce while its parameters are read, and the request itself afterwards. A front end that answers before it reads
 * the next one keeps a single instance and passes it to {@link parseAnnounceQuery} each time.
 */
export class MutableRequest implements AnnounceRequest {
  readonly infoHash = new Uint8Array(INFO_HASH_LENGTH) as InfoHash; // filled with exactly its length, or the request is refused
  readonly peerId = new Uint8Array(PEER_ID_LENGTH) as PeerId; // the same
  port = 0;
  uploaded = 0;
  downloaded = 0;
  left = 0;
  event: AnnounceEvent = 'none';
  numWant: number | undefined = undefined;
  key = 0;
  ip: string | undefined = undefined;
  compact = true; // BEP 23: a tracker may send bytes unless the client says compact=0
  noPeerId = false;

  /** Forgets the optional parameters; the others are overwritten, or the request is refused. */
  reset(): void {
    this.event = 'none';
    this.numWant = undefined;
    this.key = 0;
    this.ip = undefined;
    this.compact = true;
    this.noPeerId = false;
  }
}

/**
 * Reads the query string of an HTTP announce (BEP 3), the bytes from `start` to `end`, without the "?".
 * A fault names the parameter that is missing, doubled, of the wrong length or out of range. Never throws.
 * `request`: what to read into; bench codec/parse: making a new one costs a third of the whole.
 */
export function parseAnnounceQuery(
  query: Uint8Array,
  start: number,
  end: number,
  request: MutableRequest = new MutableRequest(),
): AnnounceRequest | RequestFault {
  request.reset();
  let seen = 0;
  for (let keyStart = start; keyStart < end; ) {
    const keyEnd = endOfKey(query, keyStart, end);
    const valueEnd = endOfValue(query, keyEnd, end);
    const parameter = BY_SHAPE[shapeOf(keyEnd - keyStart, query[keyStart])];
    if (parameter !== undefined && bytesAre(query, keyStart, keyEnd, parameter.bytes)) {
      if ((seen & parameter.bit) !== 0) return { fault: `${parameter.name} is given twice` };
      seen |= parameter.bit;
      const wrong = parameter.read(request, query, Math.min(keyEnd + 1, valueEnd), valueEnd);
      if (wrong !== undefined) return { fault: `${parameter.name} ${wrong}` };
    }
    keyStart = valueEnd + 1;
  }
  if ((seen & REQUIRED_BITS) === REQUIRED_BITS) return request;
  const missing = REQUIRED.find((parameter) => (seen & parameter.bit) === 0);
  return { fault: `${missing?.name} is missing` };
}

function exactly20(bytes: Uint8Array, start: number, end: number, out: Uint8Array): string | undefined {
  return decodeExactly(bytes, start, end, out) ? undefined : 'must have 20 bytes';
}

function readInfoHash(bytes: Uint8Array, start: number, end: number, out: Uint8Array): string | undefined {
  return decodeInfoHash(bytes, start, end, out) ? undefined : 'must have 20 bytes';
}

function readPort(
  request: MutableRequest,
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  request.port = decimal(bytes, start, end);
  return request.port >= 1 && request.port <= 65535 ? undefined : 'must lie between 1 and 65535';
}

function readUploaded(
  request: MutableRequest,
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  request.uploaded = decimal(bytes, start, end);
  return notNegative(request.uploaded);
}

function readDownloaded(
  request: MutableRequest,
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  request.downloaded = decimal(bytes, start, end);
  return notNegative(request.downloaded);
}

function readLeft(
  request: MutableRequest,
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  request.left = decimal(bytes, start, end);
  return notNegative(request.left);
}

function readCompact(request: MutableRequest, bytes: Uint8Array, start: number, end: number): undefined {
  request.compact = !isZero(bytes, start, end);
}

function readNoPeerId(request: MutableRequest, bytes: Uint8Array, start: number, end: number): undefined {
  request.noPeerId = !isZero(bytes, start, end);
}

function readKey(request: MutableRequest, bytes: Uint8Array, start: number, end: number): undefined {
  request.key = keyNumber(bytes, start, end);
}

function readIp(request: MutableRequest, bytes: Uint8Array, start: number, end: number): undefined {
  request.ip = decodedText(bytes, start, end);
}

/** Negative numbers ("-1": as many as you like) leave it to the tracker. */
function readNumWant(
  request: MutableRequest,
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  if (start === end || bytes[start] === 0x2d) return undefined;
  const wanted = decimal(bytes, start, end);
  if (wanted < 0) return 'must be a number';
  request.numWant = wanted;
  return undefined;
}

function readEvent(request: MutableRequest, bytes: Uint8Array, start: number, end: number): undefined {
  if (bytesAre(bytes, start, end, STARTED)) request.event = 'started';
  else if (bytesAre(bytes, start, end, STOPPED)) request.event = 'stopped';
  else if (bytesAre(bytes, start, end, COMPLETED)) request.event = 'completed';
  else if (bytesAre(bytes, start, end, PAUSED)) request.event = 'paused';
}

const STARTED = Buffer.from('started');
const STOPPED = Buffer.from('stopped');
const COMPLETED = Buffer.from('completed');
const PAUSED = Buffer.from('paused');

function notNegative(value: number): string | undefined {
  return value < 0 ? 'must be a number that is not negative' : undefined;
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 && bytes[start] === 0x30;
}

/**
 * Up to eight hexadecimal digits are the number that the client sends over UDP (BEP 15) as well, so one client has one key.
 * Any other text is hashed: all that matters is that it stays the same.
 */
function keyNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= 8) {
    let value = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = hexDigit(bytes[at], true);
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at === end) return value;
  }
  let hash = 0x811c9dc5; // FNV-1a
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
}

function decodedText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = asciiText(bytes, start, end).replace(/%3a/gi, ':');
  return text === '' ? undefined : text;
}

/** The URL of an announce: the tracker's announce URL with the parameters behind whatever query it already has (BEP 3). */
export function formatAnnounceUrl(announceUrl: string, request: AnnounceRequest): string {
  const parameters = [
    `info_hash=${percentEncode(request.infoHash)}`,
    `peer_id=${percentEncode(request.peerId)}`,
    `port=${request.port}`,
    `uploaded=${request.uploaded}`,
    `downloaded=${request.downloaded}`,
    `left=${request.left}`,
    `compact=${request.compact ? 1 : 0}`,
  ];
  if (request.noPeerId) parameters.push('no_peer_id=1');
  if (request.event !== 'none') parameters.push(`event=${request.event}`);
  if (request.numWant !== undefined) parameters.push(`numwant=${request.numWant}`);
  if (request.key !== 0) parameters.push(`key=${request.key.toString(16).padStart(8, '0')}`);
  if (request.ip !== undefined) parameters.push(`ip=${encodeURIComponent(request.ip)}`);
  return `${announceUrl}${announceUrl.includes('?') ? '&' : '?'}${parameters.join('&')}`;
}
