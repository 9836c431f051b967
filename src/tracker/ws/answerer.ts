import type { FailureReply } from '../../bittorrent/announce-response.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { PeerId } from '../../bittorrent/peer-id.ts';
import {
  parseWsRequest,
  type WsAnnounce,
  type WsAnswer,
  type WsFault,
  type WsScrape,
} from '../../bittorrent/ws-request.ts';
import {
  encodeWsAnnounceReply,
  encodeWsFailure,
  encodeWsOffer,
  encodeWsRelayedAnswer,
  encodeWsScrapeReply,
} from '../../bittorrent/ws-response.ts';
import { binaryText } from '../../bittorrent/ws-tracker.ts';
import type { TrackerCore } from '../core.ts';
import { type CommitGate, NOT_SAVED } from '../front-end/commit-gate.ts';
import type { WsConnection } from './connection.ts';
import type { WsCounters, WsLimits } from './limits.ts';
import type { PendingOffer } from './pending-offers.ts';

/** The part of a tracker core that this front end needs. */
export type WsTracker = Pick<TrackerCore, 'announce' | 'scrape' | 'web' | 'deniesAddress'>;

/** What an answerer works with. */
export interface WsAnswererParts {
  readonly tracker: WsTracker;
  readonly commits: CommitGate | undefined;
  readonly limits: WsLimits;
  readonly counters: WsCounters;
  /** The open sockets, by their numbers. */
  readonly connections: ReadonlyMap<number, WsConnection>;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** An answer could not be made: our fault. */
  readonly onError: (error: unknown) => void;
}

const TAKEN: FailureReply = { reason: 'this peer id belongs to another connection', retryInSeconds: 60 };
const TWO_IDS: FailureReply = {
  reason: 'this connection announces the torrent with another peer id already',
};
const TOO_MANY: FailureReply = { reason: 'too many torrents on one connection' };
const TOO_LONG: FailureReply = {
  reason: 'there are too many torrents for one message: name them, or scrape over HTTP',
};
/** What a swarm takes in the reply to a scrape, on an average: bytes that are no ASCII take two, some six. */
const SCRAPED_SWARM_BYTES = 160;
const OUR_FAULT: FailureReply = { reason: 'internal error', retryInSeconds: 60 };

/** Answers messages, and carries offers and answers from peer to peer. */
export class WsAnswerer {
  readonly #parts: WsAnswererParts;

  constructor(parts: WsAnswererParts) {
    this.#parts = parts;
  }

  /** Answers a message. Never throws. */
  answer(text: string, connection: WsConnection): void {
    const request = parseWsRequest(text);
    try {
      if (request.kind === 'announce') this.#announce(request, connection);
      else if (request.kind === 'answer') this.#relayAnswer(request, connection);
      else if (request.kind === 'scrape') this.#scrape(request, connection);
      else this.#refuseFault(request, connection);
    } catch (error) {
      this.#parts.onError(error);
      this.#refuse(connection, { action: 'announce', infoHash: undefined }, OUR_FAULT);
    }
  }

  /** A socket has closed: its peers leave at once. */
  leave(connection: WsConnection): void {
    for (const swarm of connection.swarms.keys())
      this.#parts.tracker.web.leave(Buffer.from(swarm, 'latin1'), connection.number);
    connection.swarms.clear();
  }

  #announce(announce: WsAnnounce, connection: WsConnection): void {
    const { tracker, commits, counters, onError } = this.#parts;
    const { infoHash, peerId, event } = announce.request;
    const addressee = { action: 'announce', infoHash } as const;
    const swarm = binaryText(infoHash);
    counters.announces++;
    const isLeaving = event === 'stopped';
    const fault = isLeaving ? undefined : this.#identityFault(swarm, infoHash, peerId, connection);
    if (fault !== undefined) return this.#refuse(connection, addressee, fault);
    if (commits?.hasRoom() === false) return this.#refuse(connection, addressee, NOT_SAVED);
    const reply = tracker.announce(announce.request, connection.sender);
    if ('reason' in reply) {
      // Who is no longer wanted is sent no more offers either.
      if (connection.swarms.delete(swarm)) tracker.web.leave(infoHash, connection.number);
      return this.#refuse(connection, addressee, reply);
    }
    if (isLeaving) connection.swarms.delete(swarm);
    else connection.swarms.set(swarm, binaryText(peerId));
    const text = encodeWsAnnounceReply(infoHash, reply);
    if (commits === undefined) this.#finish(text, announce, connection);
    else this.#finishCommitted(commits, text, announce, connection).catch(onError);
  }

  #finish(reply: string, announce: WsAnnounce, connection: WsConnection): void {
    connection.send(reply);
    if (announce.request.event !== 'stopped') this.#relayOffers(announce, connection);
  }

  async #finishCommitted(
    commits: CommitGate,
    reply: string,
    announce: WsAnnounce,
    connection: WsConnection,
  ): Promise<void> {
    if (await commits.pass(reply.length)) this.#finish(reply, announce, connection);
    else this.#refuse(connection, { action: 'announce', infoHash: announce.request.infoHash }, NOT_SAVED);
  }

  /** A peer id in a swarm belongs to the socket that used it first, and a socket has one in each swarm. */
  #identityFault(
    swarm: string,
    infoHash: Uint8Array,
    peerId: Uint8Array,
    connection: WsConnection,
  ): FailureReply | undefined {
    const { tracker, connections, counters, limits, nowMs } = this.#parts;
    const isKnown = connection.swarms.has(swarm);
    if (isKnown && !connection.isPeer(swarm, peerId)) {
      counters.refusedPeerId++;
      return TWO_IDS;
    }
    if (!isKnown && connection.swarms.size >= limits.maxSwarmsPerSocket) {
      counters.refusedTooManySwarms++;
      return TOO_MANY;
    }
    const owner = tracker.web.ownerOf(infoHash, peerId);
    if (owner < 0 || owner === connection.number) return undefined;
    // A client that lost its connection comes back before we have noticed.
    connections.get(owner)?.probe(nowMs());
    counters.refusedPeerId++;
    return TAKEN;
  }

  /** To as many others of the swarm as there are offers, and are wanted. */
  #relayOffers({ request, offers }: WsAnnounce, connection: WsConnection): void {
    const { tracker, connections, counters, nowMs } = this.#parts;
    if (offers.length === 0) return;
    const { infoHash, peerId } = request;
    const want = Math.min(offers.length, request.numWant ?? offers.length);
    const chosen = tracker.web.choose(infoHash, connection.number, want);
    const sent = {
      senderSwarm: infoHash,
      peerId: binaryText(peerId),
      from: connection.number,
      sentAtMs: nowMs(),
    };
    for (const [i, number] of chosen.entries()) {
      const offer = offers[i];
      const to = connections.get(number);
      const name = to === undefined ? undefined : this.#nameFor(to, infoHash);
      if (offer === undefined || to === undefined || name === undefined) continue;
      if (!to.relay(encodeWsOffer(name, peerId, offer))) continue;
      to.pendingOffers.add({ ...sent, swarm: binaryText(name), offerId: offer.offerId });
      counters.relayedOffers++;
    }
  }

  /** By which info-hash a socket knows a torrent; a client passes over messages with another. */
  #nameFor(connection: WsConnection, infoHash: InfoHash): InfoHash | undefined {
    if (connection.swarms.has(binaryText(infoHash))) return infoHash;
    const other = this.#parts.tracker.web.otherNameOf(infoHash);
    return other !== undefined && connection.swarms.has(binaryText(other)) ? other : undefined;
  }

  /** Nothing is said to who answers: WebTorrent expects nothing, and a peer that has left meanwhile is no fault of his. */
  #relayAnswer(answer: WsAnswer, connection: WsConnection): void {
    const { counters, connections } = this.#parts;
    const offer = this.#answeredOffer(answer, connection);
    const to = offer === undefined ? undefined : connections.get(offer.from);
    if (offer === undefined || to === undefined || !this.#isListed(to, offer.senderSwarm, answer.toPeerId))
      counters.droppedAnswers++;
    else if (to.relay(encodeWsRelayedAnswer({ ...answer, infoHash: offer.senderSwarm })))
      counters.relayedAnswers++;
  }

  /** The offer that this socket was sent, as long as it stands in the swarm. */
  #answeredOffer(answer: WsAnswer, connection: WsConnection): PendingOffer | undefined {
    const { infoHash, peerId, toPeerId, offerId } = answer;
    if (!this.#isListed(connection, infoHash, peerId)) return undefined;
    const nowMs = this.#parts.nowMs();
    return connection.pendingOffers.take(binaryText(infoHash), binaryText(toPeerId), offerId, nowMs);
  }

  #isListed(connection: WsConnection, infoHash: InfoHash, peerId: PeerId): boolean {
    const isPeer = connection.isPeer(binaryText(infoHash), peerId);
    return isPeer && this.#parts.tracker.web.has(infoHash, connection.number);
  }

  #scrape({ infoHashes }: WsScrape, connection: WsConnection): void {
    const { tracker, counters, limits } = this.#parts;
    counters.scrapes++;
    const swarms = tracker.scrape(infoHashes, connection.sender);
    const addressee = {
      action: 'scrape',
      infoHash: infoHashes.length === 1 ? infoHashes[0] : undefined,
    } as const;
    if ('reason' in swarms) return this.#refuse(connection, addressee, swarms);
    // Whoever asks for everything should not be closed for not having read it yet.
    if (swarms.length * SCRAPED_SWARM_BYTES > limits.maxBacklogBytes)
      this.#refuse(connection, addressee, TOO_LONG);
    else connection.send(encodeWsScrapeReply(swarms));
  }

  #refuseFault(fault: WsFault, connection: WsConnection): void {
    if (fault.isJson) this.#parts.counters.refusedShape++;
    else this.#parts.counters.refusedNotJson++;
    this.#refuse(connection, fault, { reason: fault.fault });
  }

  #refuse(
    connection: WsConnection,
    addressee: Parameters<typeof encodeWsFailure>[0],
    failure: FailureReply,
  ): void {
    this.#parts.counters.failures++;
    connection.send(encodeWsFailure(addressee, failure));
  }
}
