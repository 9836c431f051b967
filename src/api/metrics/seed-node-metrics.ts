import type { Registry } from 'prom-client';
import { type Labelled, plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources, SeedNodeSource } from './sources.ts';

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
    ['seedbed_seed_wasted_bytes_total', 'wastedBytes', 'Bytes of pieces that came and were of no use'],
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
  for (const [name, help, read] of gaugesOf(seedNode))
    plainGauge(registry, { name, help, read: () => [[{}, read()]] });
  plainGauge(registry, {
    name: 'seedbed_seed_queue_torrents',
    help: 'Torrents in the queue, by what they are (downloads, seeds) and how they stand (running, stalled, waiting)',
    labels: ['kind', 'place'],
    read: () =>
      (['downloads', 'seeds'] as const).flatMap((kind) => {
        const { running, stalled, waiting } = seedNode.queue.status(kind);
        return Object.entries({ running, stalled, waiting }).map(
          ([place, count]): Labelled => [{ kind, place }, count],
        );
      }),
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

type Gauge = readonly [name: string, help: string, read: () => number];

function gaugesOf(seedNode: SeedNodeSource): readonly Gauge[] {
  return [
    ['seedbed_seed_connections', 'Open connections of peers', () => seedNode.connectionCount],
    [
      'seedbed_seed_upload_rate_bytes_per_second',
      'Bytes a second that peers take now',
      () => seedNode.uploadRateBytesPerSecond,
    ],
    [
      'seedbed_seed_upload_limit_bytes_per_second',
      'Limit of bytes a second to all peers at this hour; 0 without one',
      () => seedNode.pacer.nodeLimitNow ?? 0,
    ],
    [
      'seedbed_seed_limited_peers',
      'Peers that an upload limit holds back now',
      () => seedNode.pacer.waitingCount,
    ],
    [
      'seedbed_seed_download_rate_bytes_per_second',
      'Bytes a second that peers give now',
      () => seedNode.downloadRateBytesPerSecond,
    ],
    [
      'seedbed_seed_download_limit_bytes_per_second',
      'Limit of bytes a second from all peers at this hour; 0 without one',
      () => seedNode.downloadPacer.nodeLimitNow ?? 0,
    ],
    [
      'seedbed_seed_super_seeded_torrents',
      'Torrents whose peers are shown one piece after another (BEP 16)',
      () => seedNode.superSeededCount,
    ],
  ];
}
