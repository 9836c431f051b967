import type { Extent, ExtentSource } from './extent.ts';

/** Bounds the reads of each source that are in flight, and keeps those that have to wait for it. */
export class ReadTurns {
  readonly #bound: number;
  readonly #reading = new Map<ExtentSource, number>();
  readonly #parked = new Map<ExtentSource, Extent[]>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Whether another read of the source has to wait. */
  isFull(source: ExtentSource): boolean {
    return (this.#reading.get(source) ?? 0) >= this.#bound;
  }

  begin(source: ExtentSource): void {
    this.#reading.set(source, (this.#reading.get(source) ?? 0) + 1);
  }

  /** A read has ended: the extents whose turn it is now, those that nobody wants any more and the first that somebody does. */
  end(source: ExtentSource): Extent[] {
    const reading = (this.#reading.get(source) ?? 1) - 1;
    if (reading > 0) this.#reading.set(source, reading);
    else this.#reading.delete(source);
    const parked = this.#parked.get(source);
    if (parked === undefined) return [];
    const wanted = parked.findIndex(({ isCached }) => isCached);
    const next = parked.splice(0, wanted < 0 ? parked.length : wanted + 1);
    if (parked.length === 0) this.#parked.delete(source);
    return next;
  }

  /** An extent has to wait. */
  park(extent: Extent): void {
    const parked = this.#parked.get(extent.source);
    if (parked === undefined) this.#parked.set(extent.source, [extent]);
    else parked.push(extent);
  }

  /** All that wait of a source, which is forgotten. */
  unpark(source: ExtentSource): Extent[] {
    const parked = this.#parked.get(source) ?? [];
    this.#parked.delete(source);
    return parked;
  }
}
