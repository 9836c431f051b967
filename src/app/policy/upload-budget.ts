import type { BudgetView } from '../../api/routes/limits-view.ts';
import { type BudgetMonth, budgetMonthOf } from './budget-month.ts';

/** What a budget is made of. */
export interface UploadBudgetOptions {
  /** Bytes a month. */
  readonly limitBytes: number;
  /** Of the month, 1 to 28: when it begins anew, at midnight UTC. */
  readonly day: number;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
  /** Bytes that the node sent since it started; they only grow. */
  readonly uploadedBytes: () => number;
}

/** What is kept of a budget over restarts. */
interface BudgetRecord {
  /** Of the month; unix milliseconds. */
  readonly startMs: number;
  readonly spentBytes: number;
}

/** How much of a month's uploads is spent. What was sent counts in the month in which it is looked at. */
export class UploadBudget {
  readonly #options: UploadBudgetOptions;
  #month: BudgetMonth;
  #spentBytes = 0;
  /** What the node had sent at the last look. */
  #seenBytes: number;

  constructor(options: UploadBudgetOptions) {
    this.#options = options;
    this.#month = budgetMonthOf(options.nowMs(), options.day);
    this.#seenBytes = options.uploadedBytes();
  }

  /**
   * Takes up what an earlier run spent; a month that is over is forgotten. One that is still to come is of a clock that was wrong: what
   * was sent by it counts now. Returns false for a record that cannot be read, and changes nothing.
   */
  restore(record: Uint8Array): boolean {
    const stored = readRecord(record);
    if (stored === undefined) return false;
    if (stored.startMs >= this.#month.startMs) this.#spentBytes += stored.spentBytes;
    return true;
  }

  /** What `restore` takes. */
  record(): Uint8Array {
    const record: BudgetRecord = { startMs: this.#month.startMs, spentBytes: this.#spentBytes };
    return new TextEncoder().encode(JSON.stringify(record));
  }

  /** Counts what was sent since the last look; returns whether nothing may be sent any more. Call it every second or so. */
  look(): boolean {
    const { nowMs, uploadedBytes, day, limitBytes } = this.#options;
    const month = budgetMonthOf(nowMs(), day);
    if (month.startMs > this.#month.startMs) this.#spentBytes = 0;
    this.#month = month;
    const seen = uploadedBytes();
    this.#spentBytes += seen - this.#seenBytes;
    this.#seenBytes = seen;
    return this.#spentBytes >= limitBytes;
  }

  /** As people see it, at the last look. */
  view(): BudgetView {
    const { limitBytes } = this.#options;
    return {
      limitBytes,
      spentBytes: this.#spentBytes,
      isSpent: this.#spentBytes >= limitBytes,
      from: new Date(this.#month.startMs).toISOString(),
      until: new Date(this.#month.endMs).toISOString(),
    };
  }
}

function readRecord(record: Uint8Array): BudgetRecord | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(record));
    const { startMs, spentBytes } = value as Partial<BudgetRecord>; // null throws, and is caught; the rest is checked
    if (!Number.isSafeInteger(startMs) || !Number.isSafeInteger(spentBytes) || Number(spentBytes) < 0)
      return undefined;
    return { startMs: Number(startMs), spentBytes: Number(spentBytes) };
  } catch {
    return undefined; // not JSON: nothing that we wrote
  }
}
