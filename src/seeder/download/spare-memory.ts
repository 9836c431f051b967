/** Bytes that are kept for later. */
const MAX_SPARE_BYTES = 16 * 1024 * 1024;

/** Memory of pieces that were written, for those that come: a collector that has to find it would stop everything else. */
export class SpareMemory {
  readonly #pieceLength: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  constructor(pieceLength: number) {
    this.#pieceLength = pieceLength;
  }

  /** Memory of so many bytes, which may hold anything. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const spare = length === this.#pieceLength ? this.#spare.pop() : undefined;
    return spare ?? new Uint8Array(length);
  }

  /** Nobody uses it any more. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    const isWhole = bytes.length === this.#pieceLength && bytes.byteOffset === 0;
    if (isWhole && (this.#spare.length + 1) * this.#pieceLength <= MAX_SPARE_BYTES) this.#spare.push(bytes);
  }
}
