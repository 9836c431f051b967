import assert from 'node:assert/strict';
import type { AnnounceRequest } from '../../../src/bittorrent/announce-request.ts';
import type { AnnounceReply, FailureReply } from '../../../src/bittorrent/announce-response.ts';
import { decodeCompactPeers } from '../../../src/bittorrent/compact-peers.ts';
import { type Address, formatEndpoint, parseAddress } from '../../../src/bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { type PeerId, peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { TrackerCore } from '../../../src/tracker/core.ts';
import type { TrackerCoreOptions } from '../../../src/tracker/tracker-options.ts';

/** An info-hash of 20 equal bytes. */
export function infoHash(byte: number): InfoHash {
  return infoHashFromBytes(new Uint8Array(20).fill(byte));
}

/** A peer id that ends in a number. */
export function peerId(number: number): PeerId {
  return peerIdFromBytes(Buffer.from(`-TS0001-${String(number).padStart(12, '0')}`));
}

/** An address that must be one. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed, `${text} is an address`);
  return parsed;
}

/** What a test says of an announce; the rest is usual. */
export interface Announce extends Partial<AnnounceRequest> {
  /** The sender; the peer id and the port follow from it unless they are given. */
  readonly from: string;
  /** Where it reached the tracker. */
  readonly to?: string;
}

/** A tracker with a clock and a chance of its own. */
export class Fixture {
  now = 1_000_000;
  chance = 0.5;
  readonly torrent = infoHash(1);
  readonly core: TrackerCore;

  constructor(options: TrackerCoreOptions = {}) {
    this.core = new TrackerCore({ clock: () => this.now, random: () => this.chance, ...options });
    this.core.registerTorrent(this.torrent, { completed: 0 });
  }

  /** Announces, and returns whatever comes back. */
  send({ from, to, ...rest }: Announce): AnnounceReply | FailureReply {
    const request: AnnounceRequest = {
      infoHash: this.torrent,
      peerId: peerId(1),
      port: 6881,
      uploaded: 0,
      downloaded: 0,
      left: 1,
      event: 'none',
      numWant: undefined,
      key: 7,
      ip: undefined,
      compact: true,
      noPeerId: false,
      ...rest,
    };
    return this.core.announce(request, {
      source: address(from),
      localAddress: to === undefined ? undefined : address(to),
    });
  }

  /** Announces, and expects an answer. */
  announce(announce: Announce): AnnounceReply {
    const reply = this.send(announce);
    if ('reason' in reply) assert.fail(reply.reason);
    return reply;
  }

  /** Announces, and expects to be refused. */
  refused(announce: Announce): FailureReply {
    const reply = this.send(announce);
    if (!('reason' in reply)) assert.fail('the announce was answered');
    return reply;
  }

  /** The peers of the answer to an announce, sorted. */
  peers(announce: Announce): string[] {
    return peersOf(this.announce(announce));
  }

  /** `seeders/leechers/completed`. */
  counts(): string {
    const swarm = this.core.swarm(this.torrent);
    return swarm === undefined ? 'none' : `${swarm.complete}/${swarm.incomplete}/${swarm.downloaded}`;
  }
}

/** The peers of a compact reply as text, IPv4 and IPv6, sorted. */
export function peersOf(reply: AnnounceReply): string[] {
  const endpoints = [...decodeCompactPeers(reply.peers, 4), ...decodeCompactPeers(reply.peers6, 6)];
  return endpoints.map(formatEndpoint).sort();
}
