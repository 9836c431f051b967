import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { AnnounceReply, FailureReply } from '../../bittorrent/announce-response.ts';
import type { Address } from '../../bittorrent/endpoint.ts';
import { NO_ROOM, type SwarmGate } from '../access/swarm-gate.ts';
import type { AnnounceContext } from '../announce-context.ts';
import { isOwnAnnounce, type LocalSeed, type LocalSeeds } from '../local-seeds.ts';
import type { PeerArena } from '../store/peer-arena.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import { LOCAL_SEED, REFUSED } from '../store/swarm-table.ts';
import type { TrackerCounters } from '../tracker-counters.ts';
import type { TrackerSettings } from '../tracker-options.ts';
import { webSocketAddress } from '../web-peers.ts';
import { AnnounceIntervals } from './announce-intervals.ts';
import { isUnusable, peerAddress } from './peer-address.ts';
import { ReplyBuilder, type SwarmState } from './reply-builder.ts';
import type { RoomMaker } from './room-maker.ts';

/** What an announcer works on. */
export interface AnnouncerParts {
  readonly settings: TrackerSettings;
  readonly store: SwarmStore;
  readonly gate: SwarmGate;
  readonly localSeeds: LocalSeeds;
  readonly room: RoomMaker;
  readonly counters: TrackerCounters;
}

const NONE = -1;
const UNLISTED = 'the tracker is full: you are not listed, but here are peers';
const UNREACHABLE = 'nobody can reach your address as we see it: you are not listed, but here are peers';

/** Takes in announces: first the swarm is brought up to date, then the answer is made from it. */
export class Announcer {
  readonly #settings: TrackerSettings;
  readonly #store: SwarmStore;
  readonly #gate: SwarmGate;
  readonly #localSeeds: LocalSeeds;
  readonly #counters: TrackerCounters;
  readonly #room: RoomMaker;
  readonly #replies: ReplyBuilder;
  readonly #unregistered: FailureReply;
  readonly #notAllowed: FailureReply;
  readonly #switchedOff: FailureReply;
  readonly #full: FailureReply;
  readonly #intervals: AnnounceIntervals;
  readonly #webIntervals: AnnounceIntervals;
  /** When the announce came that is being taken in, unix seconds. */
  #now = 0;

  constructor({ settings, store, gate, localSeeds, room, counters }: AnnouncerParts) {
    this.#settings = settings;
    this.#store = store;
    this.#gate = gate;
    this.#localSeeds = localSeeds;
    this.#counters = counters;
    this.#room = room;
    this.#replies = new ReplyBuilder(settings, store, localSeeds);
    const { intervalSeconds } = settings;
    const again = { retryInSeconds: intervalSeconds, intervalSeconds };
    this.#unregistered = Object.freeze({ reason: 'unregistered torrent', ...again });
    this.#notAllowed = Object.freeze({ reason: 'this torrent is not allowed here', ...again });
    this.#switchedOff = Object.freeze({ reason: 'this torrent is switched off here', ...again });
    this.#full = Object.freeze({ reason: 'the tracker has no room for another torrent', ...again });
    this.#intervals = new AnnounceIntervals(settings);
    this.#webIntervals = new AnnounceIntervals({ ...settings, intervalSeconds: settings.webIntervalSeconds });
  }

  /** The longest stretch of the intervals. */
  get maxStretch(): number {
    return this.#intervals.maxStretch;
  }

  /** How many times longer than usual intervals are. */
  get intervalStretch(): number {
    return this.#intervals.stretch;
  }

  /** See TrackerCore.stretchIntervals. */
  stretchIntervals(stretch: number): void {
    this.#intervals.stretchTo(stretch);
    this.#webIntervals.stretchTo(stretch);
  }

  /** See TrackerCore.announce. */
  announce(request: AnnounceRequest, context: AnnounceContext): AnnounceReply | FailureReply {
    this.#counters.announces++;
    if (request.event === 'stopped') return this.#stop(request, context);
    this.#now = this.#settings.clock();
    const swarm = this.#room.swarmFor(request.infoHash);
    if (swarm < 0) return this.#refuse(request.infoHash, swarm);
    const seed = this.#seedOf(swarm);
    const isOwn = seed !== undefined && isOwnAnnounce(seed, request, context);
    const address = this.#addressOf(request, context);
    const arena = this.#arenaOf(address, context);
    const intervals = context.webSocket === undefined ? this.#intervals : this.#webIntervals;
    const intervalSeconds = this.#drawInterval(intervals, swarm);
    const expires = this.#now + intervals.lifetimeOf(intervalSeconds);
    const isUnreachable = context.webSocket === undefined && isUnusable(address);
    const slot = isOwn || isUnreachable ? NONE : this.#list(swarm, arena, request, address, expires);
    const isSpared =
      slot >= 0 &&
      seed !== undefined &&
      this.#sparesSeed(seed, request, context, expires) &&
      this.#store.lists.seeders(swarm, arena) > 0; // others that it reaches
    // Whether others serve a peer shows at its next announce: soon.
    const toldSeconds = isSpared ? Math.min(intervalSeconds, intervals.minSeconds) : intervalSeconds;
    const reply = this.#replies.build({
      request,
      context,
      seeker:
        context.webSocket === undefined
          ? { swarm, arena, slot, isSeeder: wantsNoData(request) && !mayLackMetadata(request) }
          : undefined, // it can use no endpoints
      localSeed: isOwn || isSpared || seed?.isAway === true ? undefined : seed,
      state: this.state(swarm),
      intervalSeconds: toldSeconds,
      minIntervalSeconds: intervals.minimumBeside(toldSeconds),
      warning: slot >= 0 || isOwn ? undefined : isUnreachable ? UNREACHABLE : UNLISTED,
    });
    if (slot < 0) this.#store.removeIfEmpty(swarm);
    return reply;
  }

  /** The counts of a swarm; of one that is not there but could be, what is remembered. */
  stateOf(infoHash: Uint8Array): SwarmState {
    const { swarms } = this.#store;
    const swarm = swarms.find(infoHash);
    if (swarm >= 0) return this.state(swarm);
    return {
      complete: 0,
      incomplete: 0,
      downloaders: 0,
      downloaded: this.#gate.access.admits(infoHash) ? swarms.emptied.completedOf(infoHash) : 0,
    };
  }

  /** The counts of a swarm's row, our own seed node included. */
  state(swarm: number): SwarmState {
    const seed = this.#seedOf(swarm);
    const own = seed === undefined || seed.isAway === true ? 0 : 1;
    const isLeeching = seed?.isComplete === false && seed.isPartialSeed !== true;
    const downloaders = this.#store.downloaders(swarm) + (isLeeching ? own : 0);
    return {
      complete: this.#store.seeders(swarm) + (seed?.isComplete === true ? own : 0),
      incomplete: downloaders + this.#store.partials(swarm) + (seed?.isPartialSeed === true ? own : 0),
      downloaders,
      downloaded: this.#store.swarms.completedOf(swarm),
    };
  }

  /** Seconds until the next announce to a swarm. Its age counts from the first peer that announced itself to it. */
  #drawInterval(intervals: AnnounceIntervals, swarm: number): number {
    const { bornAt } = this.#store.swarms;
    const peers = this.#store.endpoints(swarm);
    if (peers === 0) bornAt[swarm] = this.#now;
    return intervals.draw(this.#now - (bornAt[swarm] as number), peers); // a row in use
  }

  #seedOf(swarm: number): LocalSeed | undefined {
    if (!this.#store.hasFlag(swarm, LOCAL_SEED) || this.#store.hasFlag(swarm, REFUSED)) return undefined;
    return this.#localSeeds.get(swarm);
  }

  /** Whether our own seed is kept from a peer, since others can serve it: whoever follows the swarm says. */
  #sparesSeed(
    { follower }: LocalSeed,
    request: AnnounceRequest,
    { webSocket }: AnnounceContext,
    expires: number,
  ): boolean {
    if (follower === undefined || webSocket !== undefined) return false;
    return !follower.announced(request, this.#now, expires);
  }

  /** Why there is no row to announce to. */
  #refuse(infoHash: Uint8Array, row: number): FailureReply {
    const { access } = this.#gate;
    if (row === NO_ROOM) {
      this.#counters.refusedFull++;
      return this.#full;
    }
    if (access.switchedOff.has(infoHash)) {
      this.#counters.refusedSwitchedOff++;
      return this.#switchedOff;
    }
    if (access.mode === 'registered' && !access.deny.has(infoHash) && !this.#gate.isRegistered(infoHash)) {
      this.#counters.refusedUnregistered++;
      return this.#unregistered;
    }
    this.#counters.refusedByList++;
    return this.#notAllowed;
  }

  /** A peer leaves. Clients repeat a `stopped` until it succeeds, so it does, whoever sends it for whatever torrent. */
  #stop(request: AnnounceRequest, context: AnnounceContext): AnnounceReply {
    const swarm = this.#store.swarms.find(request.infoHash);
    const address = this.#addressOf(request, context);
    const arena = this.#arenaOf(address, context);
    const slot = swarm < 0 ? NONE : arena.find(swarm, address, request.port);
    if (slot >= 0) {
      if (context.webSocket === undefined) this.#seedOf(swarm)?.follower?.announced(request, this.#now, 0);
      if (this.#completes(arena, slot, request)) this.#complete(swarm, arena, slot, request.infoHash);
      this.#store.remove(arena, slot);
      this.#counters.stopped++;
      if (arena !== this.#store.webArena)
        this.#settings.journal.recordGone(request.infoHash, address, request.port);
    }
    return this.#replies.build({
      request,
      context,
      seeker: undefined,
      localSeed: undefined,
      intervalSeconds: this.#settings.intervalSeconds,
      minIntervalSeconds: this.#intervals.minimumBeside(this.#settings.intervalSeconds),
      state: this.stateOf(request.infoHash), // its last peer takes a swarm along
      warning: undefined,
    });
  }

  /** Where the peer is reached. */
  #addressOf(request: AnnounceRequest, { source, webSocket }: AnnounceContext): Address {
    if (webSocket !== undefined) return webSocketAddress(webSocket);
    return peerAddress(request, source, this.#settings.trustsIpParameterOf);
  }

  #arenaOf(address: Address, { webSocket }: AnnounceContext): PeerArena {
    return webSocket === undefined ? this.#store.arenaOf(address) : this.#store.webArena;
  }

  /** Adds the peer or brings it up to date. Returns its slot, -1 when there is no room. */
  #list(
    swarm: number,
    arena: PeerArena,
    request: AnnounceRequest,
    address: Address,
    expires: number,
  ): number {
    const isSeeder = wantsNoData(request);
    const known = arena.find(swarm, address, request.port);
    const completes = this.#completes(arena, known, request);
    if (known < 0) this.#room.makeRoom(swarm, this.#now);
    const slot =
      known < 0
        ? this.#store.insert(swarm, address, request.port, request, isSeeder, expires, arena)
        : this.#store.refresh(arena, known, request, isSeeder, expires);
    if (slot < 0) {
      this.#counters.unlistedPeers++;
      return NONE;
    }
    if (isSeeder && request.left > 0) this.#store.setPartial(arena, slot, true);
    // Who is reached by a socket is gone with it: nothing of him outlives this process.
    if (arena !== this.#store.webArena)
      this.#settings.journal.recordPeer(request.infoHash, address, request.port, request, this.#now, expires);
    if (completes) this.#complete(swarm, arena, slot, request.infoHash);
    return slot;
  }

  /**
   * Whether an announce tells of a completed download. `completed` does, unless it comes from a known seeder: that one was
   * counted, or began with all data. A known leecher that now needs nothing and has fetched something does as well, whatever its
   * event: aria2 sends only `stopped` when it is not to seed. (Found by a check, the data would have cost no download.)
   */
  #completes(arena: PeerArena, known: number, { left, event, downloaded }: AnnounceRequest): boolean {
    if (left > 0 || (known >= 0 && this.#store.isSeeder(arena, known))) return false;
    return event === 'completed' || (known >= 0 && downloaded > 0);
  }

  /** Counts a completed download: once a peer, and once a client with endpoints of both families. */
  #complete(swarm: number, arena: PeerArena, slot: number, infoHash: Uint8Array): void {
    if (!this.#store.markCompleted(arena, slot)) return;
    if (this.#store.twins.hasCompleted(arena, slot)) return;
    this.#counters.completed++;
    this.#settings.journal.recordCompleted(infoHash, this.#store.swarms.countCompleted(swarm));
  }
}

/** A seeder, whatever its event, or a partial seed (BEP 21). */
function wantsNoData({ left, event }: AnnounceRequest): boolean {
  return left === 0 || event === 'paused';
}

/**
 * aria2 announces `left=0` while it still fetches the metadata of a magnet (it knows no length yet), and finds nobody when it
 * is given no seeders. So whoever starts with nothing left and nothing transferred is given seeders once; a real seeder drops them.
 */
function mayLackMetadata({ event, uploaded, downloaded }: AnnounceRequest): boolean {
  return event === 'started' && uploaded === 0 && downloaded === 0;
}
