import type { Leech } from './leech.ts';

/** Who is to be asked for more at the end of this turn: however often it is said in a turn, it is work once. */
export class FillSchedule {
  readonly #leeches: ReadonlySet<Leech>;
  readonly #fill: (leech: Leech) => void;
  #isScheduled = false;
  readonly #hungry = new Set<Leech>();
  #areAllHungry = false;

  /** @param leeches of the download, as they are at any time. */
  constructor(leeches: ReadonlySet<Leech>, fill: (leech: Leech) => void) {
    this.#leeches = leeches;
    this.#fill = fill;
  }

  /** Blocks or memory came free: whoever has room may have them. */
  all(): void {
    this.#areAllHungry = true;
    this.#schedule();
  }

  /** One peer may give more now. It says so in a few bytes, and may thousands of times in a turn. */
  one(leech: Leech): void {
    this.#hungry.add(leech);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      const leeches = this.#areAllHungry ? [...this.#leeches] : [...this.#hungry];
      this.#areAllHungry = false;
      this.#hungry.clear();
      for (const leech of leeches) if (this.#leeches.has(leech)) this.#fill(leech);
    });
  }
}
