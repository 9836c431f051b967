/** Why a request for a file got none. A fixed set: it labels a metric. */
export const WEB_SEED_REFUSALS = [
  'not-found',
  'unavailable',
  'spared',
  'busy',
  'unsatisfiable',
  'not-a-member',
] as const;

/** Why a request for a file got none. */
export type WebSeedRefusal = (typeof WEB_SEED_REFUSALS)[number];

/** What a web seed has done since it was made. Plain numbers, read by whoever exports metrics. */
export interface WebSeedCounters {
  /** Bytes of files that were handed to the kernel; the seed node counts them among its own as well. */
  uploadedBytes: number;
  /** Requests that were answered with bytes of a file. */
  served: number;
  /** Answers that ended early: the client went away, took nothing for too long, or the data could not be read. */
  cutShort: number;
  readonly refusedTotal: Record<WebSeedRefusal, number>;
}

/** Counters at zero. */
export function makeWebSeedCounters(): WebSeedCounters {
  const refusedTotal = {
    'not-found': 0,
    unavailable: 0,
    spared: 0,
    busy: 0,
    unsatisfiable: 0,
    'not-a-member': 0,
  };
  return { uploadedBytes: 0, served: 0, cutShort: 0, refusedTotal };
}
