/** Words of 32 bits that a slot has beside its endpoint. */
export const SLOT_WORDS = 8;
/** The word that is negative in the first and the last slot of a free block, and only there. */
export const OWNER_WORD = 7;

/** The array whose slots are allocated. The allocator keeps its notes in the slots of free blocks: they cost nothing. */
export interface SlotColumns {
  /** {@link SLOT_WORDS} words a slot. */
  readonly words: Int32Array;
  /** Makes room for more slots; the array above is a new one afterwards. */
  reserve(slots: number): void;
}

const FREE = -1;
const NONE = -1;
/** Words of the first slot of a free block; the first word of its last slot is its size as well. */
const SIZE = 0;
const BEFORE = 1;
const AFTER = 2;
/** Eight bins for each doubling of the size, up to 2^27 slots. */
const BINS = 208;

/**
 * Hands out contiguous blocks of slots of any size, in constant time, and joins free neighbours (two-level segregated
 * fit, Masmano 2004). Lists that all grow together would else leave twice their size behind in small free blocks.
 */
export class SlotAllocator {
  readonly #columns: SlotColumns;
  /** The first free block of each bin. */
  readonly #heads = new Int32Array(BINS).fill(NONE);
  /** A bit for each bin that is not empty. */
  readonly #bitmap = new Int32Array(Math.ceil(BINS / 32));
  /** Slots from here on were never used. */
  #top = 0;

  constructor(columns: SlotColumns) {
    this.#columns = columns;
  }

  /** One more than the highest slot in use. */
  get top(): number {
    return this.#top;
  }

  /** The first slot of a new block. The content of its slots is undefined. */
  allocate(size: number): number {
    const bin = this.#firstFilled(binThatFits(size));
    const start = bin === NONE ? this.#takeTop(size) : this.#takeFrom(this.#heads[bin] as number, size);
    this.#claim(start);
    this.#claim(start + size - 1);
    return start;
  }

  /** Makes a block larger where it lies, when the slots behind it are free; otherwise returns false. */
  extend(start: number, size: number, newSize: number): boolean {
    const end = start + size;
    const extra = newSize - size;
    if (end === this.#top) {
      this.#columns.reserve(start + newSize);
      this.#top = start + newSize;
    } else if (this.#isFree(end) && this.#sizeOf(end) >= extra) this.#takeFrom(end, extra);
    else return false;
    this.#claim(start + newSize - 1);
    return true;
  }

  /** Gives back the slots of a block from `newSize` on. */
  shrink(start: number, size: number, newSize: number): void {
    this.#claim(start + newSize - 1);
    this.release(start + newSize, size - newSize);
  }

  /** Gives back a block. */
  release(start: number, size: number): void {
    let from = start;
    let to = start + size;
    if (from > 0 && this.#isFree(from - 1)) {
      from -= this.#sizeOf(from - 1);
      this.#unlink(from);
    }
    if (to < this.#top && this.#isFree(to)) {
      const behind = this.#sizeOf(to);
      this.#unlink(to);
      to += behind;
    }
    if (to === this.#top) this.#top = from;
    else this.#addFree(from, to - from);
  }

  #isFree(slot: number): boolean {
    return (this.#columns.words[slot * SLOT_WORDS + OWNER_WORD] as number) < 0; // slot < top
  }

  /** The size of a free block, from its first or its last slot. */
  #sizeOf(slot: number): number {
    return this.#columns.words[slot * SLOT_WORDS + SIZE] as number; // slot < capacity
  }

  /** A slot at an end of a block in use may hold a peer, or an old mark of a free block. */
  #claim(slot: number): void {
    const { words } = this.#columns;
    if (this.#isFree(slot)) words[slot * SLOT_WORDS + OWNER_WORD] = 0;
  }

  /** A free block never ends at the top: release() lowers it instead. */
  #takeTop(size: number): number {
    const start = this.#top;
    this.#columns.reserve(start + size);
    this.#top = start + size;
    return start;
  }

  #takeFrom(block: number, size: number): number {
    const rest = this.#sizeOf(block) - size;
    this.#unlink(block);
    if (rest > 0) this.#addFree(block + size, rest);
    return block;
  }

  #addFree(start: number, size: number): void {
    const { words } = this.#columns;
    const bin = binOf(size);
    const after = this.#heads[bin] as number; // every size has a bin
    words[start * SLOT_WORDS + OWNER_WORD] = FREE;
    words[(start + size - 1) * SLOT_WORDS + OWNER_WORD] = FREE;
    words[(start + size - 1) * SLOT_WORDS + SIZE] = size;
    words[start * SLOT_WORDS + SIZE] = size;
    words[start * SLOT_WORDS + BEFORE] = NONE;
    words[start * SLOT_WORDS + AFTER] = after;
    if (after !== NONE) words[after * SLOT_WORDS + BEFORE] = start;
    this.#heads[bin] = start;
    this.#bitmap[bin >> 5] = (this.#bitmap[bin >> 5] as number) | (1 << (bin & 31));
  }

  #unlink(block: number): void {
    const { words } = this.#columns;
    const before = words[block * SLOT_WORDS + BEFORE] as number; // a free block has links
    const after = words[block * SLOT_WORDS + AFTER] as number;
    if (after !== NONE) words[after * SLOT_WORDS + BEFORE] = before;
    if (before !== NONE) {
      words[before * SLOT_WORDS + AFTER] = after;
      return;
    }
    const bin = binOf(this.#sizeOf(block));
    this.#heads[bin] = after;
    if (after === NONE) this.#bitmap[bin >> 5] = (this.#bitmap[bin >> 5] as number) & ~(1 << (bin & 31));
  }

  #firstFilled(fromBin: number): number {
    let bits = (this.#bitmap[fromBin >> 5] as number) & (-1 << (fromBin & 31)); // fromBin < BINS
    for (let word = fromBin >> 5; ; bits = this.#bitmap[word] as number) {
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
      if (++word === this.#bitmap.length) return NONE;
    }
  }
}

/** The bin of free blocks of a size: exact below 16, then eight a doubling. */
function binOf(size: number): number {
  if (size < 8) return size;
  const exponent = 31 - Math.clz32(size);
  return (exponent - 2) * 8 + ((size >> (exponent - 3)) & 7);
}

/** The first bin whose blocks are all large enough. */
function binThatFits(size: number): number {
  return size < 8 ? size : binOf(size + (1 << (31 - Math.clz32(size) - 3)) - 1);
}
