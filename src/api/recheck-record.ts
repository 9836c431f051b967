import { type Info, lengthOfPiece } from '../bittorrent/metainfo/metainfo.ts';

/** A recheck as the control API shows it. */
export interface RecheckView {
  readonly isRunning: boolean;
  /** Whether it was all of the torrent, or pieces that were chosen. */
  readonly isWhole: boolean;
  /** Part that is done, 0 to 1. */
  readonly progress: number;
  /** Of the pieces that were to be checked. */
  readonly bytes: number;
  /** Pieces that are good, and that are not. */
  readonly passed: number;
  readonly failed: number;
  /** Pieces without any data, which are not looked at when all of a mirror is checked; 0 while it runs. */
  readonly skipped: number;
  /** The first thousand that failed, ascending. */
  readonly failedPieces: readonly number[];
  /** Why it ended before its time, such as a file that is missing; null otherwise. */
  readonly reason: string | null;
}

/** Failed pieces that are named. */
const MAX_FAILED = 1000;

/** What a recheck of a torrent has found so far; each piece counts once. */
export class RecheckRecord {
  readonly isWhole: boolean;
  readonly #bytes: number;
  readonly #count: number;
  /** Those that have not been told yet. */
  #open: Uint8Array;
  readonly #failedPieces: number[] = [];
  #passed = 0;
  #failed = 0;
  #reason: string | null = null;
  #isRunning = true;
  /** Of a whole check, as the check tells it. */
  fraction = 0;

  /** @param pieces those that were chosen, ascending; undefined: all. */
  constructor(info: Info, pieces: readonly number[] | undefined) {
    this.isWhole = pieces === undefined;
    this.#open = new Uint8Array(info.pieceCount).fill(pieces === undefined ? 1 : 0);
    for (const piece of pieces ?? []) this.#open[piece] = 1;
    this.#count = pieces?.length ?? info.pieceCount;
    this.#bytes =
      pieces === undefined ? info.length : pieces.reduce((sum, piece) => sum + lengthOfPiece(info, piece), 0);
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** A piece was hashed; one that is not of this recheck is passed over. */
  saw(piece: number, isGood: boolean): void {
    if (!this.#isRunning || this.#open[piece] !== 1) return;
    this.#open[piece] = 0;
    if (isGood) this.#passed++;
    else {
      this.#failed++;
      this.#failedPieces.push(piece);
      if (this.#failedPieces.length > 2 * MAX_FAILED) this.#trim();
    }
    if (!this.isWhole && this.#passed + this.#failed === this.#count) this.end(null);
  }

  /** It is over. */
  end(reason: string | null): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#reason = reason;
    this.#open = new Uint8Array(0);
    this.#trim();
  }

  view(): RecheckView {
    const done = this.#passed + this.#failed;
    const progress = this.isWhole ? this.fraction : this.#count === 0 ? 1 : done / this.#count;
    return {
      isRunning: this.#isRunning,
      isWhole: this.isWhole,
      progress: this.#isRunning || this.#reason !== null ? progress : 1,
      bytes: this.#bytes,
      passed: this.#passed,
      failed: this.#failed,
      skipped: this.#isRunning || this.#reason !== null ? 0 : this.#count - done,
      failedPieces: this.#failedPieces.toSorted((a, b) => a - b).slice(0, MAX_FAILED),
      reason: this.#reason,
    };
  }

  #trim(): void {
    this.#failedPieces.sort((a, b) => a - b).splice(MAX_FAILED);
  }
}
