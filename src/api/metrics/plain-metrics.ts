import { Counter, Gauge, type Registry } from 'prom-client';

/** A value with the labels that tell it from the others of its metric. */
export type Labelled = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What a metric is called, and where its values come from when somebody asks. */
export interface PlainMetric {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** The values now. Counters are the owner's absolute numbers. */
  readonly read: () => Iterable<Labelled>;
}

/** A counter that is kept as a plain number elsewhere: it is read only when it is asked for. */
export function plainCounter(registry: Registry, { name, help, labels = [], read }: PlainMetric): void {
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const [values, value] of read()) this.inc({ ...values }, value);
    },
  });
}

/** A gauge that is read when it is asked for. */
export function plainGauge(registry: Registry, { name, help, labels = [], read }: PlainMetric): void {
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const [values, value] of read()) this.set({ ...values }, value);
    },
  });
}

/** A histogram that is kept elsewhere as counts a bucket. */
export interface PlainHistogram {
  readonly name: string;
  readonly help: string;
  /** Upper bounds of the buckets. */
  readonly bounds: readonly number[];
  /** Counts a bucket, and one more for what lies beyond; not cumulative. */
  readonly read: () => Iterable<{
    readonly labels: Readonly<Record<string, string>>;
    readonly counts: readonly number[];
    readonly sum: number;
  }>;
}

/** Exports a histogram. The library fills its own only one observation at a time, so this one hands over finished values. */
export function plainHistogram(registry: Registry, { name, help, bounds, read }: PlainHistogram): void {
  const values = (): object[] => {
    const lines: object[] = [];
    for (const { labels, counts, sum } of read()) {
      let total = 0;
      counts.forEach((count, bucket) => {
        total += count;
        const le = bounds[bucket] ?? '+Inf';
        lines.push({ labels: { ...labels, le }, value: total, metricName: `${name}_bucket` });
      });
      lines.push({ labels, value: sum, metricName: `${name}_sum` });
      lines.push({ labels, value: total, metricName: `${name}_count` });
    }
    return lines;
  };
  const metric = {
    name,
    help,
    get: async () => ({ name, help, type: 'histogram', values: values(), aggregator: 'sum' }),
    reset: () => {},
  };
  // The registry asks a metric for its name and for get() alone; its type wants one of the library's own classes.
  registry.registerMetric(metric as unknown as Gauge);
}
