import type { AnnounceEvent } from '../../bittorrent/announce-request.ts';
import type { AnnounceProtocol } from '../announce-context.ts';

/** The protocols that are told apart; an embedder's own way in counts as `other`. */
export const TALLY_PROTOCOLS = ['http', 'udp', 'ws', 'other'] as const;
/** The events of announces. */
export const TALLY_EVENTS = ['none', 'started', 'completed', 'stopped', 'paused'] as const;
/** What became of an announce. */
export const TALLY_OUTCOMES = ['answered', 'refused'] as const;

/** Upper bounds of the buckets, in seconds: an announce takes microseconds, and a pause of the process milliseconds. */
export const DURATION_BOUNDS: readonly number[] = Object.freeze([
  1e-6, 2e-6, 4e-6, 8e-6, 16e-6, 32e-6, 64e-6, 128e-6, 256e-6, 512e-6, 1e-3, 4e-3, 16e-3, 64e-3, 256e-3,
]);

/** How long the sampled announces of a protocol took. */
export interface DurationTally {
  /** Announces in each bucket of {@link DURATION_BOUNDS}, and one more for those beyond. Not cumulative. */
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

/** A count and what it counts. */
export interface TallyEntry {
  readonly protocol: (typeof TALLY_PROTOCOLS)[number];
  readonly event: (typeof TALLY_EVENTS)[number];
  readonly outcome: (typeof TALLY_OUTCOMES)[number];
  readonly count: number;
}

/** One announce in so many is timed: a look at the clock costs as much as a tenth of an announce. */
const SAMPLED_ONE_IN = 64;
const BUCKETS = DURATION_BOUNDS.length + 1;

/** Counts announces by protocol, event and outcome, and times some of them: a few additions to typed arrays an announce. */
export class AnnounceTally {
  readonly #counts = new Float64Array(TALLY_PROTOCOLS.length * TALLY_EVENTS.length * TALLY_OUTCOMES.length);
  readonly #durations = new Float64Array(TALLY_PROTOCOLS.length * BUCKETS);
  readonly #sums = new Float64Array(TALLY_PROTOCOLS.length);
  #untilSample = SAMPLED_ONE_IN;

  /** An announce begins. Returns when, in milliseconds, if it is one of those that are timed, and 0 otherwise. */
  begin(): number {
    if (--this.#untilSample > 0) return 0;
    this.#untilSample = SAMPLED_ONE_IN;
    return performance.now();
  }

  /** The announce that began at `beganMs` has ended. */
  end(
    beganMs: number,
    protocol: AnnounceProtocol | undefined,
    event: AnnounceEvent,
    isAnswered: boolean,
  ): void {
    const row = protocolIndex(protocol);
    const cell =
      (row * TALLY_EVENTS.length + eventIndex(event)) * TALLY_OUTCOMES.length + (isAnswered ? 0 : 1);
    this.#counts[cell] = (this.#counts[cell] as number) + 1; // within the array
    if (beganMs > 0) this.#time(row, (performance.now() - beganMs) / 1000);
  }

  /** All counts that are not zero. */
  *entries(): Generator<TallyEntry> {
    let cell = 0;
    for (const protocol of TALLY_PROTOCOLS)
      for (const event of TALLY_EVENTS)
        for (const outcome of TALLY_OUTCOMES) {
          const count = this.#counts[cell++] ?? 0;
          if (count > 0) yield { protocol, event, outcome, count };
        }
  }

  /** Announces of a protocol. */
  total(protocol: (typeof TALLY_PROTOCOLS)[number]): number {
    const cells = TALLY_EVENTS.length * TALLY_OUTCOMES.length;
    const start = TALLY_PROTOCOLS.indexOf(protocol) * cells;
    return this.#counts.subarray(start, start + cells).reduce((sum, count) => sum + count, 0);
  }

  /** How long the timed announces of a protocol took. */
  durations(protocol: (typeof TALLY_PROTOCOLS)[number]): DurationTally {
    const row = TALLY_PROTOCOLS.indexOf(protocol);
    return {
      counts: [...this.#durations.subarray(row * BUCKETS, (row + 1) * BUCKETS)],
      sumSeconds: this.#sums[row] ?? 0,
    };
  }

  #time(row: number, seconds: number): void {
    let bucket = 0;
    while (bucket < DURATION_BOUNDS.length && seconds > (DURATION_BOUNDS[bucket] as number)) bucket++;
    const cell = row * BUCKETS + bucket;
    this.#durations[cell] = (this.#durations[cell] as number) + 1; // within the arrays
    this.#sums[row] = (this.#sums[row] as number) + seconds;
  }
}

function protocolIndex(protocol: AnnounceProtocol | undefined): number {
  if (protocol === 'http') return 0;
  if (protocol === 'udp') return 1;
  return protocol === 'ws' ? 2 : 3;
}

function eventIndex(event: AnnounceEvent): number {
  if (event === 'none') return 0;
  if (event === 'started') return 1;
  if (event === 'completed') return 2;
  return event === 'stopped' ? 3 : 4;
}
