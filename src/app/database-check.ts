import type { CheckResult } from '../api/health/health.ts';
import type { WriteBehindCounters } from '../persistence/flush-statistics.ts';

/** Flushes come every second: when something has waited so long, the database does not keep up. */
const MAX_LAG_SECONDS = 30;

/** Whether the database takes what the tracker writes, as the journal has seen it. */
export function checkJournal({ failuresInRow, pending, lagSeconds }: WriteBehindCounters): CheckResult {
  if (failuresInRow > 0)
    return { isOk: false, detail: `the database cannot be written; ${pending} records wait` };
  if (lagSeconds > MAX_LAG_SECONDS)
    return {
      isOk: false,
      detail: `the database is ${Math.round(lagSeconds)} s behind; ${pending} records wait`,
    };
  return { isOk: true };
}
