import type { Clock } from '../clock.ts';

/** Who asks for hashes one after another asks for the next one within this time. */
const QUIET_MS = 100;
/** However many hashes a peer asks for, its blocks wait no longer than this on one connection. */
const LONGEST_MS = 2_000;

/**
 * Holds the blocks for a peer back while it asks for hashes of pieces (BEP 52): it can check them then when they come. libtorrent
 * 2.0.8, which asks for blocks and hashes at the same time, gives a hybrid torrent up ("v1 and v2 hashes do not describe the same data")
 * when blocks come first and a hash comes while they are being hashed: 4 of 40 downloads by a v2 name from a busy machine.
 */
export class HashesFirst {
  readonly #clock: Clock;
  readonly #onFree: () => void;
  /** Requests without an answer. */
  #pending = 0;
  #isHolding = false;
  #hasBegun = false;
  #isOver = false;
  #cancelQuiet = (): void => {};
  #cancelLongest = (): void => {};

  /** @param onFree is called when blocks may go again. */
  constructor(clock: Clock, onFree: () => void) {
    this.#clock = clock;
    this.#onFree = onFree;
  }

  /** Whether blocks have to wait. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Hashes of pieces were asked for. */
  asked(): void {
    this.#pending++;
    this.#cancelQuiet();
    if (this.#isOver) return;
    this.#isHolding = true;
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#cancelLongest = this.#clock.after(LONGEST_MS, () => {
      this.#isOver = true;
      this.#free();
    });
  }

  /** They were sent or refused. */
  answered(): void {
    this.#pending--;
    if (this.#pending === 0 && this.#isHolding)
      this.#cancelQuiet = this.#clock.after(QUIET_MS, () => this.#free());
  }

  /** The connection is gone. */
  stop(): void {
    this.#isOver = true;
    this.#isHolding = false;
    this.#cancelQuiet();
    this.#cancelLongest();
  }

  #free(): void {
    this.#cancelQuiet();
    this.#isHolding = false;
    this.#onFree();
  }
}
