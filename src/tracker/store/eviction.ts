import type { PeerJournal } from '../../persistence/peer-journal.ts';
import type { PeerArena } from './peer-arena.ts';
import type { SwarmStore } from './swarm-store.ts';
import { LOCAL_SEED, REGISTERED } from './swarm-table.ts';

/** Peers, or swarms, of which the least valuable makes room: looking at more costs more, and finds little better. */
const SAMPLE = 32;
/** Endpoints of a swarm with a single peer, which may be reached over both families. */
const SINGLE_PEER = 2;
const NONE = -1;

/** What a peer is worth, the least first; within one, who expires first. */
const EXPIRED = 0;
const ALONE = 1;
const UNREGISTERED = 2;
const KEPT = 3;

/**
 * Makes room in a full store, in bounded time. What goes is the least valuable of a sample: who has expired, then who is alone in a
 * swarm that nobody registered, then other peers of such swarms; of these, who would expire first. Peers of registered torrents
 * make no room for others. Peers of young swarms are told short intervals and expire soon, so a flood of random info-hashes mostly
 * drives out itself.
 */
export class Eviction {
  readonly #store: SwarmStore;
  readonly #random: () => number;
  readonly #journal: PeerJournal;
  /** Where the next sample of rows begins. */
  #row = 0;

  /** `random` is in [0, 1); `journal` is told who has gone, or a database would grow with a flood while the store does not. */
  constructor(store: SwarmStore, random: () => number, journal: PeerJournal) {
    this.#store = store;
    this.#random = random;
    this.#journal = journal;
  }

  /** Takes out a swarm that nobody registered and that has one peer at most. False when the sample holds none. */
  makeRoomForSwarm(): boolean {
    const { swarms } = this.#store;
    let victim = NONE;
    let first = Number.POSITIVE_INFINITY;
    for (let rest = Math.min(SAMPLE, swarms.rows); rest > 0; rest--) {
      const row = this.#row % swarms.rows;
      this.#row = row + 1;
      const expires = this.#isSmall(row) ? this.#lastExpiry(row) : first;
      if (expires >= first) continue;
      victim = row;
      first = expires;
    }
    if (victim === NONE) return false;
    this.#evictAll(victim);
    return true;
  }

  /**
   * Takes out a peer, so that there is room for another one in the swarm. In a swarm that is full it is one of its own; in a full
   * store one of another swarm. False when the sample holds only peers that are worth as much as the new one.
   */
  makeRoomForPeer(swarm: number, nowSeconds: number): boolean {
    if (this.#store.isSwarmFull(swarm) && !this.#evictFrom(swarm)) return false;
    return !this.#store.isFull() || this.#evictElsewhere(swarm, nowSeconds);
  }

  /**
   * A peer of the swarm, of the kind of which it has most: of a sample the one that expires first, which is the one that was silent
   * for longest.
   */
  #evictFrom(swarm: number): boolean {
    const { lists, arena4, arena6, webArena } = this.#store;
    const larger = (a: PeerArena, b: PeerArena): PeerArena =>
      lists.size(swarm, a) >= lists.size(swarm, b) ? a : b;
    const arena = larger(larger(arena4, arena6), webArena);
    const size = lists.size(swarm, arena);
    if (size < 2) return false; // the swarm must not go with its last peer
    const start = lists.start(swarm, arena);
    const from = Math.floor(this.#random() * size);
    let victim = start + from;
    for (let i = 1; i < Math.min(SAMPLE, size); i++) {
      const slot = start + ((from + i) % size);
      if (arena.expiresAt(slot) < arena.expiresAt(victim)) victim = slot;
    }
    this.#evict(arena, victim);
    return true;
  }

  /** The few peers of a swarm, which goes with the last. */
  #evictAll(swarm: number): void {
    const { lists, arena4, arena6, webArena } = this.#store;
    for (const arena of [arena4, arena6, webArena])
      while (lists.size(swarm, arena) > 0) this.#evict(arena, lists.start(swarm, arena));
  }

  #evict(arena: PeerArena, slot: number): void {
    if (arena !== this.#store.webArena) {
      const infoHash = this.#store.swarms.infoHashAt(arena.swarmAt(slot));
      this.#journal.recordEvicted(infoHash, arena.addressAt(slot), arena.portAt(slot));
    }
    this.#store.remove(arena, slot);
  }

  #evictElsewhere(swarm: number, nowSeconds: number): boolean {
    const arena = this.#largestArena();
    const { top } = arena.allocator;
    const from = Math.floor(this.#random() * top);
    let victim = NONE;
    let least = KEPT;
    for (let i = 0; i < Math.min(SAMPLE, top); i++) {
      const slot = (from + i) % top;
      const worth = this.#worthOf(arena, slot, swarm, nowSeconds);
      if (worth > least || worth === KEPT) continue;
      if (worth === least && arena.expiresAt(slot) >= arena.expiresAt(victim)) continue;
      victim = slot;
      least = worth;
    }
    if (victim === NONE) return false;
    this.#evict(arena, victim);
    return true;
  }

  #worthOf(arena: PeerArena, slot: number, swarm: number, nowSeconds: number): number {
    const expires = arena.expiresAt(slot);
    if (expires === 0) return KEPT; // an empty slot
    const own = arena.swarmAt(slot);
    if (own === swarm) return KEPT; // the swarm must not go
    if (expires <= nowSeconds) return EXPIRED;
    if (this.#store.hasFlag(own, REGISTERED | LOCAL_SEED)) return KEPT;
    return this.#store.endpoints(own) <= SINGLE_PEER ? ALONE : UNREGISTERED;
  }

  #largestArena(): PeerArena {
    const { arena4, arena6, webArena } = this.#store;
    const ofFamilies = arena4.size >= arena6.size ? arena4 : arena6;
    return ofFamilies.size >= webArena.size ? ofFamilies : webArena;
  }

  #isSmall(row: number): boolean {
    const endpoints = this.#store.endpoints(row);
    return endpoints > 0 && endpoints <= SINGLE_PEER && !this.#store.hasFlag(row, REGISTERED | LOCAL_SEED);
  }

  /** When the last of the few peers of a swarm expires. */
  #lastExpiry(row: number): number {
    const { lists, arena4, arena6, webArena } = this.#store;
    let last = 0;
    for (const arena of [arena4, arena6, webArena]) {
      const start = lists.start(row, arena);
      for (let i = 0; i < lists.size(row, arena); i++) last = Math.max(last, arena.expiresAt(start + i));
    }
    return last;
  }
}
