import { COMPLETED, PARTIAL, type PeerArena, TWIN } from './peer-arena.ts';
import type { SeededHash } from './seeded-hash.ts';
import type { SwarmLists } from './swarm-lists.ts';
import type { SwarmTable } from './swarm-table.ts';

/** Who a peer is, beside its endpoint. */
export interface PeerIdentity {
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** The client's `key`, 0 for none. */
  readonly key: number;
}

/** The parts of a swarm store that this needs. */
export interface TwinStore {
  readonly swarms: SwarmTable;
  readonly lists: SwarmLists;
  readonly arena4: PeerArena;
  readonly arena6: PeerArena;
  readonly webArena: PeerArena;
}

const NONE = -1;

/**
 * Endpoints of one kind that one client may have in a swarm. More are nobody's client: all with one peer id and key fall
 * together in the index, and whoever announces a million ports under one peer id would make each step through them all.
 */
const MAX_ENDPOINTS = 64;

/**
 * Clients that announce over IPv4 and IPv6 (BEP 7), or over a WebSocket as well, have endpoints in several arenas and count once.
 * Same peer id and key is same client. Of its endpoints those of one kind count; the others carry the TWIN flag, and their
 * swarm counts them apart.
 */
export class ClientTwins {
  readonly #store: TwinStore;
  readonly #hash: SeededHash;
  readonly #others4: readonly PeerArena[];
  readonly #others6: readonly PeerArena[];
  readonly #othersWeb: readonly PeerArena[];

  constructor(store: TwinStore, hash: SeededHash) {
    this.#store = store;
    this.#hash = hash;
    const { arena4, arena6, webArena } = store;
    this.#others4 = [arena6, webArena];
    this.#others6 = [arena4, webArena];
    this.#othersWeb = [arena4, arena6];
  }

  /** The arena of the other family. */
  otherArena(arena: PeerArena): PeerArena {
    return arena === this.#store.arena4 ? this.#store.arena6 : this.#store.arena4;
  }

  /** The slot of the same client in another arena (that of the other family, unless it is said), or -1. */
  slotOf(arena: PeerArena, slot: number, other: PeerArena = this.otherArena(arena)): number {
    const swarm = arena.swarmAt(slot);
    if (this.#store.lists.size(swarm, other) === 0) return NONE;
    return other.findIdentity(swarm, arena.identityAt(slot), arena.peerIdAt(slot), undefined);
  }

  /** Whether the client in a slot has another endpoint that has completed, or was a seeder from the start. */
  hasCompleted(arena: PeerArena, slot: number): boolean {
    for (const other of this.#othersOf(arena)) {
      const twin = this.slotOf(arena, slot, other);
      if (twin < 0) continue;
      const isSeeder = this.#store.lists.isSeeder(other, twin) && !other.hasFlag(twin, PARTIAL);
      if (isSeeder || other.hasFlag(twin, COMPLETED)) return true;
    }
    return false;
  }

  #othersOf(arena: PeerArena): readonly PeerArena[] {
    if (arena === this.#store.arena4) return this.#others4;
    return arena === this.#store.arena6 ? this.#others6 : this.#othersWeb;
  }

  /** Whether the peer in a slot has this peer id and key. One of a crowd never has: it may be a client of its own by now. */
  isKnownAs(arena: PeerArena, slot: number, peer: PeerIdentity): boolean {
    return arena.identityAt(slot) === this.#identityOf(peer) && arena.isPeerId(slot, peer.peerId);
  }

  /** The slot of an endpoint of a client, or -1. */
  find(arena: PeerArena, swarm: number, peer: PeerIdentity): number {
    return arena.findIdentity(swarm, this.#identityOf(peer), peer.peerId, undefined);
  }

  #identityOf({ peerId, key }: PeerIdentity): number {
    return this.#hash.bytes(peerId, 0, 20, key);
  }

  /**
   * Writes who a peer is. A client that stands in another arena already does not count again (BEP 7), unless it has more
   * endpoints than any client has.
   */
  identify(arena: PeerArena, slot: number, peer: PeerIdentity): void {
    const swarm = arena.swarmAt(slot);
    const identity = this.#identityOf(peer);
    if (arena.isCrowded(swarm, identity, MAX_ENDPOINTS)) {
      arena.writeIdentity(slot, arena.ownNumber(slot), peer.peerId);
      return;
    }
    arena.writeIdentity(slot, identity, peer.peerId);
    for (const other of this.#othersOf(arena)) {
      if (this.#store.lists.size(swarm, other) === 0) continue;
      if (other.findIdentity(swarm, identity, peer.peerId, false) < 0) continue;
      this.#setTwin(arena, slot, true);
      return;
    }
  }

  /** A peer goes: if it was the one that counted for its client, another endpoint of the client counts from now on. */
  leave(arena: PeerArena, slot: number): void {
    if (arena.hasFlag(slot, TWIN)) {
      this.#setTwin(arena, slot, false);
      return;
    }
    const swarm = arena.swarmAt(slot);
    if (!this.#store.swarms.hasTwins(swarm)) return;
    const identity = arena.identityAt(slot);
    const peerId = arena.peerIdAt(slot);
    if (arena.findIdentity(swarm, identity, peerId, false, slot) >= 0) return;
    if (this.#inherits(arena, swarm, identity, peerId)) return;
    for (const other of this.#othersOf(arena)) if (this.#inherits(other, swarm, identity, peerId)) return;
  }

  /** Lets an endpoint of the client in an arena count; false when there is none. */
  #inherits(arena: PeerArena, swarm: number, identity: number, peerId: Uint8Array): boolean {
    const heir = arena.findIdentity(swarm, identity, peerId, true);
    if (heir < 0) return false;
    this.#setTwin(arena, heir, false);
    return true;
  }

  /** The peer in a slot has just become a seeder, or a leecher. */
  changedRole(arena: PeerArena, slot: number, isSeeder: boolean): void {
    if (!arena.hasFlag(slot, TWIN)) return;
    this.#store.swarms.countTwin(arena.swarmAt(slot), !isSeeder, -1);
    this.#store.swarms.countTwin(arena.swarmAt(slot), isSeeder, 1);
  }

  #setTwin(arena: PeerArena, slot: number, isTwin: boolean): void {
    arena.setFlag(slot, TWIN, isTwin);
    const isSeeder = this.#store.lists.isSeeder(arena, slot);
    const swarm = arena.swarmAt(slot);
    this.#store.swarms.countTwin(swarm, isSeeder, isTwin ? 1 : -1);
    if (arena.hasFlag(slot, PARTIAL)) this.#store.swarms.countPartial(swarm, isTwin ? -1 : 1);
  }
}
