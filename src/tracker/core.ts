import type { AnnounceRequest } from '../bittorrent/announce-request.ts';
import type { AnnounceReply, FailureReply } from '../bittorrent/announce-response.ts';
import type { Address } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { SwarmCounts } from '../bittorrent/scrape.ts';
import type { PeerState } from '../persistence/peer-journal.ts';
import { AddressSweep } from './access/address-sweep.ts';
import { NO_ROOM, SwarmGate } from './access/swarm-gate.ts';
import { AnnounceTally } from './announce/announce-tally.ts';
import { Announcer } from './announce/announcer.ts';
import { HybridAnnounces } from './announce/hybrid-announces.ts';
import { isUnusable } from './announce/peer-address.ts';
import type { SwarmState } from './announce/reply-builder.ts';
import { RoomMaker } from './announce/room-maker.ts';
import type { AnnounceContext, ScrapeContext } from './announce-context.ts';
import { FullScrape } from './full-scrape.ts';
import { type LocalSeed, LocalSeeds } from './local-seeds.ts';
import { mergeSwarms } from './store/merge-swarms.ts';
import { type StoreStats, SwarmStore } from './store/swarm-store.ts';
import { LOCAL_SEED, REGISTERED } from './store/swarm-table.ts';
import { makeCounters, type TrackerCounters } from './tracker-counters.ts';
import { settingsFrom, type TrackerCoreOptions, type TrackerSettings } from './tracker-options.ts';
import { WebPeers } from './web-peers.ts';

/** How often a torrent was completed before. */
export interface CompletedBefore {
  /** Times completed, over all nodes. */
  readonly completed: number;
  /** The part of it that this node counted; all of it when left out. */
  readonly completedHere?: number;
}

/** What a torrent is registered with. */
export interface Registration extends CompletedBefore {
  /** Another info-hash by which it is announced: of a hybrid torrent, the v2 one cut to 20 bytes (BEP 52). */
  readonly alias?: InfoHash | undefined;
}

/** How full a tracker is and what it has done. */
export interface TrackerStats extends StoreStats {
  readonly counters: Readonly<TrackerCounters>;
}

/** Slots that one call of expire() looks at, in each family: 5 ms, and 30 ms when all of them have expired. */
const EXPIRY_BUDGET = 250_000;
/** Who asks when nobody says so. */
const NOBODY: ScrapeContext = Object.freeze({});

/**
 * The tracker: who is in which swarm, and what each is told. It knows no sockets; front ends parse bytes into a request,
 * call it once, and encode the answer. Time and chance come from its options, and its calls are synchronous.
 */
export class TrackerCore {
  readonly #settings: TrackerSettings;
  readonly #store: SwarmStore;
  readonly #gate: SwarmGate;
  readonly #addressSweep: AddressSweep;
  readonly #localSeeds: LocalSeeds;
  readonly #announcer: Announcer;
  readonly #hybrids: HybridAnnounces;
  readonly #room: RoomMaker;
  readonly #counters = makeCounters();
  readonly #fullScrape: FullScrape;
  /** Announces by protocol, event and outcome. */
  readonly tally = new AnnounceTally();
  /** Peers that are reached by their WebSockets. */
  readonly web: WebPeers;

  constructor(options: TrackerCoreOptions = {}) {
    const settings = settingsFrom(options);
    const store = new SwarmStore(settings.limits);
    const localSeeds = new LocalSeeds(settings.publicAddresses);
    this.#settings = settings;
    this.#store = store;
    this.#gate = new SwarmGate(store, settings.access);
    this.#addressSweep = new AddressSweep(store, settings.deniedAddresses);
    this.#hybrids = new HybridAnnounces(store.swarms.aliases, settings.clock);
    this.#localSeeds = localSeeds;
    this.web = new WebPeers(store, settings.random);
    const parts = { settings, store, gate: this.#gate, counters: this.#counters };
    this.#room = new RoomMaker(parts);
    this.#announcer = new Announcer({ ...parts, localSeeds, room: this.#room });
    this.#fullScrape = new FullScrape(store, (row) => this.#announcer.state(row));
  }

  /**
   * Takes in an announce and answers it. A refusal is a {@link FailureReply}, told by its `reason`. The peers of a reply
   * lie in memory that the next announce uses again: encode them at once. The request is not kept either.
   */
  announce(request: AnnounceRequest, context: AnnounceContext): AnnounceReply | FailureReply {
    const beganMs = this.tally.begin();
    const reply = this.#answer(request, context);
    this.tally.end(beganMs, context.protocol, request.event, !('reason' in reply));
    return reply;
  }

  #answer(asked: AnnounceRequest, context: AnnounceContext): AnnounceReply | FailureReply {
    const { rules } = this.#settings;
    const request = this.#hybrids.unify(asked);
    for (const rule of rules) {
      const refusal = rule.refusalOf(request, context);
      if (refusal === undefined) continue;
      this.#counters.announces++;
      this.#counters[rule.counter ?? 'refusedByRule']++;
      return refusal;
    }
    const reply = this.#announcer.announce(request, context);
    if (!('reason' in reply)) for (const rule of rules) rule.accepted?.(request, context, reply);
    return reply;
  }

  /**
   * The counts of the given swarms; an unknown swarm has nobody. With no info-hash: of all of them, when that is allowed, and then the
   * same object for half a minute.
   */
  scrape(
    infoHashes: readonly InfoHash[],
    context: ScrapeContext = NOBODY,
  ): readonly SwarmCounts[] | FailureReply {
    this.#counters.scrapes++;
    for (const rule of this.#settings.rules) {
      const refusal = rule.scrapeRefusalOf?.(context);
      if (refusal !== undefined) return refusal;
    }
    if (infoHashes.length > 0)
      return infoHashes.map((infoHash) => ({ infoHash, ...this.#announcer.stateOf(infoHash) }));
    if (this.#settings.isFullScrapeAllowed) return this.#fullScrape.countsAt(this.#settings.clock());
    return { reason: 'name the torrents: a scrape of everything is not allowed here' };
  }

  /** The counts of a swarm; undefined when the tracker does not know it. */
  swarm(infoHash: InfoHash): SwarmState | undefined {
    const swarm = this.#store.swarms.find(infoHash);
    return swarm < 0 ? undefined : this.#announcer.state(swarm);
  }

  /** Lets a torrent be announced. Registering again only raises its count of completed downloads. */
  registerTorrent(infoHash: InfoHash, { completed, completedHere = completed, alias }: Registration): void {
    const swarm = this.#store.registeredSwarm(infoHash);
    this.#store.setFlag(swarm, REGISTERED, true);
    this.#store.swarms.raiseCompleted(swarm, completedHere, completed - completedHere);
    if (alias !== undefined) this.#nameAlso(swarm, infoHash, alias);
    this.#gate.review(infoHash);
  }

  /** Gives a registered torrent its second name, and the peers that came by it before. Another torrent's name it cannot be. */
  #nameAlso(swarm: number, infoHash: InfoHash, alias: InfoHash): void {
    const { swarms } = this.#store;
    const before = swarms.find(alias);
    if (before === swarm) return;
    if (before >= 0) {
      if (this.#store.hasFlag(before, REGISTERED | LOCAL_SEED)) return;
      mergeSwarms(this.#store, before, swarm);
    }
    swarms.aliases.add(infoHash, alias);
  }

  /** Forgets a registration. The swarm and its peers go with it where a torrent that is not registered is not tracked. */
  unregisterTorrent(infoHash: InfoHash): void {
    this.clearLocalSeed(infoHash);
    if (!this.isRegistered(infoHash)) return;
    this.#store.swarms.aliases.remove(infoHash);
    this.#store.setFlag(this.#store.swarms.find(infoHash), REGISTERED, false);
    this.#gate.review(infoHash);
  }

  /** Whether a torrent is registered. */
  isRegistered(infoHash: InfoHash): boolean {
    return this.#gate.isRegistered(infoHash);
  }

  /** Whether the access rules let a torrent be announced. */
  isTracked(infoHash: InfoHash): boolean {
    return this.#gate.isTracked(infoHash);
  }

  /**
   * Our own seed node has this torrent: it counts, and is handed out to those who can use it, at the address at which
   * they reached us unless public addresses are configured. Does nothing for a torrent that is not tracked.
   */
  setLocalSeed(infoHash: InfoHash, seed: LocalSeed): void {
    const known = this.#store.swarms.find(infoHash); // one that is refused now may be allowed again
    const swarm = known >= 0 ? known : this.#gate.rowFor(infoHash);
    if (swarm < 0) return;
    this.#localSeeds.set(swarm, seed);
    this.#store.setFlag(swarm, LOCAL_SEED, true);
  }

  /** Our own seed node no longer has the torrent. */
  clearLocalSeed(infoHash: InfoHash): void {
    const swarm = this.#store.swarms.find(infoHash);
    if (swarm < 0 || !this.#store.hasFlag(swarm, LOCAL_SEED)) return;
    this.#localSeeds.delete(swarm);
    this.#store.setFlag(swarm, LOCAL_SEED, false);
  }

  /**
   * Puts a peer back that an earlier run, or another node, knew: the journal is told nothing of it, only who was evicted for
   * it. Returns false when it is out of date, nobody can reach it, its torrent is not tracked, or no room can be made.
   */
  restorePeer(
    infoHash: InfoHash,
    address: Address,
    port: number,
    peer: PeerState,
    expiresAtSeconds: number,
  ): boolean {
    const now = this.#settings.clock();
    if (expiresAtSeconds <= now || isUnusable(address) || this.deniesAddress(address)) return false;
    const swarm = this.#room.swarmFor(infoHash);
    if (swarm === NO_ROOM) this.#counters.unlistedPeers++;
    if (swarm < 0) return false;
    const arena = this.#store.arenaOf(address);
    const slot = arena.find(swarm, address, port);
    if (slot >= 0) this.#store.refresh(arena, slot, peer, peer.left === 0, expiresAtSeconds);
    else {
      this.#room.makeRoom(swarm, now);
      if (this.#store.insert(swarm, address, port, peer, peer.left === 0, expiresAtSeconds) < 0) {
        this.#counters.unlistedPeers++;
        this.#store.removeIfEmpty(swarm);
        return false;
      }
    }
    for (const rule of this.#settings.rules) rule.observed?.(infoHash, peer);
    return true;
  }

  /**
   * Puts back how often a torrent was completed: raises the count of its swarm, or of the one that comes to be. Call it after
   * {@link restorePeer}: the counts of swarms without peers are kept in a bounded memory.
   */
  restoreCompleted(infoHash: InfoHash, { completed, completedHere = completed }: CompletedBefore): void {
    const { swarms } = this.#store;
    const swarm = swarms.find(infoHash);
    const elsewhere = completed - completedHere;
    if (swarm >= 0) swarms.raiseCompleted(swarm, completedHere, elsewhere);
    else swarms.emptied.keep(infoHash, completedHere, elsewhere);
  }

  /** Takes a peer out that another node saw leave. Returns false when it was not there. */
  dropPeer(infoHash: InfoHash, address: Address, port: number): boolean {
    const swarm = this.#store.swarms.find(infoHash);
    if (swarm < 0) return false;
    const arena = this.#store.arenaOf(address);
    const slot = arena.find(swarm, address, port);
    if (slot < 0) return false;
    for (const rule of this.#settings.rules) rule.departed?.(infoHash, arena.peerIdAt(slot));
    this.#store.remove(arena, slot);
    return true;
  }

  /** Takes out peers that missed two announces. Bounded: call it every second or few. Returns how many went. */
  expire(): number {
    const expired = this.#store.expire(this.#settings.clock(), EXPIRY_BUDGET);
    this.#counters.expiredPeers += expired;
    return expired;
  }

  /** The access rules have changed, for one torrent or for any. They hold at once; {@link enforceAccess} takes peers out. */
  accessChanged(infoHash?: InfoHash): void {
    if (infoHash === undefined) this.#gate.reviewAll();
    else this.#gate.review(infoHash);
  }

  /** Whether an address may not take part. Front ends that keep connections close those of denied addresses. */
  deniesAddress(address: Address): boolean {
    return this.#settings.deniedAddresses.denies(address, 0, address.length);
  }

  /** Other addresses are denied than before: likewise. */
  deniedAddressesChanged(): void {
    this.#addressSweep.begin();
  }

  /** Takes out some of the peers that the access rules forbid, in about 5 ms. Returns whether there is more to do. */
  enforceAccess(): boolean {
    return this.#gate.step() || this.#addressSweep.step();
  }

  /** Makes the intervals that clients are told from now on so many times longer: 1, the usual, up to {@link maxStretch}. */
  stretchIntervals(stretch: number): void {
    this.#announcer.stretchIntervals(stretch);
  }

  /** How many times longer than usual intervals are. */
  get intervalStretch(): number {
    return this.#announcer.intervalStretch;
  }

  /** The longest stretch: with it the usual interval is the longest there is. */
  get maxStretch(): number {
    return this.#announcer.maxStretch;
  }

  /** How full the tracker is and what it has done. */
  stats(): TrackerStats {
    return { ...this.#store.stats(), counters: { ...this.#counters } };
  }
}
