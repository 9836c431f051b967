import { parseAnnouncePath } from '../../bittorrent/announce-path.ts';
import { isRequestFault } from '../../bittorrent/errors.ts';
import { MutableUdpRequest, parseUdpAnnounce, parseUdpScrape } from '../../bittorrent/udp-request.ts';
import {
  maxUdpPeers,
  writeUdpAnnounceReply,
  writeUdpError,
  writeUdpHead,
  writeUdpScrapeReply,
} from '../../bittorrent/udp-response.ts';
import { UDP_ANNOUNCE, UDP_CONNECT } from '../../bittorrent/udp-tracker.ts';
import type { ScrapeContext } from '../announce-context.ts';
import type { TrackerCore } from '../core.ts';
import { type CommitGate, NOT_SAVED } from '../front-end/commit-gate.ts';
import type { FloodGate } from '../front-end/flood-gate.ts';
import { ConnectBudget } from './connect-budget.ts';
import type { ConnectionIds } from './connection-id.ts';
import type { UdpCounters, UdpLimits } from './limits.ts';
import { actionOf, type UdpSender } from './parse.ts';

/** The part of a tracker core that this front end needs. */
export type UdpTracker = Pick<TrackerCore, 'announce' | 'scrape'>;

/** What an answerer works with. */
export interface UdpAnswererParts {
  readonly tracker: UdpTracker;
  readonly connections: ConnectionIds;
  readonly limits: UdpLimits;
  readonly counters: UdpCounters;
  /** Sheds what one sender sends beyond its share; undefined sheds nothing. */
  readonly gate?: FloodGate | undefined;
  /** What answers to announces wait at; they are not taken in when too many wait already. */
  readonly commits?: CommitGate | undefined;
  /** An answer could not be made: our fault. */
  readonly onError: (error: unknown) => void;
}

/** BEP 41 lets announces say who asks, not scrapes. */
const UDP_SCRAPE_CONTEXT: ScrapeContext = Object.freeze({ protocol: 'udp' });
/** Where the transaction id lies in a request. */
const TRANSACTION_ID = 12;

/**
 * Answers packets (BEP 15). Whoever has not proved by a connection id that he receives at his address is sent 16 bytes for 16, or
 * nothing: the tracker is no amplifier. The flood gate is asked after the connection id is known to be right: anyone can write a
 * stranger's address on a packet, and would use up the stranger's share. So connects, which prove nothing, share one budget.
 */
export class UdpAnswerer {
  readonly #parts: UdpAnswererParts;
  /** The core copies what it keeps, so one request serves all announces, one after another. */
  readonly #scratch = new MutableUdpRequest();
  readonly #connects: ConnectBudget;

  constructor(parts: UdpAnswererParts) {
    this.#parts = parts;
    this.#connects = new ConnectBudget(parts.limits.maxConnectsPerSecond);
  }

  /** Writes the answer to a packet into `out` from `at`, and returns where it ends: at `at` when there is none. Never throws. */
  answer(packet: Buffer, sender: UdpSender, out: Buffer, at: number): number {
    const { connections, counters, limits, gate, onError } = this.#parts;
    const action = actionOf(packet, limits.maxRequestBytes, counters);
    if (action === undefined) return at;
    const transactionId = packet.readUInt32BE(TRANSACTION_ID);
    if (action === UDP_CONNECT) {
      counters.connects++;
      if (!this.#connects.take()) {
        counters.shedConnects++;
        return at;
      }
      return connections.write(out, writeUdpHead(out, at, UDP_CONNECT, transactionId), sender.source);
    }
    const connection = connections.check(packet, sender.source);
    if (connection === 'wrong') {
      counters.droppedWrongConnection++;
      return at;
    }
    if (gate !== undefined && !gate.admits(sender.source)) {
      counters.shedFlood++; // silence costs least, and makes a client wait longer each time (BEP 15)
      return at;
    }
    if (connection === 'reused') counters.reusedConnections++;
    try {
      if (action === UDP_ANNOUNCE) return this.#announce(packet, transactionId, sender, out, at);
      return this.#scrape(packet, transactionId, out, at);
    } catch (error) {
      onError(error);
      return this.#refuse(out, at, transactionId, 'internal error');
    }
  }

  #announce(packet: Buffer, transactionId: number, sender: UdpSender, out: Buffer, at: number): number {
    const { tracker, counters, limits, commits } = this.#parts;
    const { family } = sender;
    const maxBytes = limits.maxReplyBytes;
    counters.announces++;
    const request = parseUdpAnnounce(packet, family, this.#scratch);
    if (isRequestFault(request)) return this.#refuse(out, at, transactionId, request.fault);
    if (request.numWant !== undefined)
      request.numWant = Math.min(request.numWant, maxUdpPeers(family, maxBytes));
    if (request.urlData !== '') sender.passkey = parseAnnouncePath(request.urlData)?.passkey;
    if (commits?.hasRoom() === false) return this.#refuse(out, at, transactionId, NOT_SAVED.reason);
    const reply = tracker.announce(request, sender);
    if ('reason' in reply) return this.#refuse(out, at, transactionId, reply.reason);
    return writeUdpAnnounceReply(out, at, { transactionId, reply, family, maxBytes });
  }

  #scrape(packet: Buffer, transactionId: number, out: Buffer, at: number): number {
    const { tracker, counters } = this.#parts;
    counters.scrapes++;
    const infoHashes = parseUdpScrape(packet);
    if (isRequestFault(infoHashes)) return this.#refuse(out, at, transactionId, infoHashes.fault);
    const swarms = tracker.scrape(infoHashes, UDP_SCRAPE_CONTEXT);
    if ('reason' in swarms) return this.#refuse(out, at, transactionId, swarms.reason);
    return writeUdpScrapeReply(out, at, transactionId, swarms);
  }

  #refuse(out: Buffer, at: number, transactionId: number, reason: string): number {
    this.#parts.counters.failures++;
    return writeUdpError(out, at, transactionId, reason);
  }
}
