/** A month of a budget; unix milliseconds, the second one behind the last. */
export interface BudgetMonth {
  readonly startMs: number;
  readonly endMs: number;
}

/** The month around a time that begins on this day of the calendar's months (1 to 28, so that every month has it), at midnight UTC. */
export function budgetMonthOf(nowMs: number, day: number): BudgetMonth {
  const now = new Date(nowMs);
  const begun = now.getUTCDate() >= day ? 0 : -1;
  const startOf = (months: number): number =>
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + begun + months, day);
  return { startMs: startOf(0), endMs: startOf(1) };
}
