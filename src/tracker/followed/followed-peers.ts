import { SeededHash } from '../store/seeded-hash.ts';
import { SlotIndex } from '../store/slot-index.ts';

const INITIAL_SLOTS = 64;
const GROWTH = 1.5;
const ID_BYTES = 20;
const NONE = -1;

/**
 * What the peers of the swarms that are followed said at their last announce: typed arrays with an index by swarm and peer id, 60 bytes a
 * peer and no object. A client with endpoints of both families is one peer.
 */
export class FollowedPeers {
  /** Bytes since the client's `started`; so is the next one. */
  downloaded = new Float64Array(0);
  left = new Float64Array(0);
  /** Bytes that it was counted for. */
  counted = new Float64Array(0);
  /** Unix seconds: when it was first seen, or had last come on. */
  changedAt = new Uint32Array(0);
  /** Unix seconds: after that it is gone. */
  expiresAt = new Uint32Array(0);
  /** 1: it counts as a full copy. */
  isCopy = new Uint8Array(0);
  readonly #maxPeers: number;
  readonly #hash = new SeededHash();
  readonly #index: SlotIndex;
  readonly #free: number[] = [];
  #ids = new Uint8Array(0);
  /** The number of the swarm; 0 in an empty slot. */
  #swarms = new Uint32Array(0);
  #top = 0;

  constructor(maxPeers: number) {
    this.#maxPeers = maxPeers;
    this.#index = new SlotIndex((slot) => this.#hashAt(slot));
  }

  /** Peers that are followed. */
  get size(): number {
    return this.#index.size;
  }

  /** One more than the highest slot that was ever in use. */
  get top(): number {
    return this.#top;
  }

  /** The number of the swarm of a slot; 0: the slot is empty. */
  swarmAt(slot: number): number {
    return this.#swarms[slot] as number; // below `top`
  }

  /** The slot of a peer of a swarm, or -1. */
  find(swarm: number, peerId: Uint8Array): number {
    const index = this.#index;
    for (let place = index.home(this.#hash.bytes(peerId, 0, ID_BYTES, swarm)); ; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0 || (this.#swarms[slot] === swarm && this.#isPeerId(slot, peerId))) return slot;
    }
  }

  /** A new peer; the caller fills its fields. -1 when there is no room. It must not be known. */
  add(swarm: number, peerId: Uint8Array): number {
    if (this.size >= this.#maxPeers) return NONE;
    const slot = this.#free.pop() ?? this.#addSlot();
    for (let i = 0; i < ID_BYTES; i++) this.#ids[slot * ID_BYTES + i] = peerId[i] as number; // 20 bytes by its type
    this.#swarms[slot] = swarm;
    this.#index.insert(this.#hashAt(slot), slot);
    return slot;
  }

  /** Forgets a peer. */
  remove(slot: number): void {
    this.#index.remove(this.#hashAt(slot), slot);
    this.#swarms[slot] = 0;
    this.isCopy[slot] = this.counted[slot] = 0;
    this.#free.push(slot);
  }

  #isPeerId(slot: number, peerId: Uint8Array): boolean {
    for (let i = 0; i < ID_BYTES; i++) if (this.#ids[slot * ID_BYTES + i] !== peerId[i]) return false;
    return true;
  }

  #hashAt(slot: number): number {
    return this.#hash.bytes(this.#ids, slot * ID_BYTES, ID_BYTES, this.#swarms[slot] as number);
  }

  #addSlot(): number {
    if (this.#top === this.#swarms.length) this.#grow();
    return this.#top++;
  }

  #grow(): void {
    const slots = Math.min(this.#maxPeers, Math.max(INITIAL_SLOTS, Math.ceil(this.#swarms.length * GROWTH)));
    this.downloaded = grown(this.downloaded, new Float64Array(slots));
    this.left = grown(this.left, new Float64Array(slots));
    this.counted = grown(this.counted, new Float64Array(slots));
    this.changedAt = grown(this.changedAt, new Uint32Array(slots));
    this.expiresAt = grown(this.expiresAt, new Uint32Array(slots));
    this.isCopy = grown(this.isCopy, new Uint8Array(slots));
    this.#swarms = grown(this.#swarms, new Uint32Array(slots));
    this.#ids = grown(this.#ids, new Uint8Array(slots * ID_BYTES));
  }
}

function grown<A extends Uint8Array | Uint32Array | Float64Array>(before: A, larger: A): A {
  larger.set(before);
  return larger;
}
