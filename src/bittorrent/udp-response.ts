import type { AnnounceReply } from './announce-response.ts';
import { compactPeerLength, decodeCompactPeers } from './compact-peers.ts';
import type { AddressFamily, Endpoint } from './endpoint.ts';
import { ProtocolError } from './errors.ts';
import type { SwarmCounts } from './scrape.ts';
import { printableLine } from './text.ts';
import {
  UDP_ANNOUNCE,
  UDP_ANNOUNCE_REPLY_BYTES,
  UDP_CONNECT,
  UDP_CONNECTION_ID_BYTES,
  UDP_ERROR,
  UDP_REPLY_HEAD_BYTES,
  UDP_SCRAPE,
  UDP_SCRAPE_ENTRY_BYTES,
} from './udp-tracker.ts';

/** Writes what every reply begins with, and returns where it ends. */
export function writeUdpHead(out: Buffer, at: number, action: number, transactionId: number): number {
  out.writeUInt32BE(action, at);
  return out.writeUInt32BE(transactionId, at + 4);
}

/**
 * Writes the reply to an announce: the peers of `family`, as many as fit `maxBytes`. Returns where it ends. A warning, the
 * minimum interval and the times completed have no place in it (BEP 15).
 */
export function writeUdpAnnounceReply(
  out: Buffer,
  at: number,
  { transactionId, reply, family, maxBytes }: UdpAnnounceAnswer,
): number {
  let end = writeUdpHead(out, at, UDP_ANNOUNCE, transactionId);
  end = out.writeUInt32BE(reply.intervalSeconds, end);
  end = out.writeUInt32BE(reply.incomplete, end);
  end = out.writeUInt32BE(reply.complete, end);
  const peers = family === 4 ? reply.peers : reply.peers6;
  const bytes = Math.min(peers.length, maxUdpPeers(family, maxBytes) * compactPeerLength(family));
  out.set(bytes === peers.length ? peers : peers.subarray(0, bytes), end);
  return end + bytes;
}

/** An answer to an announce, to be written. */
export interface UdpAnnounceAnswer {
  readonly transactionId: number;
  readonly reply: AnnounceReply;
  /** The family of the socket: a reply has peers of that one only. */
  readonly family: AddressFamily;
  /** Of the whole reply. */
  readonly maxBytes: number;
}

/** Peers that fit a reply of `maxBytes`. */
export function maxUdpPeers(family: AddressFamily, maxBytes: number): number {
  return Math.max(0, Math.floor((maxBytes - UDP_ANNOUNCE_REPLY_BYTES) / compactPeerLength(family)));
}

/** Writes the reply to a scrape, in the order of the request. Returns where it ends. */
export function writeUdpScrapeReply(
  out: Buffer,
  at: number,
  transactionId: number,
  swarms: readonly SwarmCounts[],
): number {
  let end = writeUdpHead(out, at, UDP_SCRAPE, transactionId);
  for (const { complete, downloaded, incomplete } of swarms) {
    end = out.writeUInt32BE(complete, end);
    end = out.writeUInt32BE(Math.min(downloaded, 0xffffffff), end);
    end = out.writeUInt32BE(incomplete, end);
  }
  return end;
}

/** Refusals are one sentence. */
const MAX_ERROR_BYTES = 256;

/** Writes a refusal. Returns where it ends. */
export function writeUdpError(out: Buffer, at: number, transactionId: number, reason: string): number {
  const end = writeUdpHead(out, at, UDP_ERROR, transactionId);
  return end + out.write(reason, end, MAX_ERROR_BYTES);
}

/** What a foreign tracker answered, checked. */
export type UdpReply = { readonly transactionId: number } & (
  | { readonly kind: 'connect'; readonly connectionId: Uint8Array }
  | {
      readonly kind: 'announce';
      readonly intervalSeconds: number;
      readonly complete: number;
      readonly incomplete: number;
      readonly peers: readonly Endpoint[];
    }
  | { readonly kind: 'scrape'; readonly swarms: readonly Omit<SwarmCounts, 'infoHash'>[] }
  /** `failure` is one printable line. */
  | { readonly kind: 'error'; readonly failure: string }
);

/**
 * Reads a tracker's reply that came over a socket of `family` (BEP 15). The caller compares the transaction id.
 * @throws {ProtocolError} ERR_TRACKER_RESPONSE when it is none.
 */
export function decodeUdpReply(packet: Buffer, family: AddressFamily): UdpReply {
  if (packet.length < UDP_REPLY_HEAD_BYTES) throw unreadable('it is shorter than 8 bytes');
  const transactionId = packet.readUInt32BE(4);
  const body = packet.subarray(UDP_REPLY_HEAD_BYTES);
  switch (packet.readUInt32BE(0)) {
    case UDP_CONNECT:
      if (body.length < UDP_CONNECTION_ID_BYTES) throw unreadable('its connection id is cut short');
      return {
        kind: 'connect',
        transactionId,
        connectionId: new Uint8Array(body.subarray(0, UDP_CONNECTION_ID_BYTES)),
      };
    case UDP_ANNOUNCE:
      return { kind: 'announce', transactionId, ...announceFrom(body, family) };
    case UDP_SCRAPE:
      return { kind: 'scrape', transactionId, swarms: swarmsFrom(body) };
    case UDP_ERROR:
      return { kind: 'error', transactionId, failure: printableLine(body.toString()) };
    default:
      throw unreadable('its action is not known');
  }
}

function announceFrom(
  body: Buffer,
  family: AddressFamily,
): { intervalSeconds: number; complete: number; incomplete: number; peers: readonly Endpoint[] } {
  const peersAt = UDP_ANNOUNCE_REPLY_BYTES - UDP_REPLY_HEAD_BYTES;
  if (body.length < peersAt) throw unreadable('its counts are cut short');
  const whole = Math.floor((body.length - peersAt) / compactPeerLength(family));
  return {
    intervalSeconds: body.readUInt32BE(0),
    incomplete: body.readUInt32BE(4),
    complete: body.readUInt32BE(8),
    peers: decodeCompactPeers(body.subarray(peersAt, peersAt + whole * compactPeerLength(family)), family),
  };
}

function swarmsFrom(body: Buffer): Omit<SwarmCounts, 'infoHash'>[] {
  const swarms: Omit<SwarmCounts, 'infoHash'>[] = [];
  for (let at = 0; at + UDP_SCRAPE_ENTRY_BYTES <= body.length; at += UDP_SCRAPE_ENTRY_BYTES)
    swarms.push({
      complete: body.readUInt32BE(at),
      downloaded: body.readUInt32BE(at + 4),
      incomplete: body.readUInt32BE(at + 8),
    });
  return swarms;
}

function unreadable(why: string): ProtocolError {
  return new ProtocolError('ERR_TRACKER_RESPONSE', `the tracker's answer cannot be read: ${why}`);
}
