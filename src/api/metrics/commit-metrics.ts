import type { Registry } from 'prom-client';
import { plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** Strict durability; nothing where it is relaxed. */
export function commitMetrics(registry: Registry, { commits }: MetricsSources): void {
  if (commits === undefined) return;
  plainCounter(registry, {
    name: 'seedbed_commits_total',
    help: 'Answers, or runs of answers of one connection, that waited for the database, by outcome',
    labels: ['outcome'],
    read: () => {
      const { committed, notCommitted, refusedFull } = commits();
      return [
        [{ outcome: 'saved' }, committed],
        [{ outcome: 'failed' }, notCommitted],
        [{ outcome: 'no-room' }, refusedFull],
      ];
    },
  });
  plainGauge(registry, {
    name: 'seedbed_commit_held_bytes',
    help: 'Answers that wait for the database now',
    read: () => [[{}, commits().heldBytes]],
  });
}
