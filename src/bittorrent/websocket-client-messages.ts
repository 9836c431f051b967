import type { AnnounceRequest } from './announce-request.ts';
import type { TrackerFailure, TrackerReply } from './announce-response.ts';
import { ProtocolError } from './errors.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from './info-hash.ts';
import type { SwarmCounts } from './scrape.ts';
import { printableLine } from './text.ts';

/** Bytes as WebTorrent's messages carry them: a character a byte. */
function binaryString(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** An announce over WebSocket, as WebTorrent's clients send it. It makes no offers, since we speak no WebRTC: it asks for the counts. */
export function formatWebSocketAnnounce(request: AnnounceRequest): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: binaryString(request.infoHash),
    peer_id: binaryString(request.peerId),
    uploaded: request.uploaded,
    downloaded: request.downloaded,
    left: request.left,
    ...(request.event !== 'none' && { event: request.event }),
    ...(request.key !== 0 && { key: request.key.toString(16).padStart(8, '0') }),
    numwant: 0,
    offers: [],
  });
}

/** A scrape over WebSocket. */
export function formatWebSocketScrape(infoHashes: readonly InfoHash[]): string {
  return JSON.stringify({ action: 'scrape', info_hash: infoHashes.map(binaryString) });
}

/** What a tracker sent over WebSocket, checked. */
export type WebSocketReply =
  /** `infoHash` is that of the announce; some trackers leave it out. */
  | {
      readonly kind: 'announce';
      readonly infoHash: InfoHash | undefined;
      readonly reply: TrackerReply | TrackerFailure;
    }
  | { readonly kind: 'scrape'; readonly swarms: readonly SwarmCounts[] }
  /** An offer or an answer of another peer, which is no reply. */
  | { readonly kind: 'relayed' };

type Json = Readonly<Record<string, unknown>>;

const DEFAULT_INTERVAL_SECONDS = 1800;

/**
 * Reads a message of a WebSocket tracker.
 * @throws {ProtocolError} ERR_TRACKER_RESPONSE when it is none.
 */
export function decodeWebSocketReply(text: string): WebSocketReply {
  const message = parse(text);
  if (typeof message['offer_id'] === 'string') return { kind: 'relayed' };
  const infoHash = hashOf(message['info_hash']);
  const failure = message['failure reason'];
  if (failure !== undefined) return { kind: 'announce', infoHash, reply: failureOf(failure) };
  if (message['action'] === 'scrape' || isJson(message['files']))
    return { kind: 'scrape', swarms: swarmsOf(message['files']) };
  if (message['action'] !== 'announce') throw unreadable('its action is not known');
  return { kind: 'announce', infoHash, reply: replyOf(message) };
}

function parse(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable('it is no JSON', cause);
  }
  if (!isJson(value)) throw unreadable('it is no JSON object');
  return value;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(why: string, cause?: unknown): ProtocolError {
  const message = `the tracker's answer cannot be read: ${why}`;
  return new ProtocolError('ERR_TRACKER_RESPONSE', message, { cause });
}

function hashOf(value: unknown): InfoHash | undefined {
  return typeof value === 'string' ? hashFrom(value) : undefined;
}

function hashFrom(text: string): InfoHash | undefined {
  const bytes = Buffer.from(text, 'latin1');
  // A character above 255 is no byte.
  return bytes.length === INFO_HASH_LENGTH && binaryString(bytes) === text
    ? infoHashFromBytes(bytes)
    : undefined;
}

function failureOf(value: unknown): TrackerFailure {
  return {
    failure: typeof value === 'string' ? printableLine(value) : 'the tracker refused without saying why',
    retryInSeconds: undefined,
    isFinal: false,
  };
}

function replyOf(message: Json): TrackerReply {
  const warning = message['warning message'];
  return {
    intervalSeconds: count(message['interval']) || DEFAULT_INTERVAL_SECONDS,
    minIntervalSeconds: count(message['min interval']) || undefined,
    complete: count(message['complete']),
    incomplete: count(message['incomplete']),
    peers: [],
    externalIp: undefined,
    trackerId: undefined,
    warning: typeof warning === 'string' ? printableLine(warning) : undefined,
  };
}

function swarmsOf(files: unknown): SwarmCounts[] {
  if (!isJson(files)) throw unreadable('the answer to the scrape has no "files"');
  return Object.entries(files).flatMap(([key, counts]) => {
    const infoHash = hashFrom(key);
    if (infoHash === undefined || !isJson(counts)) return [];
    return [
      {
        infoHash,
        complete: count(counts['complete']) ?? 0,
        incomplete: count(counts['incomplete']) ?? 0,
        downloaded: count(counts['downloaded']) ?? 0,
      },
    ];
  });
}

/** A whole number that is not negative. */
function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
