import type { Address, Endpoint } from '../../../bittorrent/endpoint.ts';
import { toHex } from '../../../bittorrent/hex.ts';
import type { Torrent } from '../../torrent.ts';
import { isBelievable } from '../believable.ts';
import type { OnPeers, PeersOfTorrent } from '../discovery-types.ts';
import { Seekers } from '../seekers.ts';
import { swarmHashes } from '../swarm-hashes.ts';
import { AnnounceQueue } from './announce-queue.ts';
import { DhtMembership, type DhtMembershipParts } from './dht-membership.ts';

/** Nodes forget a peer after half an hour or so. */
const SEEDING_INTERVAL_MS = 25 * 60_000;
/** Who downloads looks for peers more often. */
const DOWNLOADING_INTERVAL_MS = 5 * 60_000;
/** After an announce that no node took, as when the network is away. */
const RETRY_MS = 60_000;
/** An announce is over by then, or counts as one that no node took. */
const DEADLINE_MS = 120_000;
/** An announce asks some fifty nodes. */
const ANNOUNCES_A_SECOND = 4;
const MAX_ANNOUNCES = 16;
/** Between two looks for peers of a magnet link. */
const LOOK_MS = 15_000;
/** The same while there is no node yet that could be asked. */
const FIRST_LOOK_MS = 2_000;

/** What it works with. */
export interface TorrentDhtParts extends Omit<DhtMembershipParts, 'onPeers'> {
  readonly onPeers: PeersOfTorrent;
}

/** One name of a torrent's swarm. */
interface Announced {
  readonly torrent: Torrent;
  readonly infoHash: Uint8Array;
}

/** Announces torrents that are not private to the DHT, and looks for their peers there (BEP 5). It is joined when there is something to announce. */
export class TorrentDht {
  readonly #parts: TorrentDhtParts;
  readonly #membership: DhtMembership;
  readonly #queue: AnnounceQueue<Announced>;
  readonly #torrents = new Map<Torrent, readonly Announced[]>();
  readonly #byInfoHash = new Map<string, Torrent>();
  readonly #seekers = new Seekers();

  constructor(parts: TorrentDhtParts) {
    this.#parts = parts;
    const onPeers = (infoHash: string, endpoints: readonly Endpoint[]): void =>
      this.#found(infoHash, endpoints);
    this.#membership = new DhtMembership({ ...parts, onPeers });
    this.#queue = new AnnounceQueue({
      announce: (item) => this.#announce(item),
      maxRunning: MAX_ANNOUNCES,
      perSecond: ANNOUNCES_A_SECOND,
    });
  }

  /** The UDP port of our node; 0 while there is none. */
  get port(): number {
    return this.#membership.node?.port ?? 0;
  }

  /** Nodes in its table. */
  get nodeCount(): number {
    return this.#membership.node?.nodeCount ?? 0;
  }

  /** Announces a torrent from now on. */
  start(torrent: Torrent): void {
    if (this.#torrents.has(torrent)) return;
    const items = swarmHashes(torrent.metainfo).map((infoHash) => ({ torrent, infoHash }));
    this.#torrents.set(torrent, items);
    for (const item of items) {
      this.#byInfoHash.set(toHex(item.infoHash), torrent);
      this.#queue.add(item);
    }
    this.#membership.name(torrent.metainfo.dhtNodes);
    this.#membership.join();
  }

  /** Announces it no more; nodes forget it by themselves. */
  remove(torrent: Torrent): void {
    for (const item of this.#torrents.get(torrent) ?? []) {
      this.#queue.remove(item);
      this.#byInfoHash.delete(toHex(item.infoHash));
    }
    this.#torrents.delete(torrent);
  }

  /** A peer has a node there (BEP 5). */
  addNode(address: Address, port: number): void {
    if (isBelievable(address, { address, port })) this.#membership.node?.addNode({ address, port });
  }

  /** Looks for peers of a swarm that we are not in yet, again and again until the signal aborts. */
  find(infoHash: Uint8Array, onPeers: OnPeers, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#seekers.add(infoHash, onPeers, signal);
    let cancel = (): void => {};
    const look = (): void => {
      if (this.#membership.isStopped) return;
      this.#membership.join();
      void this.#membership.node?.lookup(infoHash);
      cancel = this.#parts.clock.after(this.nodeCount > 0 ? LOOK_MS : FIRST_LOOK_MS, look);
    };
    signal.addEventListener('abort', () => cancel(), { once: true });
    look();
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    if (this.#torrents.size > 0 || this.#seekers.size > 0) this.#membership.join();
    if (this.#membership.node === undefined) return;
    this.#queue.tick(nowMs);
    this.#membership.tick(nowMs);
  }

  /** Leaves, within seconds. */
  stop(): Promise<void> {
    return this.#membership.stop();
  }

  async #announce({ torrent, infoHash }: Announced): Promise<number> {
    const { counters, port } = this.#parts;
    const { node } = this.#membership;
    if (node === undefined) return RETRY_MS;
    const isTaken = await this.#inTime(node.announce(infoHash, port()));
    counters.dhtAnnounces++;
    if (!isTaken) counters.dhtAnnouncesFailed++;
    if (!isTaken) return RETRY_MS;
    return torrent.isFinished ? SEEDING_INTERVAL_MS : DOWNLOADING_INTERVAL_MS;
  }

  #found(infoHash: string, endpoints: readonly Endpoint[]): void {
    const torrent = this.#byInfoHash.get(infoHash);
    if (torrent !== undefined) this.#parts.onPeers(torrent, endpoints);
    this.#seekers.tell(infoHash, endpoints);
  }

  #inTime(announce: Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(DEADLINE_MS, () => resolve(false));
      void announce.then(resolve).finally(cancel);
    });
  }
}
