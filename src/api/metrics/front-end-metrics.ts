import type { Registry } from 'prom-client';
import { type Labelled, plainCounter, plainGauge } from './plain-metrics.ts';
import type { MetricsSources } from './sources.ts';
import { reasonsOf } from './tracker-metrics.ts';

/** How the counters of a front end are called that say what it turned away. */
const TURNED_AWAY = /^(dropped|shed|refused|closed)/;

/** What the front ends have seen. */
export function frontEndMetrics(registry: Registry, { frontEnds }: MetricsSources): void {
  for (const [name, key, help] of [
    ['seedbed_scrapes_total', 'scrapes', 'Scrapes by protocol'],
    [
      'seedbed_failures_total',
      'failures',
      'Requests that were answered with a failure, unreadable ones among them',
    ],
  ] as const)
    plainCounter(registry, {
      name,
      help,
      labels: ['protocol'],
      *read() {
        for (const { protocol, counters } of frontEnds) {
          const value = numberOf(counters(), key);
          if (value !== undefined) yield [{ protocol }, value];
        }
      },
    });
  plainCounter(registry, {
    name: 'seedbed_dropped_total',
    help: 'Packets, messages and connections that were refused, left unanswered or cut off, by reason',
    labels: ['protocol', 'reason'],
    *read(): Generator<Labelled> {
      for (const { protocol, counters } of frontEnds)
        for (const [labels, value] of reasonsOf(counters() ?? {}, TURNED_AWAY))
          yield [{ protocol, ...labels }, value];
    },
  });
  plainGauge(registry, {
    name: 'seedbed_connections',
    help: 'Open connections by protocol',
    labels: ['protocol'],
    *read() {
      for (const { protocol, connections } of frontEnds)
        if (connections !== undefined) yield [{ protocol }, connections()];
    },
  });
}

function numberOf(counters: object | undefined, key: string): number | undefined {
  const value =
    counters !== undefined && key in counters ? counters[key as keyof typeof counters] : undefined;
  return typeof value === 'number' ? value : undefined;
}
