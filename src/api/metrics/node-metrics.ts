import type { Registry } from 'prom-client';
import { NODE_STATES } from '../../persistence/nodes/node-membership.ts';
import { plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** The nodes that share the database, and how this one stands with it. */
export function nodeMetrics(registry: Registry, { nodes }: MetricsSources): void {
  plainGauge(registry, {
    name: 'seedbed_nodes',
    help: 'Nodes of the database, as this one sees them',
    labels: ['state'],
    read: () =>
      NODE_STATES.map((state) => [{ state }, nodes.nodes().filter((node) => node.state === state).length]),
  });
  plainGauge(registry, {
    name: 'seedbed_database_up',
    help: 'Whether the database answers: 1 or 0',
    read: () => [[{}, nodes.health().isReachable ? 1 : 0]],
  });
  plainGauge(registry, {
    name: 'seedbed_feed_lag_seconds',
    help: 'Since the changes of other nodes were last read to their end; no value where there are none',
    read: () => {
      const { feedLagMs } = nodes.health();
      return feedLagMs === undefined ? [] : [[{}, feedLagMs / 1_000]];
    },
  });
  plainCounter(registry, {
    name: 'seedbed_feed_peers_total',
    help: 'Peers that other nodes wrote and this one read',
    read: () => [[{}, nodes.health().feedPeers]],
  });
}
