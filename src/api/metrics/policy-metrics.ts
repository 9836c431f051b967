import type { Registry } from 'prom-client';
import { type Labelled, plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** Whom the seed node serves, what its swarms do without it, and its budget. */
export function policyMetrics(registry: Registry, { policy, seedNode }: MetricsSources): void {
  plainCounter(registry, {
    name: 'seedbed_swarm_downloaded_bytes_total',
    help: 'Bytes that peers of the swarms that we seed fetched from whomever, by their own word',
    read: () => [[{}, policy.downloadedBytes()]],
  });
  plainGauge(registry, {
    name: 'seedbed_swarm_saved_bytes',
    help: 'Of these, since the start, what cannot have come from the seed node',
    read: () => [[{}, policy.savedBytes()]],
  });
  plainGauge(registry, {
    name: 'seedbed_swarm_followed_peers',
    help: 'Peers whose announces tell what swarms do; a hundred thousand at most',
    read: () => [[{}, policy.followedPeers()]],
  });
  plainGauge(registry, {
    name: 'seedbed_seed_serving_torrents',
    help: 'Torrents that are seeded, by whom they are served to (everybody, needy, nobody)',
    labels: ['to'],
    read(): Labelled[] {
      const counts = { everybody: 0, needy: 0, nobody: 0 };
      for (const { state, serving } of seedNode.torrents()) if (state === 'seeding') counts[serving]++;
      return Object.entries(counts).map(([to, count]) => [{ to }, count]);
    },
  });
  for (const [name, help, member] of [
    ['seedbed_upload_budget_bytes', 'Bytes that may be sent in a month; none without a budget', 'limitBytes'],
    ['seedbed_upload_budget_spent_bytes', 'Bytes sent in this month of the budget', 'spentBytes'],
  ] as const)
    plainGauge(registry, {
      name,
      help,
      read(): Labelled[] {
        const budget = policy.budget();
        return budget === undefined ? [] : [[{}, budget[member]]];
      },
    });
}
