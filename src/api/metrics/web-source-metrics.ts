import type { Registry } from 'prom-client';
import { type Labelled, plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** What is fetched from web seeds of others; what we serve as one is told by `webSeedMetrics`. */
export function webSourceMetrics(registry: Registry, { seedNode }: MetricsSources): void {
  for (const [name, key, help] of [
    [
      'seedbed_seed_web_source_downloaded_bytes_total',
      'webSourceBytes',
      'Bytes that web seeds gave, which count as fetched too',
    ],
    ['seedbed_seed_web_source_failures_total', 'webSourceFailures', 'Times that a web seed failed'],
    ['seedbed_seed_web_source_bans_total', 'webSourcesBanned', 'Web seeds that gave wrong data'],
  ] as const)
    plainCounter(registry, { name, help, read: () => [[{}, seedNode.counters[key]]] });
  plainGauge(registry, {
    name: 'seedbed_seed_web_sources',
    help: 'Web seeds of torrents that are fetched, by state: idle, active, waiting, given-up, banned',
    labels: ['state'],
    read(): Labelled[] {
      const states = new Map<string, number>();
      for (const { webSources } of seedNode.torrents())
        for (const { state } of webSources) states.set(state, (states.get(state) ?? 0) + 1);
      return [...states].map(([state, count]) => [{ state }, count]);
    },
  });
}
