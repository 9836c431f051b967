import { collectDefaultMetrics, Registry } from 'prom-client';
import { commitMetrics } from './commit-metrics.ts';
import { discoveryMetrics } from './discovery-metrics.ts';
import { frontEndMetrics } from './front-end-metrics.ts';
import { journalMetrics } from './journal-metrics.ts';
import { nodeMetrics } from './node-metrics.ts';
import { plainGauge } from './plain-metrics.ts';
import { policyMetrics } from './policy-metrics.ts';
import { seedNodeMetrics } from './seed-node-metrics.ts';
import type { MetricsSources } from './sources.ts';
import { trackerMetrics } from './tracker-metrics.ts';
import { userMetrics } from './user-metrics.ts';
import { webSeedMetrics } from './web-seed-metrics.ts';
import { webSourceMetrics } from './web-source-metrics.ts';

/**
 * All metrics for Prometheus: `docs/monitoring.md` lists them. They are read when somebody asks; no label has more values than the
 * program knows by name, so nobody outside can make them grow.
 */
export function metricsRegistry(sources: MetricsSources): Registry {
  const registry = new Registry();
  plainGauge(registry, {
    name: 'seedbed_build_info',
    help: 'Version of Seedbed and of Node.js; the value is 1',
    labels: ['version', 'node'],
    read: () => [[{ version: sources.version, node: process.version }, 1]],
  });
  trackerMetrics(registry, sources);
  frontEndMetrics(registry, sources);
  journalMetrics(registry, sources);
  userMetrics(registry, sources);
  commitMetrics(registry, sources);
  nodeMetrics(registry, sources);
  seedNodeMetrics(registry, sources);
  policyMetrics(registry, sources);
  discoveryMetrics(registry, sources);
  webSourceMetrics(registry, sources);
  webSeedMetrics(registry, sources);
  collectDefaultMetrics({ register: registry });
  return registry;
}
