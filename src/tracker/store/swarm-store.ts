import { type Address, familyOf } from '../../bittorrent/endpoint.ts';
import { ClientTwins, type PeerIdentity } from './client-twins.ts';
import { CompletedMemory } from './completed-memory.ts';
import { COMPLETED, PARTIAL, PeerArena, TWIN } from './peer-arena.ts';
import { SeededHash } from './seeded-hash.ts';
import { SwarmLists } from './swarm-lists.ts';
import { LOCAL_SEED, REGISTERED, SwarmTable } from './swarm-table.ts';

/** Bounds on what the store takes in. What does not fit is refused, unless somebody makes room first. */
export interface SwarmStoreLimits {
  /** Peers of all swarms. About 60 bytes each. */
  readonly maxPeers: number;
  /** Swarms, registered ones included. About 100 bytes each. */
  readonly maxSwarms: number;
  readonly maxPeersPerSwarm: number;
  /** Swarms without peers whose counts of completed downloads are remembered; half of them for sure. About 200 bytes each. */
  readonly maxEmptiedSwarms: number;
}

/** Limits for a machine with 1 GB of memory. */
export const DEFAULT_STORE_LIMITS: SwarmStoreLimits = {
  maxPeers: 4_000_000,
  maxSwarms: 2_000_000,
  maxPeersPerSwarm: 1_000_000,
  maxEmptiedSwarms: 100_000,
};

/** How full a store is. */
export interface StoreStats {
  readonly swarms: number;
  readonly peers4: number;
  readonly peers6: number;
  /** Reached by their WebSocket. */
  readonly webPeers: number;
  /** The seeders among them. */
  readonly seeders4: number;
  readonly seeders6: number;
  readonly webSeeders: number;
  readonly bytesUsed: number;
}

const NONE = -1;
/** What removing a peer costs in looks at a slot: 1.2 us against 20 ns, but who has expired should not stay for long. */
const REMOVAL_COST = 10;

/**
 * All swarms and their peers, in typed arrays: no object a swarm or a peer, and nothing in the layout that could not lie
 * in shared memory. A swarm is a row number, a peer a slot number in the arena of its kind. Both are valid until the
 * next change of the store. Within a swarm a peer is its address and port, or its WebSocket.
 */
export class SwarmStore {
  readonly swarms: SwarmTable;
  readonly lists: SwarmLists;
  readonly arena4: PeerArena;
  readonly arena6: PeerArena;
  /** Peers that are reached by their WebSocket. */
  readonly webArena: PeerArena;
  /** Clients with endpoints of several kinds. */
  readonly twins: ClientTwins;
  readonly limits: SwarmStoreLimits;
  #cursor4 = 0;
  #cursor6 = 0;
  #webCursor = 0;

  constructor(limits: Partial<SwarmStoreLimits> = {}, hash: SeededHash = new SeededHash()) {
    this.limits = Object.freeze({ ...DEFAULT_STORE_LIMITS, ...limits });
    this.swarms = new SwarmTable(hash, new CompletedMemory(this.limits.maxEmptiedSwarms));
    this.lists = new SwarmLists(this.swarms);
    this.arena4 = new PeerArena(4, hash);
    this.arena6 = new PeerArena(6, hash);
    this.webArena = new PeerArena('web', hash);
    this.twins = new ClientTwins(this, hash);
  }

  /** Memory of all arrays, spare room included. */
  get bytesUsed(): number {
    return this.swarms.bytesUsed + this.arena4.bytesUsed + this.arena6.bytesUsed + this.webArena.bytesUsed;
  }

  /** Peers of all swarms and kinds. */
  get size(): number {
    return this.arena4.size + this.arena6.size + this.webArena.size;
  }

  /** How full the store is. */
  stats(): StoreStats {
    return {
      swarms: this.swarms.size,
      peers4: this.arena4.size,
      peers6: this.arena6.size,
      webPeers: this.webArena.size,
      seeders4: this.arena4.seeders,
      seeders6: this.arena6.seeders,
      webSeeders: this.webArena.seeders,
      bytesUsed: this.bytesUsed,
    };
  }

  /** The peers of the family of `address`. */
  arenaOf(address: Address): PeerArena {
    return familyOf(address) === 4 ? this.arena4 : this.arena6;
  }

  /** The row of a swarm, made when there is none; -1 when there is no room for another. */
  findOrAddSwarm(infoHash: Uint8Array): number {
    const found = this.swarms.find(infoHash);
    return found >= 0 ? found : this.addSwarm(infoHash);
  }

  /** The row of a new swarm that is not there yet; -1 when there is no room for another. */
  addSwarm(infoHash: Uint8Array): number {
    return this.swarms.size < this.limits.maxSwarms ? this.swarms.add(infoHash) : NONE;
  }

  /** The row of a swarm that somebody here asked for: made when there is none, without a limit. */
  registeredSwarm(infoHash: Uint8Array): number {
    const found = this.swarms.find(infoHash);
    return found >= 0 ? found : this.swarms.add(infoHash);
  }

  /** Whether a row below `swarms.rows` is a swarm. */
  isInUse(row: number): boolean {
    return this.swarms.flags[row] !== 0 || this.endpoints(row) > 0;
  }

  /** Whether a swarm has a flag, such as REGISTERED. */
  hasFlag(swarm: number, flag: number): boolean {
    return ((this.swarms.flags[swarm] as number) & flag) !== 0; // a row in use
  }

  /** Sets or clears a flag. A swarm that is then empty and not registered is forgotten. */
  setFlag(swarm: number, flag: number, isSet: boolean): void {
    const flags = this.swarms.flags[swarm] as number; // a row in use
    this.swarms.flags[swarm] = isSet ? flags | flag : flags & ~flag;
    this.removeIfEmpty(swarm);
  }

  /** Seeders now; a client with endpoints of several kinds counts once. The own seed node does not count here. */
  seeders(swarm: number): number {
    return this.swarms.seederEndpointsOf(swarm) - this.swarms.twinSeeders(swarm) - this.partials(swarm);
  }

  /** Peers that lack data now, partial seeds among them. */
  leechers(swarm: number): number {
    return this.downloaders(swarm) + this.partials(swarm);
  }

  /** Peers that lack data but want no more of it (BEP 21). */
  partials(swarm: number): number {
    return this.swarms.partials[swarm] as number; // a row in use
  }

  /** Peers that want data now (BEP 21). */
  downloaders(swarm: number): number {
    return this.endpoints(swarm) - this.swarms.seederEndpointsOf(swarm) - this.swarms.twinLeechers(swarm);
  }

  /** Endpoints in a swarm, of all kinds. */
  endpoints(swarm: number): number {
    return this.swarms.endpointsOf(swarm);
  }

  /**
   * The slot of a new peer; -1 when there is no room. It must not be in the swarm yet. Times are unix seconds. `arena`: that of the
   * address's family unless it is said.
   */
  insert(
    swarm: number,
    address: Address,
    port: number,
    peer: PeerIdentity,
    isSeeder: boolean,
    expiresAtSeconds: number,
    arena: PeerArena = this.arenaOf(address),
  ): number {
    if (this.isFull() || this.isSwarmFull(swarm)) return NONE;
    const slot = this.lists.open(swarm, arena, isSeeder);
    arena.write(slot, swarm, address, port);
    arena.setExpires(slot, expiresAtSeconds);
    this.twins.identify(arena, slot, peer);
    return slot;
  }

  /** A known peer announced again: sets when it expires, its role (no partial seed), and who it is. Returns its slot, which may be another. */
  refresh(
    arena: PeerArena,
    slot: number,
    peer: PeerIdentity,
    isSeeder: boolean,
    expiresAtSeconds: number,
  ): number {
    arena.setExpires(slot, expiresAtSeconds);
    const wasSeeder = this.lists.isSeeder(arena, slot);
    const at = wasSeeder === isSeeder ? slot : this.#changeRole(arena, slot, isSeeder);
    if (!this.twins.isKnownAs(arena, at, peer)) {
      this.twins.leave(arena, at);
      arena.clearIdentity(at);
      this.twins.identify(arena, at, peer);
    }
    this.setPartial(arena, at, false);
    return at;
  }

  /** Whether a peer has all data; a partial seed has not. */
  isSeeder(arena: PeerArena, slot: number): boolean {
    return this.lists.isSeeder(arena, slot) && !arena.hasFlag(slot, PARTIAL);
  }

  /** Says whether a peer that {@link insert} or {@link refresh} put among the seeders is a partial seed only. */
  setPartial(arena: PeerArena, slot: number, isPartial: boolean): void {
    if (arena.hasFlag(slot, PARTIAL) === isPartial) return;
    arena.setFlag(slot, PARTIAL, isPartial);
    if (!arena.hasFlag(slot, TWIN)) this.swarms.countPartial(arena.swarmAt(slot), isPartial ? 1 : -1);
  }

  /** Removes a peer. An empty swarm that is not registered is forgotten. */
  remove(arena: PeerArena, slot: number): void {
    const swarm = arena.swarmAt(slot);
    const isSeeder = this.lists.isSeeder(arena, slot);
    this.twins.leave(arena, slot);
    if (arena.hasFlag(slot, PARTIAL)) this.swarms.countPartial(swarm, -1);
    arena.clear(slot);
    this.lists.close(swarm, arena, slot, isSeeder);
    this.removeIfEmpty(swarm);
  }

  /** Removes up to `limit` peers of a swarm, which goes with the last unless it is registered. Returns how many went. */
  removePeers(swarm: number, limit: number): number {
    let removed = 0;
    for (const arena of [this.arena4, this.arena6, this.webArena])
      for (; removed < limit && this.lists.size(swarm, arena) > 0; removed++)
        this.remove(arena, this.lists.start(swarm, arena));
    return removed;
  }

  /** Marks that a peer's download was counted; false when it was marked already. */
  markCompleted(arena: PeerArena, slot: number): boolean {
    if (arena.hasFlag(slot, COMPLETED)) return false;
    arena.setFlag(slot, COMPLETED, true);
    return true;
  }

  /**
   * Looks at up to `budget` slots of each kind for peers that expired at `nowSeconds` or before, and goes on where the
   * last call ended; a peer that is removed takes as much of the budget as {@link REMOVAL_COST} slots. Returns the number of
   * peers removed.
   */
  expire(nowSeconds: number, budget: number): number {
    const before = this.size;
    this.#cursor4 = this.#sweep(this.arena4, this.#cursor4, nowSeconds, budget);
    this.#cursor6 = this.#sweep(this.arena6, this.#cursor6, nowSeconds, budget);
    this.#webCursor = this.#sweep(this.webArena, this.#webCursor, nowSeconds, budget);
    return before - this.size;
  }

  #sweep(arena: PeerArena, cursor: number, nowSeconds: number, budget: number): number {
    let slot = cursor < arena.allocator.top ? cursor : 0;
    for (let rest = budget; rest > 0 && slot < arena.allocator.top; ) {
      const expires = arena.expiresAt(slot);
      if (expires !== 0 && expires <= nowSeconds) {
        this.remove(arena, slot); // another peer may lie in the slot now, so it is looked at again
        rest -= REMOVAL_COST;
      } else {
        slot++;
        rest--;
      }
    }
    return slot;
  }

  /** There is no room for another peer in any swarm. */
  isFull(): boolean {
    return this.size >= this.limits.maxPeers;
  }

  /** There is no room for another peer in this swarm. */
  isSwarmFull(swarm: number): boolean {
    return this.endpoints(swarm) >= this.limits.maxPeersPerSwarm;
  }

  #changeRole(arena: PeerArena, slot: number, isSeeder: boolean): number {
    const moved = this.lists.changeRole(arena.swarmAt(slot), arena, slot, isSeeder);
    this.twins.changedRole(arena, moved, isSeeder);
    return moved;
  }

  /** Forgets a swarm that has no peers, unless it is registered or our own seed node has it. */
  removeIfEmpty(swarm: number): void {
    if (this.hasFlag(swarm, REGISTERED | LOCAL_SEED) || this.endpoints(swarm) > 0) return;
    this.swarms.remove(swarm);
  }
}
