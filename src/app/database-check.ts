import type { CheckResult } from '../api/health/health.ts';
import type { WriteBehindCounters } from '../persistence/flush-statistics.ts';
import type { DatabaseHealth } from '../persistence/nodes/database-health.ts';

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

/** Whether what users did is written. It goes its own way to the database, so the peers may be written while this is not. */
export function checkTraffic({
  pending,
  lagSeconds,
}: {
  readonly pending: number;
  readonly lagSeconds: number;
}): CheckResult {
  if (lagSeconds <= MAX_LAG_SECONDS) return { isOk: true };
  const detail = `the traffic of users was last written ${Math.round(lagSeconds)} s ago; ${pending} clients wait`;
  return { isOk: false, detail: `${detail}: the log says why` };
}

/** Other nodes are read twice a second: when one was not for so long, what they hand out is not known here. */
const MAX_FEED_LAG_MS = 30_000;

/** Whether this node hears what the other nodes of its database do. */
export function checkNodes(
  { unreachableSinceMs, feedLagMs = 0, setBackAtMs, isStartingOver }: DatabaseHealth,
  isNameTaken: boolean,
): CheckResult {
  if (isNameTaken) return { isOk: false, detail: 'another server uses the name of this node' };
  if (unreachableSinceMs !== undefined) {
    const seconds = Math.max(0, Math.round((Date.now() - unreachableSinceMs) / 1_000));
    return {
      isOk: false,
      detail: `the database has not answered for ${seconds} s; announces go on from memory`,
    };
  }
  if (feedLagMs > MAX_FEED_LAG_MS)
    return {
      isOk: false,
      detail: `the changes of other nodes are ${Math.round(feedLagMs / 1_000)} s behind`,
    };
  if (setBackAtMs === undefined) return { isOk: true };
  const setBack = `the database went back to an earlier state at ${new Date(setBackAtMs).toISOString()}`;
  return { isOk: !isStartingOver, detail: `${setBack}; it ${isStartingOver ? 'is' : 'was'} read anew` };
}
