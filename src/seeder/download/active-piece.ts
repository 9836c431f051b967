import { BLOCK_LENGTH } from '../wire/message.ts';
import type { PieceBytes } from './piece-memory.ts';

const FREE = 0;
const REQUESTED = 1;
const RECEIVED = 2;

/** A piece on its way: which of its blocks are asked for, which are here, and who gave them. */
export class ActivePiece<Peer> {
  readonly index: number;
  /** Bytes. */
  readonly length: number;
  readonly blockCount: number;
  /** Only from this peer: the piece was bad when several gave it, and now one is to answer for all of it. */
  readonly isExclusive: boolean;
  readonly #memory: () => PieceBytes;
  #bytes: PieceBytes | undefined;
  readonly #states: Uint8Array;
  readonly #givers: (Peer | undefined)[];
  #free: number;
  #received = 0;
  /** No block before it is free. */
  #firstFree = 0;
  /** Requests for its blocks that wait for an answer. */
  #outstanding = 0;
  owner: Peer | undefined;

  /**
   * @param memory gives it memory of its length, whose content is written over. It is asked when the first block comes: by then
   * memory of a piece before has become free, and lies in the CPU's cache yet.
   */
  constructor(index: number, length: number, memory: () => PieceBytes, isExclusive: boolean) {
    this.index = index;
    this.length = length;
    this.#memory = memory;
    this.isExclusive = isExclusive;
    this.blockCount = Math.ceil(length / BLOCK_LENGTH);
    this.#states = new Uint8Array(this.blockCount);
    this.#givers = new Array(this.blockCount);
    this.#free = this.blockCount;
  }

  /** Its data, as far as it is here. */
  get bytes(): PieceBytes {
    this.#bytes ??= this.#memory();
    return this.#bytes;
  }

  get hasFree(): boolean {
    return this.#free > 0;
  }

  get isComplete(): boolean {
    return this.#received === this.blockCount;
  }

  /** Bytes of it that are here. */
  get receivedBytes(): number {
    const isLastHere = this.isReceived(this.blockCount - 1);
    const missing = isLastHere ? BLOCK_LENGTH - this.lengthOf(this.blockCount - 1) : 0;
    return this.#received * BLOCK_LENGTH - missing;
  }

  /** Nobody is asked for any of it at the moment. */
  get isOrphan(): boolean {
    return this.#outstanding === 0;
  }

  lengthOf(block: number): number {
    return Math.min(BLOCK_LENGTH, this.length - block * BLOCK_LENGTH);
  }

  isReceived(block: number): boolean {
    return this.#states[block] === RECEIVED;
  }

  /** Takes the first block that nobody was asked for; undefined when there is none. */
  takeFree(): number | undefined {
    if (this.#free === 0) return undefined;
    while (this.#states[this.#firstFree] !== FREE) this.#firstFree++;
    this.#states[this.#firstFree] = REQUESTED;
    this.#free--;
    this.#outstanding++;
    return this.#firstFree;
  }

  /** Another peer is asked for a block as well (endgame). */
  doubled(): void {
    this.#outstanding++;
  }

  /** A peer will not answer; the block is free again when `isLast`, since no other peer was asked for it. */
  release(block: number, isLast: boolean): void {
    this.#outstanding--;
    if (!isLast || this.#states[block] !== REQUESTED) return;
    this.#states[block] = FREE;
    this.#free++;
    this.#firstFree = Math.min(this.#firstFree, block);
  }

  /** A block that was asked for is here; false when it was already. */
  receive(block: number, data: Uint8Array, giver: Peer): boolean {
    this.#outstanding--;
    if (this.#states[block] === RECEIVED) return false;
    // `set` takes ten times as long where memory is shared: bench mirroring.
    asBuffer(data).copy(this.bytes, block * BLOCK_LENGTH);
    this.#states[block] = RECEIVED;
    this.#givers[block] = giver;
    this.#received++;
    return true;
  }

  /** Who gave each block; once it is complete there is one for each. */
  givers(): readonly (Peer | undefined)[] {
    return this.#givers;
  }
}

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.length);
}
