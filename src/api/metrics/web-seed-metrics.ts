import type { Registry } from 'prom-client';
import { type Labelled, plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** What is served over HTTP; nothing without a web seed. */
export function webSeedMetrics(registry: Registry, { webSeed }: MetricsSources): void {
  if (webSeed === undefined) return;
  plainCounter(registry, {
    name: 'seedbed_web_seed_uploaded_bytes_total',
    help: 'Bytes of files sent over HTTP, which the seed node counts as uploaded too',
    read: () => [[{}, webSeed.counters.uploadedBytes]],
  });
  plainCounter(registry, {
    name: 'seedbed_web_seed_downloads_total',
    help: 'Requests for files over HTTP by what came of them: served, cut-short, or why they were refused',
    labels: ['outcome'],
    read(): Labelled[] {
      const { served, cutShort, refusedTotal } = webSeed.counters;
      const outcomes = Object.entries({ served, 'cut-short': cutShort, ...refusedTotal });
      return outcomes.map(([outcome, count]) => [{ outcome }, count]);
    },
  });
  plainGauge(registry, {
    name: 'seedbed_web_seed_active_downloads',
    help: 'Downloads over HTTP under way',
    read: () => [[{}, webSeed.activeDownloads]],
  });
}
