import type { Registry } from 'prom-client';
import { plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** How the database keeps up. */
export function journalMetrics(registry: Registry, { journal }: MetricsSources): void {
  for (const [name, key, help] of [
    ['seedbed_flushes_total', 'flushes', 'Flushes that wrote something to the database'],
    ['seedbed_flush_seconds_total', 'flushSeconds', 'Time that those flushes took'],
    ['seedbed_flushed_peers_total', 'flushed', 'Peers written to the database'],
    ['seedbed_flush_errors_total', 'failedFlushes', 'Flushes that failed; what they held is tried again'],
    ['seedbed_flush_dropped_total', 'dropped', 'Records that found no room to wait for the database'],
  ] as const)
    plainCounter(registry, { name, help, read: () => [[{}, journal()[key]]] });
  for (const [name, key, help] of [
    ['seedbed_flush_pending', 'pending', 'Records that wait for the database'],
    ['seedbed_flush_lag_seconds', 'lagSeconds', 'How long the oldest of them has waited at most'],
  ] as const)
    plainGauge(registry, { name, help, read: () => [[{}, journal()[key]]] });
}
