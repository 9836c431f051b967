/** What a {@link LoadMeter} looks at. */
export interface LoadReading {
  /** The part of the time since the last reading in which our thread had work to do, from 0 to 1. */
  readonly busy: number;
  /** Announces since the last reading. */
  readonly announces: number;
  /** Seconds since the last reading. */
  readonly seconds: number;
}

/** Where intervals grow, and where they shrink again; between the two they stay, or they would swing for ever. */
const TOO_BUSY = 0.8;
const AT_EASE = 0.6;
/** What an interval grows or shrinks by at a reading. It shows half an hour later only, so it goes slowly. */
const STEP = 1.1;
/** Fewer announces a second are not what keeps a core busy: it is the seed node, or a check of data. */
const FEW_ANNOUNCES = 2000;

/**
 * How much longer than usual clients should wait before they announce again: a number from 1 on that grows by a tenth at each reading
 * at which announces keep the thread busy for four fifths of the time, and shrinks below three fifths. Twofold
 * takes eight readings, sixfold nineteen.
 */
export class LoadMeter {
  readonly #maxStretch: number;
  #stretch = 1;

  constructor(maxStretch: number) {
    this.#maxStretch = maxStretch;
  }

  /** Takes a reading; returns the stretch from now on. */
  read({ busy, announces, seconds }: LoadReading): number {
    const isFlooded = announces / seconds >= FEW_ANNOUNCES;
    if (busy > TOO_BUSY && isFlooded) this.#stretch = Math.min(this.#maxStretch, this.#stretch * STEP);
    else if (busy < AT_EASE || !isFlooded) this.#stretch = Math.max(1, this.#stretch / STEP);
    return this.#stretch;
  }
}
