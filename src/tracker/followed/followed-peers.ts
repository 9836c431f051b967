import { SeededHash } from '../store/seeded-hash.ts';
import { SlotIndex } from '../store/slot-index.ts';

const INITIAL_SLOTS = 64;
const GROWTH = 1.5;
const ID_BYTES = 20;
const NONE = -1;

// A slot is a cache line: five words of the peer id, then these; at its end three doubles.
const SLOT_BYTES = 64;
const SLOT_WORDS = 16;
const SLOT_DOUBLES = 8;
const SWARM_WORD = 5;
const CHANGED_WORD = 6;
const EXPIRES_WORD = 7;
const COPY_WORD = 8;
const DOWNLOADED = 5;
const LEFT = 6;
const COUNTED = 7;

/**
 * What the peers of the swarms that are followed said at their last announce: one typed array with an index by swarm and peer id, 70 bytes
 * a peer and no object. A client with endpoints of both families is one peer. Slots are numbers below `top`.
 */
export class FollowedPeers {
  readonly #maxPeers: number;
  readonly #hash = new SeededHash();
  readonly #index: SlotIndex;
  readonly #free: number[] = [];
  /** Three views of one memory. */
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(0);
  #doubles = new Float64Array(0);
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
    return this.#words[slot * SLOT_WORDS + SWARM_WORD] as number; // a slot; so are the others below
  }

  /** Unix seconds: when the peer was first seen, or had last come on. */
  changedAt(slot: number): number {
    return this.#words[slot * SLOT_WORDS + CHANGED_WORD] as number;
  }

  setChanged(slot: number, seconds: number): void {
    this.#words[slot * SLOT_WORDS + CHANGED_WORD] = seconds;
  }

  /** Unix seconds: from then on the peer is gone. */
  expiresAt(slot: number): number {
    return this.#words[slot * SLOT_WORDS + EXPIRES_WORD] as number;
  }

  setExpires(slot: number, seconds: number): void {
    this.#words[slot * SLOT_WORDS + EXPIRES_WORD] = seconds;
  }

  /** Whether the peer counts as a full copy. */
  isCopy(slot: number): boolean {
    return this.#words[slot * SLOT_WORDS + COPY_WORD] === 1;
  }

  setCopy(slot: number, isCopy: boolean): void {
    this.#words[slot * SLOT_WORDS + COPY_WORD] = isCopy ? 1 : 0;
  }

  /** Bytes since the client's `started`. */
  downloadedAt(slot: number): number {
    return this.#doubles[slot * SLOT_DOUBLES + DOWNLOADED] as number;
  }

  /** Bytes that the peer lacks. */
  leftAt(slot: number): number {
    return this.#doubles[slot * SLOT_DOUBLES + LEFT] as number;
  }

  setProgress(slot: number, downloaded: number, left: number): void {
    this.#doubles[slot * SLOT_DOUBLES + DOWNLOADED] = downloaded;
    this.#doubles[slot * SLOT_DOUBLES + LEFT] = left;
  }

  /** Bytes that the peer was counted for; 0 when it comes. */
  countedAt(slot: number): number {
    return this.#doubles[slot * SLOT_DOUBLES + COUNTED] as number;
  }

  setCounted(slot: number, bytes: number): void {
    this.#doubles[slot * SLOT_DOUBLES + COUNTED] = bytes;
  }

  /** The slot of a peer of a swarm, or -1. */
  find(swarm: number, peerId: Uint8Array): number {
    const index = this.#index;
    for (let place = index.home(this.#hash.bytes(peerId, 0, ID_BYTES, swarm)); ; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0 || (this.swarmAt(slot) === swarm && this.#isPeerId(slot, peerId))) return slot;
    }
  }

  /** A new peer, whose fields the caller sets; -1 when there is no room. It must not be known. */
  add(swarm: number, peerId: Uint8Array): number {
    if (this.size >= this.#maxPeers) return NONE;
    const slot = this.#free.pop() ?? this.#addSlot();
    this.#bytes.fill(0, slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
    for (let i = 0; i < ID_BYTES; i++) this.#bytes[slot * SLOT_BYTES + i] = peerId[i] as number; // 20 bytes by its type
    this.#words[slot * SLOT_WORDS + SWARM_WORD] = swarm;
    this.#index.insert(this.#hashAt(slot), slot);
    return slot;
  }

  /** Forgets a peer. */
  remove(slot: number): void {
    this.#index.remove(this.#hashAt(slot), slot);
    this.#words[slot * SLOT_WORDS + SWARM_WORD] = 0;
    this.#free.push(slot);
  }

  #isPeerId(slot: number, peerId: Uint8Array): boolean {
    const at = slot * SLOT_BYTES;
    for (let i = 0; i < ID_BYTES; i++) if (this.#bytes[at + i] !== peerId[i]) return false;
    return true;
  }

  #hashAt(slot: number): number {
    return this.#hash.bytes(this.#bytes, slot * SLOT_BYTES, ID_BYTES, this.swarmAt(slot));
  }

  #addSlot(): number {
    if (this.#top * SLOT_BYTES === this.#bytes.length) this.#grow();
    return this.#top++;
  }

  #grow(): void {
    const slots = Math.min(this.#maxPeers, Math.max(INITIAL_SLOTS, Math.ceil(this.#top * GROWTH)));
    const bytes = new Uint8Array(slots * SLOT_BYTES);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer);
    this.#doubles = new Float64Array(bytes.buffer);
  }
}
