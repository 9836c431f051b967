import type { Registry } from 'prom-client';
import { type Labelled, plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** What the seed node serves. */
export function seedNodeMetrics(registry: Registry, { seedNode }: MetricsSources): void {
  for (const [name, key, help] of [
    ['seedbed_seed_uploaded_bytes_total', 'uploadedBytes', 'Bytes of pieces handed to the network'],
    ['seedbed_seed_disk_read_bytes_total', 'extentReadBytes', 'Bytes read from disk for them'],
    ['seedbed_seed_requests_total', 'requestsAccepted', 'Requests for blocks that were accepted'],
    ['seedbed_seed_refused_requests_total', 'requestsRefused', 'Requests for blocks that were refused'],
    ['seedbed_seed_hash_answers_total', 'hashAnswersSent', 'Answers to hash requests (BEP 52)'],
    ['seedbed_seed_refused_hash_requests_total', 'hashRequestsRefused', 'Hash requests that were refused'],
    ['seedbed_seed_accepted_connections_total', 'connectionsAccepted', 'Connections of peers'],
    ['seedbed_seed_opened_connections_total', 'connectionsOpened', 'Connections to peers'],
    ['seedbed_seed_downloaded_bytes_total', 'downloadedBytes', 'Bytes of pieces that were fetched'],
    [
      'seedbed_seed_corrupt_pieces_total',
      'corruptPieces',
      'Pieces on disk that did not match their hash any more',
    ],
    ['seedbed_seed_scrubbed_bytes_total', 'scrubbedBytes', 'Bytes that the scrub read and compared again'],
    ['seedbed_seed_scrub_rounds_total', 'scrubRounds', 'Rounds of the scrub over all torrents'],
    ['seedbed_seed_bad_pieces_total', 'badPieces', 'Fetched pieces that did not match their hash'],
  ] as const)
    plainCounter(registry, { name, help, read: () => [[{}, seedNode.counters[key]]] });
  plainCounter(registry, {
    name: 'seedbed_seed_encrypted_handshakes_total',
    help: 'Encrypted handshakes with peers, by how the payload goes (plain, rc4)',
    labels: ['payload'],
    read: () =>
      Object.entries(seedNode.counters.encryptedHandshakes).map(([payload, count]) => [{ payload }, count]),
  });
  plainCounter(registry, {
    name: 'seedbed_seed_closed_connections_total',
    help: 'Connections of peers that ended, by reason',
    labels: ['reason'],
    *read() {
      for (const [reason, count] of Object.entries(seedNode.counters.closedTotal))
        if (count > 0) yield [{ reason }, count];
    },
  });
  plainGauge(registry, {
    name: 'seedbed_seed_connections',
    help: 'Open connections of peers',
    read: () => [[{}, seedNode.connectionCount]],
  });
  plainGauge(registry, {
    name: 'seedbed_seed_upload_rate_bytes_per_second',
    help: 'Bytes a second that peers take now',
    read: () => [[{}, seedNode.uploadRateBytesPerSecond]],
  });
  plainGauge(registry, {
    name: 'seedbed_seed_upload_limit_bytes_per_second',
    help: 'Limit of bytes a second to all peers at this hour; 0 without one',
    read: () => [[{}, seedNode.pacer.nodeLimitNow ?? 0]],
  });
  plainGauge(registry, {
    name: 'seedbed_seed_limited_peers',
    help: 'Peers that an upload limit holds back now',
    read: () => [[{}, seedNode.pacer.waitingCount]],
  });
  plainGauge(registry, {
    name: 'seedbed_seed_torrents',
    help: 'Torrents of the seed node by state',
    labels: ['state'],
    read(): Labelled[] {
      const states = new Map<string, number>();
      for (const { state } of seedNode.torrents()) states.set(state, (states.get(state) ?? 0) + 1);
      return [...states].map(([state, count]) => [{ state }, count]);
    },
  });
}
