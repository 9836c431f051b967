import { type AnnounceEvent, type AnnounceRequest, MutableRequest } from './announce-request.ts';
import { type AddressFamily, parseAddress } from './endpoint.ts';
import type { RequestFault } from './errors.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from './info-hash.ts';
import { MAX_SCRAPE_HASHES } from './scrape.ts';
import { encodeUdpOptions, parseUdpOptions } from './udp-options.ts';
import {
  readUint64,
  UDP_ANNOUNCE,
  UDP_ANNOUNCE_BYTES,
  UDP_CONNECT,
  UDP_CONNECTION_ID_BYTES,
  UDP_PROTOCOL_ID,
  UDP_REQUEST_HEAD_BYTES,
  UDP_SCRAPE,
  writeUint64,
} from './udp-tracker.ts';

/** Where the fields of an announce lie (BEP 15). */
const INFO_HASH = 16;
const PEER_ID = 36;
const DOWNLOADED = 56;
const LEFT = 64;
const UPLOADED = 72;
const EVENT = 80;
const IP = 84;
const KEY = 88;
const NUM_WANT = 92;
const PORT = 96;

/** Events by their numbers. BEP 15 ends at 3; libtorrent sends BEP 21's as 4. */
const EVENTS: readonly AnnounceEvent[] = ['none', 'completed', 'started', 'stopped', 'paused'];

/** An announce over UDP, and the request itself: kept by a front end, which reads one after another into it. */
export class MutableUdpRequest extends MutableRequest {
  /** The path and query of the announce URL, as the client gave them (BEP 41); empty when it did not. */
  urlData = '';
}

/** The action of a request, -1 when the packet is too short to be one. Connect only with the protocol's own id. Never throws. */
export function udpActionOf(packet: Buffer): number {
  if (packet.length < UDP_REQUEST_HEAD_BYTES) return -1;
  const action = packet.readUInt32BE(UDP_CONNECTION_ID_BYTES);
  if (action !== UDP_CONNECT) return action;
  return packet.compare(UDP_PROTOCOL_ID, 0, UDP_CONNECTION_ID_BYTES, 0, UDP_CONNECTION_ID_BYTES) === 0
    ? action
    : -1;
}

/**
 * Reads an announce (BEP 15, BEP 41) that came over a socket of `family`. Unknown events are updates. The ip field has 32 bits, so
 * over IPv6 it says nothing. Never throws.
 */
export function parseUdpAnnounce(
  packet: Buffer,
  family: AddressFamily,
  request: MutableUdpRequest = new MutableUdpRequest(),
): MutableUdpRequest | RequestFault {
  if (packet.length < UDP_ANNOUNCE_BYTES)
    return { fault: `an announce has ${UDP_ANNOUNCE_BYTES} bytes or more` };
  request.reset();
  packet.copy(request.infoHash, 0, INFO_HASH, INFO_HASH + INFO_HASH_LENGTH);
  packet.copy(request.peerId, 0, PEER_ID, DOWNLOADED);
  request.downloaded = readUint64(packet, DOWNLOADED);
  request.left = readUint64(packet, LEFT);
  request.uploaded = readUint64(packet, UPLOADED);
  request.event = EVENTS[packet.readUInt32BE(EVENT)] ?? 'none';
  if (family === 4 && packet.readUInt32BE(IP) !== 0) request.ip = packet.subarray(IP, KEY).join('.');
  request.key = packet.readUInt32BE(KEY);
  const wanted = packet.readInt32BE(NUM_WANT);
  request.numWant = wanted < 0 ? undefined : wanted; // -1: the tracker's default
  request.port = packet.readUInt16BE(PORT);
  if (request.port === 0) return { fault: 'port must lie between 1 and 65535' };
  const urlData = packet.length === UDP_ANNOUNCE_BYTES ? '' : parseUdpOptions(packet, UDP_ANNOUNCE_BYTES);
  if (typeof urlData !== 'string') return urlData;
  request.urlData = urlData;
  return request;
}

/** Reads a scrape: 1 to 74 info-hashes (BEP 15). Never throws. */
export function parseUdpScrape(packet: Buffer): InfoHash[] | RequestFault {
  const bytes = packet.length - UDP_REQUEST_HEAD_BYTES;
  if (bytes <= 0 || bytes % INFO_HASH_LENGTH !== 0)
    return { fault: 'a scrape has info-hashes of 20 bytes each' };
  if (bytes > MAX_SCRAPE_HASHES * INFO_HASH_LENGTH)
    return { fault: `a scrape has ${MAX_SCRAPE_HASHES} info-hashes at most` };
  const hashes: InfoHash[] = [];
  for (let at = UDP_REQUEST_HEAD_BYTES; at < packet.length; at += INFO_HASH_LENGTH)
    hashes.push(infoHashFromBytes(packet.subarray(at, at + INFO_HASH_LENGTH)));
  return hashes;
}

/** What a request begins with. */
export interface UdpRequestHead {
  /** The 8 bytes that the tracker gave. */
  readonly connectionId: Uint8Array;
  /** 32 bits by which the client knows the reply. */
  readonly transactionId: number;
}

/** The request for a connection id. */
export function encodeUdpConnect(transactionId: number): Buffer {
  return requestOf(UDP_REQUEST_HEAD_BYTES, { connectionId: UDP_PROTOCOL_ID, transactionId }, UDP_CONNECT);
}

/** An announce; `urlData` is the path and query of the announce URL (BEP 41), left out when empty. An IPv6 `ip` is left out. */
export function encodeUdpAnnounce(head: UdpRequestHead, request: AnnounceRequest, urlData = ''): Buffer {
  const packet = requestOf(UDP_ANNOUNCE_BYTES, head, UDP_ANNOUNCE);
  packet.set(request.infoHash, INFO_HASH);
  packet.set(request.peerId, PEER_ID);
  writeUint64(packet, DOWNLOADED, request.downloaded);
  writeUint64(packet, LEFT, request.left);
  writeUint64(packet, UPLOADED, request.uploaded);
  packet.writeUInt32BE(EVENTS.indexOf(request.event), EVENT);
  const ip = request.ip === undefined ? undefined : parseAddress(request.ip);
  if (ip?.length === 4) packet.set(ip, IP);
  packet.writeUInt32BE(request.key, KEY);
  packet.writeInt32BE(Math.min(request.numWant ?? -1, 0x7fffffff), NUM_WANT);
  packet.writeUInt16BE(request.port, PORT);
  return urlData === '' ? packet : Buffer.concat([packet, encodeUdpOptions(urlData)]);
}

/** A scrape of up to 74 swarms. */
export function encodeUdpScrape(head: UdpRequestHead, infoHashes: readonly InfoHash[]): Buffer {
  return Buffer.concat([requestOf(UDP_REQUEST_HEAD_BYTES, head, UDP_SCRAPE), ...infoHashes]);
}

function requestOf(length: number, { connectionId, transactionId }: UdpRequestHead, action: number): Buffer {
  const packet = Buffer.alloc(length);
  packet.set(connectionId.subarray(0, UDP_CONNECTION_ID_BYTES));
  packet.writeUInt32BE(action, UDP_CONNECTION_ID_BYTES);
  packet.writeUInt32BE(transactionId, UDP_CONNECTION_ID_BYTES + 4);
  return packet;
}
