/** The memory of one piece; the thread that hashes sees the same memory, so that no piece is copied or handed over. */
export type PieceBytes = Buffer<SharedArrayBuffer>;

/**
 * Memory of pieces that were written, kept for those that come: making it anew costs a page fault every 4 KiB, and work for the
 * collector (bench mirroring: 18 of 25 us of a block's time in the kernel).
 */
export class PieceMemory {
  readonly #mayKeep: (bytes: number) => boolean;
  readonly #spare = new Map<number, PieceBytes[]>();
  #spareBytes = 0;

  /** @param mayKeep whether so many bytes may be kept, beside those in use. */
  constructor(mayKeep: (bytes: number) => boolean) {
    this.#mayKeep = mayKeep;
  }

  /** Bytes that are kept. */
  get spareBytes(): number {
    return this.#spareBytes;
  }

  /** Memory of so many bytes, which may hold anything. */
  take(length: number): PieceBytes {
    const spare = this.#spare.get(length)?.pop();
    if (spare !== undefined) this.#spareBytes -= length;
    if (!this.#mayKeep(this.#spareBytes)) this.drop(); // what is kept has other lengths
    return spare ?? Buffer.from(new SharedArrayBuffer(length));
  }

  /** Nobody uses it any more. */
  giveBack(bytes: PieceBytes): void {
    if (!this.#mayKeep(this.#spareBytes + bytes.length)) return;
    const spare = this.#spare.get(bytes.length) ?? [];
    this.#spare.set(bytes.length, spare);
    spare.push(bytes);
    this.#spareBytes += bytes.length;
  }

  /** Keeps nothing of what it has. */
  drop(): void {
    this.#spare.clear();
    this.#spareBytes = 0;
  }
}
