import { type AnnounceEvent, type AnnounceRequest, MutableRequest } from './announce-request.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from './info-hash.ts';
import { type PeerId, peerIdFromBytes } from './peer-id.ts';
import { MAX_SCRAPE_HASHES } from './scrape.ts';
import {
  binaryText,
  bytesOfBinaryText,
  isRecord,
  parseOfferId,
  parseSessionDescription,
  type SessionDescription,
} from './ws-tracker.ts';

// WebTorrent's tracker protocol: JSON objects in WebSocket messages. There is no BEP; bittorrent-tracker, WebTorrent's own
// implementation, is what everybody follows.

/** Offers of one announce that are read; more are passed over. WebTorrent sends 5, older versions 10. */
export const MAX_WS_OFFERS = 10;

/** An offer to connect by WebRTC, for whomever the tracker chooses. */
export interface WsOffer {
  /** By this the client knows the answer: 20 characters as WebTorrent writes them. Relayed as it is. */
  readonly offerId: string;
  readonly offer: SessionDescription;
}

/** An announce, with the offers that came with it. */
export interface WsAnnounce {
  readonly kind: 'announce';
  /** Port 0, for the peer listens nowhere, and no key. */
  readonly request: AnnounceRequest;
  readonly offers: readonly WsOffer[];
}

/** The answer to an offer, on its way back. */
export interface WsAnswer {
  readonly kind: 'answer';
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** Who made the offer. */
  readonly toPeerId: PeerId;
  readonly offerId: string;
  readonly answer: SessionDescription;
}

/** A scrape; with no info-hash, of everything. */
export interface WsScrape {
  readonly kind: 'scrape';
  readonly infoHashes: readonly InfoHash[];
}

/** What a client sends. */
export type WsRequest = WsAnnounce | WsAnswer | WsScrape;

/** A message that is none of these. */
export interface WsFault {
  readonly kind: 'fault';
  /** One sentence for the client, naming the member. */
  readonly fault: string;
  /** It was JSON, though of another shape. */
  readonly isJson: boolean;
  /** What the client asked for, as far as that can be told: it finds the refusal by these. */
  readonly action: 'announce' | 'scrape';
  readonly infoHash: InfoHash | undefined;
}

/** Reads a message. Members that are not known are passed over. Never throws. */
export function parseWsRequest(text: string): WsRequest | WsFault {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: 'fault', fault: 'the message is no JSON', isJson: false, ...NOBODY };
  }
  if (!isRecord(message)) return refusal('the message is no JSON object', NOBODY);
  if (message['action'] === 'scrape') return parseScrape(message);
  if (message['action'] === 'announce') return parseAnnounce(message);
  return refusal('action must be announce or scrape', NOBODY);
}

interface Addressee {
  readonly action: 'announce' | 'scrape';
  readonly infoHash: InfoHash | undefined;
}

const NOBODY: Addressee = { action: 'announce', infoHash: undefined };

function refusal(fault: string, addressee: Addressee): WsFault {
  return { kind: 'fault', fault, isJson: true, ...addressee };
}

function parseAnnounce(message: Record<string, unknown>): WsAnnounce | WsAnswer | WsFault {
  const infoHash = parseInfoHash(message['info_hash']);
  const peerId = parsePeerId(message['peer_id']);
  const addressee: Addressee = { action: 'announce', infoHash };
  if (infoHash === undefined)
    return refusal('info_hash must have 20 bytes, as characters up to U+00FF', addressee);
  if (peerId === undefined)
    return refusal('peer_id must have 20 bytes, as characters up to U+00FF', addressee);
  if (isPresent(message['answer'])) return parseAnswer(message, infoHash, peerId);
  const request = new MutableRequest();
  request.infoHash.set(infoHash);
  request.peerId.set(peerId);
  const wrong = readNumbers(message, request);
  if (wrong !== undefined) return refusal(wrong, addressee);
  request.event = EVENTS.find((event) => event === message['event']) ?? 'none';
  const offers = parseOffers(message['offers']);
  return typeof offers === 'string' ? refusal(offers, addressee) : { kind: 'announce', request, offers };
}

const EVENTS: readonly AnnounceEvent[] = ['started', 'stopped', 'completed', 'paused'];

/** Who says nothing of what is left knows no length yet (a magnet link), so it is a leecher. Returns what is wrong. */
function readNumbers(message: Record<string, unknown>, request: MutableRequest): string | undefined {
  const { uploaded, downloaded, left, numwant } = message;
  request.uploaded = amount(uploaded, 0);
  request.downloaded = amount(downloaded, 0);
  request.left = amount(left, Number.MAX_SAFE_INTEGER);
  if (Math.min(request.uploaded, request.downloaded, request.left) < 0)
    return 'uploaded, downloaded and left must be numbers that are not negative';
  if (isPresent(numwant)) {
    if (typeof numwant !== 'number') return 'numwant must be a number';
    if (numwant >= 0) request.numWant = Math.floor(Math.min(numwant, Number.MAX_SAFE_INTEGER));
  }
  return undefined;
}

/** A number of bytes; -1 for what is none. */
function amount(value: unknown, whenMissing: number): number {
  if (!isPresent(value)) return whenMissing;
  if (typeof value !== 'number' || value < 0) return -1;
  return Math.floor(Math.min(value, Number.MAX_SAFE_INTEGER)); // 1e999 is Infinity
}

/** The offers, or what is wrong with them. */
function parseOffers(value: unknown): readonly WsOffer[] | string {
  if (!isPresent(value)) return [];
  if (!Array.isArray(value)) return 'offers must be a list';
  const offers: WsOffer[] = [];
  for (const entry of value.slice(0, MAX_WS_OFFERS) as readonly unknown[]) {
    const offer = isRecord(entry) ? parseSessionDescription(entry['offer'], 'offer') : undefined;
    const offerId = isRecord(entry) ? parseOfferId(entry['offer_id']) : undefined;
    if (offer === undefined) return 'offers must have an offer of type offer with its sdp each';
    if (offerId === undefined) return 'offers must have an offer_id of 1 to 64 characters each';
    offers.push({ offerId, offer });
  }
  return offers;
}

function parseAnswer(
  message: Record<string, unknown>,
  infoHash: InfoHash,
  peerId: PeerId,
): WsAnswer | WsFault {
  const addressee: Addressee = { action: 'announce', infoHash };
  const toPeerId = parsePeerId(message['to_peer_id']);
  const offerId = parseOfferId(message['offer_id']);
  const answer = parseSessionDescription(message['answer'], 'answer');
  if (toPeerId === undefined)
    return refusal('to_peer_id must have 20 bytes, as characters up to U+00FF', addressee);
  if (offerId === undefined) return refusal('offer_id must have 1 to 64 characters', addressee);
  if (answer === undefined) return refusal('answer must be of type answer, with its sdp', addressee);
  return { kind: 'answer', infoHash, peerId, toPeerId, offerId, answer };
}

function parseScrape(message: Record<string, unknown>): WsScrape | WsFault {
  const named = message['info_hash'];
  const given: readonly unknown[] = Array.isArray(named) ? named : isPresent(named) ? [named] : [];
  const addressee: Addressee = { action: 'scrape', infoHash: undefined };
  if (given.length > MAX_SCRAPE_HASHES)
    return refusal(`info_hash must name ${MAX_SCRAPE_HASHES} torrents at most`, addressee);
  const infoHashes: InfoHash[] = [];
  for (const value of given) {
    const infoHash = parseInfoHash(value);
    if (infoHash === undefined)
      return refusal('info_hash must have 20 bytes, as characters up to U+00FF', addressee);
    infoHashes.push(infoHash);
  }
  return { kind: 'scrape', infoHashes };
}

function parseInfoHash(value: unknown): InfoHash | undefined {
  const bytes = bytesOfBinaryText(value, INFO_HASH_LENGTH);
  return bytes === undefined ? undefined : infoHashFromBytes(bytes);
}

function parsePeerId(value: unknown): PeerId | undefined {
  const bytes = bytesOfBinaryText(value, INFO_HASH_LENGTH);
  return bytes === undefined ? undefined : peerIdFromBytes(bytes);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** An announce as a client sends it; offers are left out when there are none. */
export function encodeWsAnnounce(
  request: Omit<AnnounceRequest, 'port' | 'key' | 'ip' | 'compact' | 'noPeerId'>,
  offers: readonly WsOffer[] = [],
): string {
  const { event, numWant, left } = request;
  return JSON.stringify({
    action: 'announce',
    info_hash: binaryText(request.infoHash),
    peer_id: binaryText(request.peerId),
    uploaded: request.uploaded,
    downloaded: request.downloaded,
    left,
    ...(event !== 'none' && { event }),
    ...(numWant !== undefined && { numwant: numWant }),
    ...(offers.length > 0 && { offers: offers.map(({ offer, offerId }) => ({ offer, offer_id: offerId })) }),
  });
}

/** The answer to an offer as a client sends it. */
export function encodeWsAnswer(answer: Omit<WsAnswer, 'kind'>): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: binaryText(answer.infoHash),
    peer_id: binaryText(answer.peerId),
    to_peer_id: binaryText(answer.toPeerId),
    answer: answer.answer,
    offer_id: answer.offerId,
  });
}

/** A scrape as a client sends it. */
export function encodeWsScrape(infoHashes: readonly InfoHash[]): string {
  return JSON.stringify({ action: 'scrape', info_hash: infoHashes.map(binaryText) });
}
