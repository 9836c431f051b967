import { randomBytes } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import type { Logger } from 'pino';
import { parseAddress } from '../../../bittorrent/endpoint.ts';
import { toHex } from '../../../bittorrent/hex.ts';
import type { Clock } from '../../clock.ts';
import type { Torrent } from '../../torrent.ts';
import { isBelievable } from '../believable.ts';
import type { DiscoveryCounters } from '../counters.ts';
import type { OnPeers, PeersOfTorrent } from '../discovery-types.ts';
import { MessageAllowance } from '../message-allowance.ts';
import { Seekers } from '../seekers.ts';
import { swarmHashes } from '../swarm-hashes.ts';
import { groupName, type LocalGroup, localGroups } from './local-groups.ts';
import { decodeLocalMessage, encodeLocalMessage, MAX_INFO_HASHES } from './local-message.ts';
import { LocalNetwork } from './local-network.ts';
import { LocalSocket } from './local-socket.ts';

/** A torrent is named once in so long (BEP 14). */
const INTERVAL_MS = 5 * 60_000;
/** One message to each group in so long, so that many torrents are no storm (BEP 14). */
const MESSAGE_MS = 60_000;
/** Messages that are looked at. */
const RECEIVED = { max: 20, perSecond: 20 };
/** Between two tries to join the groups. */
const RETRY_MS = 5 * 60_000;

/** How the local network is used. */
export interface LocalOptions {
  /** Left out: those of BEP 14, on the interfaces on which peers are awaited. */
  readonly groups?: readonly LocalGroup[];
}

/** What it works with. */
export interface LocalParts {
  readonly options: LocalOptions;
  /** The address on which peers are awaited. */
  readonly host: string;
  /** The port on which they are. */
  readonly port: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: DiscoveryCounters;
  readonly torrentFor: (infoHash: Uint8Array) => Torrent | undefined;
  readonly onPeers: PeersOfTorrent;
}

/** Names torrents that are not private to the local network, and hears of peers there (BEP 14). Silent until there is something to name. */
export class LocalDiscovery {
  readonly #parts: LocalParts;
  readonly #cookie = randomBytes(8).toString('hex');
  readonly #seekers = new Seekers();
  /** When each is to be named; who is due first stands first, for all wait equally long. */
  readonly #due = new Map<Torrent, number>();
  readonly #fresh = new Set<Torrent>();
  #sockets: readonly LocalSocket[] = [];
  #network = new LocalNetwork();
  #opening: Promise<void> | undefined;
  #openAtMs = 0;
  #nextAtMs = 0;
  readonly #allowance: MessageAllowance;
  #isStopped = false;

  constructor(parts: LocalParts) {
    this.#parts = parts;
    this.#allowance = new MessageAllowance(RECEIVED, parts.clock.nowMs());
  }

  /** Names a torrent from now on. */
  start(torrent: Torrent): void {
    if (!this.#due.has(torrent)) this.#fresh.add(torrent);
    this.#join();
  }

  /** Names it no more. */
  remove(torrent: Torrent): void {
    this.#fresh.delete(torrent);
    this.#due.delete(torrent);
  }

  /** Listens for peers of a swarm that we are not in yet, until the signal aborts. */
  find(infoHash: Uint8Array, onPeers: OnPeers, signal: AbortSignal): void {
    this.#seekers.add(infoHash, onPeers, signal);
    this.#join();
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    if (this.#fresh.size + this.#due.size + this.#seekers.size === 0) return;
    this.#join();
    if (this.#sockets.length === 0 || nowMs < this.#nextAtMs) return;
    const infoHashes = this.#take(nowMs);
    if (infoHashes.length === 0) return;
    this.#nextAtMs = nowMs + MESSAGE_MS;
    const message = { port: this.#parts.port(), infoHashes, cookie: this.#cookie };
    for (const socket of this.#sockets) {
      socket.send(encodeLocalMessage(groupName(socket.group), message));
      this.#parts.counters.localMessagesSent++;
    }
  }

  /** Leaves the groups. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#opening;
    await Promise.all(this.#sockets.map((socket) => socket.close()));
    this.#sockets = [];
  }

  /** The names of torrents that are due, as many as one message holds. */
  #take(nowMs: number): readonly Uint8Array[] {
    const names: Uint8Array[] = [];
    for (const torrent of this.#next(nowMs)) {
      const own = swarmHashes(torrent.metainfo);
      if (names.length + own.length > MAX_INFO_HASHES) break;
      names.push(...own);
      this.#fresh.delete(torrent);
      this.#due.delete(torrent); // so that it stands last
      this.#due.set(torrent, nowMs + INTERVAL_MS);
    }
    return names;
  }

  /** As many as one message may hold, in their order. */
  #next(nowMs: number): Torrent[] {
    const next: Torrent[] = [];
    for (const torrent of this.#fresh) {
      if (next.length === MAX_INFO_HASHES) return next;
      next.push(torrent);
    }
    for (const [torrent, dueAtMs] of this.#due) {
      if (dueAtMs > nowMs || next.length === MAX_INFO_HASHES) return next;
      next.push(torrent);
    }
    return next;
  }

  #received(bytes: Buffer, from: RemoteInfo): void {
    const { counters, torrentFor, onPeers, clock } = this.#parts;
    const message = this.#allowance.take(clock.nowMs()) ? decodeLocalMessage(bytes) : undefined;
    if (message?.cookie === this.#cookie) return; // our own
    const address = parseAddress(from.address);
    const { port = 0, infoHashes = [] } = message ?? {};
    if (address === undefined || !this.#network.has(address) || !isBelievable(address, { address, port })) {
      counters.localMessagesRefused++;
      return;
    }
    counters.localMessagesReceived++;
    for (const infoHash of infoHashes) {
      this.#seekers.tell(toHex(infoHash), [{ address, port }]);
      const torrent = torrentFor(infoHash);
      if (torrent?.isPrivate === false) onPeers(torrent, [{ address, port }]);
    }
  }

  #join(): void {
    const nowMs = this.#parts.clock.nowMs();
    const isOpen = this.#sockets.length > 0 || this.#opening !== undefined;
    if (this.#isStopped || isOpen || nowMs < this.#openAtMs || this.#parts.port() === 0) return;
    this.#openAtMs = nowMs + RETRY_MS;
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined;
    });
  }

  async #open(): Promise<void> {
    const { options, host, logger } = this.#parts;
    const groups = options.groups ?? localGroups(host);
    this.#network = new LocalNetwork();
    const opened = await Promise.allSettled(
      groups.map((group) => LocalSocket.open(group, (bytes, from) => this.#received(bytes, from))),
    );
    this.#sockets = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const [failure] = opened.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (this.#sockets.length === 0)
      logger.warn({ err: failure }, 'local discovery has no network to speak to');
  }
}
