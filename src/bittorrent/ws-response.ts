import type { AnnounceReply, FailureReply } from './announce-response.ts';
import { ProtocolError } from './errors.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from './info-hash.ts';
import { PEER_ID_LENGTH, type PeerId, peerIdFromBytes } from './peer-id.ts';
import type { SwarmCounts } from './scrape.ts';
import { printableLine } from './text.ts';
import type { WsAnswer, WsOffer } from './ws-request.ts';
import {
  binaryText,
  bytesOfBinaryText,
  isRecord,
  parseOfferId,
  parseSessionDescription,
  type SessionDescription,
} from './ws-tracker.ts';

/** The reply to an announce: counts and intervals. Peers come as offers, in messages of their own. */
export function encodeWsAnnounceReply(infoHash: InfoHash, reply: AnnounceReply): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: binaryText(infoHash),
    complete: reply.complete,
    incomplete: reply.incomplete,
    downloaded: reply.downloaded,
    interval: reply.intervalSeconds,
    'min interval': reply.minIntervalSeconds,
    ...(reply.warning !== undefined && { 'warning message': reply.warning }),
  });
}

/** What a refusal is about: clients share one socket for all torrents, and know by this whose it is. */
export interface WsAddressee {
  readonly action: 'announce' | 'scrape';
  readonly infoHash: InfoHash | undefined;
}

/** A refusal. `retry in` is in minutes, or "never" (BEP 31). */
export function encodeWsFailure({ action, infoHash }: WsAddressee, failure: FailureReply): string {
  const { retryInSeconds } = failure;
  return JSON.stringify({
    action,
    ...(infoHash !== undefined && { info_hash: binaryText(infoHash) }),
    'failure reason': failure.reason,
    'retry in': retryInSeconds === undefined ? 'never' : Math.max(1, Math.ceil(retryInSeconds / 60)),
    ...(failure.intervalSeconds !== undefined && { interval: failure.intervalSeconds }),
  });
}

/** The reply to a scrape, with the `downloaders` of BEP 21. */
export function encodeWsScrapeReply(swarms: readonly SwarmCounts[]): string {
  const files = swarms.map(
    ({ infoHash, complete, incomplete, downloaded, downloaders }) =>
      [binaryText(infoHash), { complete, incomplete, downloaded, downloaders }] as const,
  );
  return JSON.stringify({ action: 'scrape', files: Object.fromEntries(files) });
}

/** An offer, for the peer that was chosen. */
export function encodeWsOffer(infoHash: InfoHash, from: PeerId, { offer, offerId }: WsOffer): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: binaryText(infoHash),
    peer_id: binaryText(from),
    offer,
    offer_id: offerId,
  });
}

/** An answer, for the peer that made the offer. */
export function encodeWsRelayedAnswer({ infoHash, peerId, answer, offerId }: WsAnswer): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: binaryText(infoHash),
    peer_id: binaryText(peerId),
    answer,
    offer_id: offerId,
  });
}

/** What a tracker sends, checked. */
export type WsReply =
  | {
      readonly kind: 'announce';
      readonly infoHash: InfoHash;
      readonly complete: number | undefined;
      readonly incomplete: number | undefined;
      readonly intervalSeconds: number | undefined;
      readonly minIntervalSeconds: number | undefined;
      readonly warning: string | undefined;
    }
  | { readonly kind: 'scrape'; readonly swarms: readonly SwarmCounts[] }
  | {
      readonly kind: 'failure';
      readonly infoHash: InfoHash | undefined;
      readonly failure: string;
      /** From `retry in` (BEP 31); undefined when it said nothing, or "never". */
      readonly retryInSeconds: number | undefined;
      readonly isFinal: boolean;
    }
  | (Relayed & { readonly kind: 'offer' })
  | (Relayed & { readonly kind: 'answer' });

/** An offer of another peer, or his answer to ours. */
interface Relayed {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  readonly offerId: string;
  readonly description: SessionDescription;
}

/**
 * Reads a message of a tracker.
 * @throws {ProtocolError} ERR_TRACKER_RESPONSE when it is none.
 */
export function decodeWsReply(text: string): WsReply {
  const message = parseObject(text);
  const failure = message['failure reason'];
  if (typeof failure === 'string') return failureFrom(message, failure);
  if (message['action'] === 'scrape') return { kind: 'scrape', swarms: swarmsOf(message['files']) };
  const infoHash = infoHashOf(message['info_hash']);
  if (infoHash === undefined) throw unreadable('it names no torrent');
  return relayedFrom(message, infoHash) ?? announceReplyFrom(message, infoHash);
}

function failureFrom(message: Record<string, unknown>, failure: string): WsReply {
  const retryIn = message['retry in'];
  const minutes = countOf(retryIn) ?? 0;
  return {
    kind: 'failure',
    infoHash: infoHashOf(message['info_hash']),
    failure: printableLine(failure),
    retryInSeconds: minutes > 0 ? minutes * 60 : undefined,
    isFinal: retryIn === 'never',
  };
}

function parseObject(text: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    throw unreadable('it is no JSON', cause);
  }
  if (!isRecord(message)) throw unreadable('it is no JSON object');
  return message;
}

function unreadable(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('ERR_TRACKER_RESPONSE', `the tracker's message cannot be read: ${why}`, { cause });
}

function relayedFrom(message: Record<string, unknown>, infoHash: InfoHash): WsReply | undefined {
  for (const kind of ['offer', 'answer'] as const) {
    const description = parseSessionDescription(message[kind], kind);
    if (description === undefined) continue;
    const peerId = bytesOfBinaryText(message['peer_id'], PEER_ID_LENGTH);
    const offerId = parseOfferId(message['offer_id']);
    if (peerId === undefined || offerId === undefined) throw unreadable(`the ${kind} says not whose it is`);
    return { kind, infoHash, peerId: peerIdFromBytes(peerId), offerId, description };
  }
  return undefined;
}

function announceReplyFrom(message: Record<string, unknown>, infoHash: InfoHash): WsReply {
  const warning = message['warning message'];
  return {
    kind: 'announce',
    infoHash,
    complete: countOf(message['complete']),
    incomplete: countOf(message['incomplete']),
    intervalSeconds: countOf(message['interval']) ?? countOf(message['min interval']),
    minIntervalSeconds: countOf(message['min interval']),
    warning: typeof warning === 'string' ? printableLine(warning) : undefined,
  };
}

function swarmsOf(files: unknown): SwarmCounts[] {
  if (!isRecord(files)) throw unreadable('the answer to the scrape has no "files"');
  return Object.entries(files).flatMap(([name, counts]) => {
    const infoHash = infoHashOf(name);
    if (infoHash === undefined || !isRecord(counts)) return [];
    const count = (key: string): number => countOf(counts[key]) ?? 0;
    return [
      {
        infoHash,
        complete: count('complete'),
        incomplete: count('incomplete'),
        downloaded: count('downloaded'),
      },
    ];
  });
}

function infoHashOf(value: unknown): InfoHash | undefined {
  const bytes = bytesOfBinaryText(value, INFO_HASH_LENGTH);
  return bytes === undefined ? undefined : infoHashFromBytes(bytes);
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
