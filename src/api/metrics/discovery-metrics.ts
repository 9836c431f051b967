import type { Registry } from 'prom-client';
import { plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** How the seed node finds peers. */
export function discoveryMetrics(registry: Registry, { seedNode }: MetricsSources): void {
  const { discovery } = seedNode.counters;
  plainCounter(registry, {
    name: 'seedbed_seed_peers_found_total',
    help: 'Addresses of peers that were new to a torrent being mirrored, by who named them (tracker, pex, dht, local, magnet), and peers that came to us (incoming)',
    labels: ['origin'],
    read: () => Object.entries(discovery.peersFound).map(([origin, count]) => [{ origin }, count]),
  });
  plainCounter(registry, {
    name: 'seedbed_seed_pex_messages_total',
    help: 'Messages of the peer exchange (BEP 11); ignored are those that came too often',
    labels: ['outcome'],
    read: () => [
      [{ outcome: 'sent' }, discovery.pexMessagesSent],
      [{ outcome: 'received' }, discovery.pexMessagesReceived],
      [{ outcome: 'ignored' }, discovery.pexMessagesIgnored],
    ],
  });
  plainGauge(registry, {
    name: 'seedbed_seed_dht_nodes',
    help: 'Nodes of the DHT that are known; 0 while it is not joined',
    read: () => [[{}, seedNode.dhtNodeCount]],
  });
  for (const [name, key, help] of [
    ['seedbed_seed_dht_announces_total', 'dhtAnnounces', 'Announces to the DHT, one for each info-hash'],
    ['seedbed_seed_failed_dht_announces_total', 'dhtAnnouncesFailed', 'Announces that no node took'],
    ['seedbed_seed_dht_messages_total', 'dhtMessagesReceived', 'Messages of nodes of the DHT'],
    ['seedbed_seed_refused_dht_messages_total', 'dhtMessagesRefused', 'Of them, malformed or too many'],
    ['seedbed_seed_local_sent_messages_total', 'localMessagesSent', 'Messages to the local network (BEP 14)'],
    ['seedbed_seed_local_messages_total', 'localMessagesReceived', 'Messages of others on the local network'],
    [
      'seedbed_seed_refused_local_messages_total',
      'localMessagesRefused',
      'Malformed ones, and those from elsewhere',
    ],
  ] as const)
    plainCounter(registry, { name, help, read: () => [[{}, discovery[key]]] });
}
