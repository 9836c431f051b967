/** Pieces that a peer may allow, and suggestions of it that are kept: clients allow ten, and suggest as many. */
const MAX_ALLOWED = 64;
const MAX_SUGGESTED = 16;

/** What a peer offers us by BEP 6: pieces that it gives while it chokes us, and pieces that it would rather give than others. */
export class FastOffers {
  readonly #allowed = new Set<number>();
  #suggested: number[] = [];

  get allowed(): ReadonlySet<number> {
    return this.#allowed;
  }

  /** The latest first. */
  get suggested(): readonly number[] {
    return this.#suggested;
  }

  /** It allows a piece; false when it did before, or has allowed too many. */
  allow(piece: number): boolean {
    if (this.#allowed.size >= MAX_ALLOWED || this.#allowed.has(piece)) return false;
    this.#allowed.add(piece);
    return true;
  }

  /** It refused a block of a piece while it chokes us: it is not to be asked for that again. */
  refused(piece: number): void {
    this.#allowed.delete(piece);
  }

  /** It suggests a piece; the oldest suggestion makes room. */
  suggest(piece: number): void {
    this.#suggested = [piece, ...this.#suggested.filter((other) => other !== piece)].slice(0, MAX_SUGGESTED);
  }
}
