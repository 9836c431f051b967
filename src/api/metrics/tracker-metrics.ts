import type { Registry } from 'prom-client';
import { DURATION_BOUNDS, TALLY_PROTOCOLS } from '../../tracker/announce/announce-tally.ts';
import { type Labelled, plainCounter, plainGauge, plainHistogram } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';

/** What the tracker core has done, and how full it is. */
export function trackerMetrics(registry: Registry, { tracker }: MetricsSources): void {
  plainCounter(registry, {
    name: 'seedbed_announces_total',
    help: 'Announces by protocol, event and outcome; requests that could not be read are in seedbed_failures_total',
    labels: ['protocol', 'event', 'outcome'],
    *read() {
      for (const { count, ...labels } of tracker.tally.entries()) yield [labels, count];
    },
  });
  plainCounter(registry, {
    name: 'seedbed_announce_refusals_total',
    help: 'Announces that the tracker refused, by reason',
    labels: ['reason'],
    read: () => reasonsOf(tracker.stats().counters, /^refused/),
  });
  plainHistogram(registry, {
    name: 'seedbed_announce_duration_seconds',
    help: 'Time from the request to the peers of its answer; one announce in 64 is timed',
    bounds: DURATION_BOUNDS,
    *read() {
      for (const protocol of TALLY_PROTOCOLS) {
        const { counts, sumSeconds } = tracker.tally.durations(protocol);
        if (tracker.tally.total(protocol) > 0) yield { labels: { protocol }, counts, sum: sumSeconds };
      }
    },
  });
  swarmMetrics(registry, tracker);
  for (const [name, key, help] of [
    ['seedbed_completed_total', 'completed', 'Downloads that clients completed'],
    ['seedbed_stopped_total', 'stopped', 'Peers that said that they leave'],
    ['seedbed_expired_peers_total', 'expiredPeers', 'Peers that left without a word'],
    ['seedbed_evicted_swarms_total', 'evictedSwarms', 'Swarms with one peer that made room for others'],
    ['seedbed_evicted_peers_total', 'evictedPeers', 'Peers that made room for others'],
    ['seedbed_unlisted_peers_total', 'unlistedPeers', 'Peers that there was no room for, of other nodes too'],
  ] as const)
    plainCounter(registry, { name, help, read: () => [[{}, tracker.stats().counters[key]]] });
}

function swarmMetrics(registry: Registry, tracker: MetricsSources['tracker']): void {
  plainGauge(registry, {
    name: 'seedbed_swarms',
    help: 'Swarms that are tracked',
    read: () => [[{}, tracker.stats().swarms]],
  });
  plainGauge(registry, {
    name: 'seedbed_peers',
    help: 'Peers of all swarms by the way in which they are reached and by role; a client with two endpoints counts twice',
    labels: ['family', 'role'],
    *read() {
      const { peers4, seeders4, peers6, seeders6, webPeers, webSeeders } = tracker.stats();
      yield* roles('ipv4', peers4, seeders4);
      yield* roles('ipv6', peers6, seeders6);
      yield* roles('websocket', webPeers, webSeeders);
    },
  });
  plainGauge(registry, {
    name: 'seedbed_interval_stretch',
    help: 'How many times longer than usual the intervals are that clients are told, because of the load',
    read: () => [[{}, tracker.intervalStretch]],
  });
  plainGauge(registry, {
    name: 'seedbed_store_bytes',
    help: 'Memory of the swarm store',
    read: () => [[{}, tracker.stats().bytesUsed]],
  });
}

function roles(family: string, peers: number, seeders: number): Labelled[] {
  return [
    [{ family, role: 'seeder' }, seeders],
    [{ family, role: 'leecher' }, peers - seeders],
  ];
}

/** The counters whose names begin with one of the words, with the rest of the name as the reason: `droppedQueueFull`, `queue-full`. */
export function* reasonsOf(counters: object, words: RegExp): Generator<Labelled> {
  for (const [name, value] of Object.entries(counters)) {
    if (!words.test(name) || typeof value !== 'number') continue;
    yield [{ reason: kebabCase(name.replace(words, '')) }, value];
  }
}

function kebabCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
