/** Digests of one length in a row. It grows by doubling, so it takes up to twice their bytes. */
export class DigestList {
  readonly #digestLength: number;
  #bytes = new Uint8Array();
  #used = 0;

  /** @param digestLength bytes of each. */
  constructor(digestLength: number) {
    this.#digestLength = digestLength;
  }

  /** Copies a digest behind the last; an empty one is left out. */
  add(digest: Uint8Array): void {
    if (digest.length === 0) return;
    if (this.#used === this.#bytes.length) {
      const larger = new Uint8Array(Math.max(64 * this.#digestLength, 2 * this.#used));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, this.#used);
    this.#used += this.#digestLength;
  }

  /** A copy of them. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#used);
  }
}
