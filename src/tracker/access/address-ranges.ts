/** Ranges of addresses as plain data: sorted, and no two touch. */
export interface RangeColumns {
  /** IPv4: first and last addresses as numbers. */
  readonly first4: Uint32Array<ArrayBuffer>;
  readonly last4: Uint32Array<ArrayBuffer>;
  /** IPv6: four numbers an address. */
  readonly first6: Uint32Array<ArrayBuffer>;
  readonly last6: Uint32Array<ArrayBuffer>;
}

/** The 32 bits at `offset`, unsigned. */
export function wordAt(bytes: Uint8Array, offset: number): number {
  const [a, b, c, d] = [bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]] as number[];
  return (((a as number) << 24) | ((b as number) << 16) | ((c as number) << 8) | (d as number)) >>> 0; // the caller gives four
}

/** A set of addresses, by ranges: 8 bytes a range of IPv4, 32 of IPv6, and a binary search. It does not change. */
export class AddressRanges {
  readonly #columns: RangeColumns;

  constructor(columns: RangeColumns) {
    this.#columns = columns;
  }

  /** Ranges. */
  get size(): number {
    return this.#columns.first4.length + this.#columns.first6.length / 4;
  }

  /** Memory of the ranges. */
  get bytesUsed(): number {
    const { first4, first6 } = this.#columns;
    return 2 * (first4.byteLength + first6.byteLength);
  }

  /** Whether the address of `length` bytes (4 or 16) at `offset` is in one of the ranges. */
  has(bytes: Uint8Array, offset: number, length: number): boolean {
    return length === 4 ? this.#has4(bytes, offset) : this.#has6(bytes, offset);
  }

  #has4(bytes: Uint8Array, offset: number): boolean {
    const { first4, last4 } = this.#columns;
    // Written out: an announce pays for this.
    const address =
      (((bytes[offset] as number) << 24) | // four bytes, by the caller; so below
        ((bytes[offset + 1] as number) << 16) |
        ((bytes[offset + 2] as number) << 8) |
        (bytes[offset + 3] as number)) >>>
      0;
    let [low, high] = [0, first4.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((first4[middle] as number) <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address <= (last4[low - 1] as number);
  }

  #has6(bytes: Uint8Array, offset: number): boolean {
    const { first6, last6 } = this.#columns;
    let [low, high] = [0, first6.length / 4];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(first6, middle, bytes, offset) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && compareAt(last6, low - 1, bytes, offset) >= 0;
  }
}

/** Below 0 when the address in a column comes before the one in the bytes, above 0 when behind. */
function compareAt(column: Uint32Array, index: number, bytes: Uint8Array, offset: number): number {
  for (let word = 0; word < 4; word++) {
    const difference = (column[index * 4 + word] as number) - wordAt(bytes, offset + word * 4); // within the column
    if (difference !== 0) return difference;
  }
  return 0;
}
