import type { AddressFamily } from '../../bittorrent/endpoint.ts';
import { PEER_ID_LENGTH } from '../../bittorrent/peer-id.ts';
import { mixBits, type SeededHash } from './seeded-hash.ts';
import { OWNER_WORD, SLOT_WORDS, SlotAllocator, type SlotColumns } from './slot-allocator.ts';
import { SlotIndex } from './slot-index.ts';

/** How peers are reached: at an address of a family, or by the WebSocket whose number stands in the place of an IPv4 address. */
export type PeerKind = AddressFamily | 'web';

/** The peer is a partial seed: it has all that it wants, though not all there is (BEP 21). */
export const PARTIAL = 1 << 28;
/** The peer is a client that already counts with an endpoint of another kind. */
export const TWIN = 1 << 29;
/** The peer's download was counted as completed. */
export const COMPLETED = 1 << 30;

// The words of a slot: five of the peer id, and these three. Together 32 bytes, so that they share a cache line.
/** A hash of peer id and key: it tells the same client in another arena. */
const IDENTITY_WORD = 5;
/** Unix seconds; 0 in an empty slot. */
const EXPIRES_WORD = 6;
/** The swarm in the lower bits, then the flags. The sign belongs to the allocator. */
const SWARM_BITS = 0x0fff_ffff;
const SLOT_BYTES = SLOT_WORDS * 4;

/** Pairs of bytes: twelve IPv4 endpoints. */
const SHORT_COPY = 36;
const INITIAL_SLOTS = 64;
/** An eighth of spare room costs less memory than doubling, and copying stays rare. */
const GROWTH = 1.125;
const NONE = -1;

/**
 * The peers of one kind, of all swarms: a slot a peer. The endpoints of a swarm lie in one block, so that a
 * part of it can be copied into a reply as it is. 38 bytes a peer for IPv4 and WebSockets, 50 for IPv6, and two indices.
 */
export class PeerArena implements SlotColumns {
  readonly kind: PeerKind;
  /** 4 or 16. */
  readonly addressBytes: 4 | 16;
  /** 6 or 18: address and port, as BEP 23 and BEP 7 write them. */
  readonly endpointBytes: 6 | 18;
  readonly allocator: SlotAllocator;
  /** Seeders among the peers of all swarms: the lists count them. */
  seeders = 0;
  endpoints = new Uint8Array(0);
  /** The same memory in halves of words, to copy from. */
  #endpointPairs = new Uint16Array(0);
  words = new Int32Array(0);
  /** The same memory as `words`, for the peer ids. */
  #bytes = new Uint8Array(0);
  readonly #hash: SeededHash;
  readonly #byEndpoint: SlotIndex;
  readonly #byIdentity: SlotIndex;

  constructor(kind: PeerKind, hash: SeededHash) {
    this.kind = kind;
    this.addressBytes = kind === 6 ? 16 : 4;
    this.endpointBytes = kind === 6 ? 18 : 6;
    this.#hash = hash;
    this.allocator = new SlotAllocator(this);
    this.#byEndpoint = new SlotIndex((slot) => this.#endpointHashAt(slot));
    this.#byIdentity = new SlotIndex((slot) => this.#identityHashAt(slot));
  }

  /** Peers of all swarms. */
  get size(): number {
    return this.#byEndpoint.size;
  }

  /** Memory of the slots and indices. */
  get bytesUsed(): number {
    const indices = this.#byEndpoint.bytesUsed + this.#byIdentity.bytesUsed;
    return this.endpoints.byteLength + this.words.byteLength + indices;
  }

  reserve(slots: number): void {
    const capacity = this.words.length / SLOT_WORDS;
    if (slots <= capacity) return;
    const grown = Math.max(slots, INITIAL_SLOTS, Math.ceil(capacity * GROWTH));
    const endpoints = new Uint8Array(grown * this.endpointBytes);
    const words = new Int32Array(grown * SLOT_WORDS); // throws when memory is short: nothing has changed yet
    endpoints.set(this.endpoints);
    words.set(this.words);
    this.endpoints = endpoints;
    this.#endpointPairs = new Uint16Array(endpoints.buffer);
    this.words = words;
    this.#bytes = new Uint8Array(words.buffer);
  }

  /** Copies the endpoints of `count` slots from `slot` on into `out`, at its place `at`; both in units of two bytes. */
  copyEndpoints(slot: number, count: number, out: Uint16Array, at: number): void {
    const pairs = this.#endpointPairs;
    const size = this.endpointBytes >> 1;
    const start = slot * size;
    const length = count * size;
    // Of 50 peers set() takes a third of what the loop takes, of a few it takes more (bench store: 3 to 8 % with 50).
    if (length > SHORT_COPY) out.set(pairs.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) out[at + i] = pairs[start + i] as number; // slots in use
  }

  /** The address of the peer in a slot: a view, valid until the arena changes. */
  addressAt(slot: number): Uint8Array {
    const at = slot * this.endpointBytes;
    return this.endpoints.subarray(at, at + this.addressBytes);
  }

  /** The port of the peer in a slot. */
  portAt(slot: number): number {
    const at = (slot + 1) * this.endpointBytes;
    return ((this.endpoints[at - 2] as number) << 8) | (this.endpoints[at - 1] as number); // a slot in use
  }

  /** The swarm of the peer in a slot. */
  swarmAt(slot: number): number {
    return (this.words[slot * SLOT_WORDS + OWNER_WORD] as number) & SWARM_BITS; // a slot in use; so below
  }

  /** When the peer expires, unix seconds; 0 for an empty slot below the allocator's top. */
  expiresAt(slot: number): number {
    return (this.words[slot * SLOT_WORDS + EXPIRES_WORD] as number) >>> 0;
  }

  /** Sets when the peer expires. */
  setExpires(slot: number, expiresAtSeconds: number): void {
    this.words[slot * SLOT_WORDS + EXPIRES_WORD] = expiresAtSeconds;
  }

  /** The identity of the peer in a slot. */
  identityAt(slot: number): number {
    return (this.words[slot * SLOT_WORDS + IDENTITY_WORD] as number) >>> 0;
  }

  /** Whether the peer in a slot has a flag. */
  hasFlag(slot: number, flag: number): boolean {
    return ((this.words[slot * SLOT_WORDS + OWNER_WORD] as number) & flag) !== 0;
  }

  /** Sets or clears a flag. */
  setFlag(slot: number, flag: number, isSet: boolean): void {
    const at = slot * SLOT_WORDS + OWNER_WORD;
    const owner = this.words[at] as number;
    this.words[at] = isSet ? owner | flag : owner & ~flag;
  }

  /** The slot of the peer of a swarm with this endpoint, or -1. */
  find(swarm: number, address: Uint8Array, port: number): number {
    const index = this.#byEndpoint;
    for (let place = index.home(this.#endpointHash(swarm, address, port)); ; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0) return NONE;
      if (this.#isEndpoint(slot, address, port) && this.swarmAt(slot) === swarm) return slot;
    }
  }

  /** A slot of the swarm, other than `except`, with this identity and peer id whose TWIN flag is as asked (undefined: either), or -1. */
  findIdentity(
    swarm: number,
    identity: number,
    peerId: Uint8Array,
    isTwin: boolean | undefined,
    except: number = NONE,
  ): number {
    const index = this.#byIdentity;
    for (let place = index.home(identityHash(swarm, identity)); ; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0) return NONE;
      if (this.identityAt(slot) !== identity || this.swarmAt(slot) !== swarm) continue;
      if (slot === except || (isTwin !== undefined && this.hasFlag(slot, TWIN) !== isTwin)) continue;
      if (this.isPeerId(slot, peerId)) return slot;
    }
  }

  /** Whether `limit` peers of the swarm or more have this identity. */
  isCrowded(swarm: number, identity: number, limit: number): boolean {
    const index = this.#byIdentity;
    let rest = limit;
    for (let place = index.home(identityHash(swarm, identity)); rest > 0; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0) return false;
      if (this.identityAt(slot) === identity && this.swarmAt(slot) === swarm) rest--;
    }
    return true;
  }

  /** A number for the peer in a slot that follows from its endpoint, and that nobody outside can foresee. */
  ownNumber(slot: number): number {
    return this.#endpointHashAt(slot);
  }

  /** Whether the peer in a slot has this peer id. */
  isPeerId(slot: number, peerId: Uint8Array): boolean {
    const at = slot * SLOT_BYTES;
    for (let i = 0; i < PEER_ID_LENGTH; i++) if (this.#bytes[at + i] !== peerId[i]) return false;
    return true;
  }

  /** The peer id of a slot: a view, valid until the arena changes. */
  peerIdAt(slot: number): Uint8Array {
    return this.#bytes.subarray(slot * SLOT_BYTES, slot * SLOT_BYTES + PEER_ID_LENGTH);
  }

  /** Fills an empty slot of a swarm's block and enters it in the indices. */
  write(slot: number, swarm: number, address: Uint8Array, port: number): void {
    const at = slot * this.endpointBytes;
    for (let i = 0; i < this.addressBytes; i++) this.endpoints[at + i] = address[i] as number; // canonical length
    this.endpoints[at + this.addressBytes] = port >>> 8;
    this.endpoints[at + this.addressBytes + 1] = port & 0xff;
    this.words[slot * SLOT_WORDS + OWNER_WORD] = swarm;
    this.#byEndpoint.insert(this.#endpointHashAt(slot), slot);
  }

  /** Sets who the peer in a slot is, after {@link write}. */
  writeIdentity(slot: number, identity: number, peerId: Uint8Array): void {
    const at = slot * SLOT_BYTES;
    for (let i = 0; i < PEER_ID_LENGTH; i++) this.#bytes[at + i] = peerId[i] as number; // 20 bytes by its type
    this.words[slot * SLOT_WORDS + IDENTITY_WORD] = identity;
    this.#byIdentity.insert(this.#identityHashAt(slot), slot);
  }

  /** Takes the identity of a slot out of its index, before another is written. */
  clearIdentity(slot: number): void {
    this.#byIdentity.remove(this.#identityHashAt(slot), slot);
  }

  /** Empties a slot and takes it out of the indices. */
  clear(slot: number): void {
    this.#byEndpoint.remove(this.#endpointHashAt(slot), slot);
    this.clearIdentity(slot);
    this.setExpires(slot, 0);
  }

  /** Moves a peer to an empty slot, within its swarm. */
  move(from: number, to: number): void {
    if (from === to) return;
    this.#byEndpoint.replace(this.#endpointHashAt(from), from, to);
    this.#byIdentity.replace(this.#identityHashAt(from), from, to);
    this.#copySlot(from, to);
    this.setExpires(from, 0);
  }

  /** Lets two peers of a swarm change places. */
  swap(a: number, b: number): void {
    if (a === b) return;
    const spare = this.allocator.top;
    this.reserve(spare + 1);
    this.move(a, spare);
    this.move(b, a);
    this.move(spare, b);
  }

  #copySlot(from: number, to: number): void {
    const { endpointBytes, endpoints, words } = this;
    for (let i = 0; i < endpointBytes; i++)
      endpoints[to * endpointBytes + i] = endpoints[from * endpointBytes + i] as number; // both are slots
    for (let i = 0; i < SLOT_WORDS; i++) words[to * SLOT_WORDS + i] = words[from * SLOT_WORDS + i] as number;
  }

  #isEndpoint(slot: number, address: Uint8Array, port: number): boolean {
    const { endpoints, addressBytes } = this;
    const at = slot * this.endpointBytes;
    for (let i = 0; i < addressBytes; i++) if (endpoints[at + i] !== address[i]) return false;
    return endpoints[at + addressBytes] === port >>> 8 && endpoints[at + addressBytes + 1] === (port & 0xff);
  }

  #endpointHash(swarm: number, address: Uint8Array, port: number): number {
    return this.#hash.bytes(address, 0, this.addressBytes, Math.imul(swarm, 65_537) + port);
  }

  #endpointHashAt(slot: number): number {
    const at = slot * this.endpointBytes;
    const last = at + this.addressBytes;
    const port = ((this.endpoints[last] as number) << 8) | (this.endpoints[last + 1] as number); // within the slot
    return this.#hash.bytes(
      this.endpoints,
      at,
      this.addressBytes,
      Math.imul(this.swarmAt(slot), 65_537) + port,
    );
  }

  #identityHashAt(slot: number): number {
    return identityHash(this.swarmAt(slot), this.identityAt(slot));
  }
}

function identityHash(swarm: number, identity: number): number {
  return mixBits(identity ^ Math.imul(swarm, 0x9e3779b1));
}
