/** What an announce says of a client's traffic. An announce request fits. */
export interface ClientCounters {
  /** Bytes since the client's `started`; so are the next two. */
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
}

/** What is known of a client from its announce before. */
export interface Baseline {
  readonly uploaded: number;
  readonly downloaded: number;
  readonly isSeeder: boolean;
  readonly lastSeenSeconds: number;
  /** After which the client was told to announce again. */
  readonly intervalSeconds: number;
}

/** What a client did between two announces. */
export interface Difference {
  uploadedBytes: number;
  downloadedBytes: number;
  /** Said to be uploaded or downloaded, but more than can be. */
  suspiciousBytes: number;
  seedingSeconds: number;
  leechingSeconds: number;
}

/** Bytes that a user can still have moved in a torrent, with all of his clients. */
export interface Allowance {
  uploadBytes: number;
  downloadBytes: number;
}

/** An announce may be so much later than it was asked for, and all the time before it still counts. */
export const LATE_SECONDS = 300;

/** Nothing happened. */
export function noDifference(): Difference {
  return { uploadedBytes: 0, downloadedBytes: 0, suspiciousBytes: 0, seedingSeconds: 0, leechingSeconds: 0 };
}

/**
 * What a client did since its announce before, by the rules of docs/private-tracker.md. Counters are cumulative: each counts by
 * its difference, and one that has gone down (a new run that we were not told of, or a packet that was overtaken) counts nothing.
 * So nothing counts twice, and nothing that the client did not claim. `into` is filled and returned.
 * @param maxRate bytes a second that a client can send, and receive; Infinity for no limit
 * @param allowance what is left of what the user can have moved
 */
export function differenceOf(
  before: Baseline,
  now: ClientCounters,
  nowSeconds: number,
  maxRate: number,
  allowance: Allowance,
  into: Difference = noDifference(),
): Difference {
  const elapsed = Math.max(0, nowSeconds - before.lastSeenSeconds);
  const uploaded = Math.max(0, now.uploaded - before.uploaded);
  const downloaded = Math.max(0, now.downloaded - before.downloaded);
  // Times are whole seconds, so up to one more may have passed. The allowance sees to it that this is one in all.
  const possible = (elapsed + 1) * maxRate;
  into.uploadedBytes = uploaded <= Math.min(possible, allowance.uploadBytes) ? uploaded : 0;
  // As much of it as can be: who claims too much is not to be spared the download.
  into.downloadedBytes = Math.min(downloaded, Math.floor(Math.min(possible, allowance.downloadBytes)));
  into.suspiciousBytes = uploaded - into.uploadedBytes + (downloaded - into.downloadedBytes);
  const present = Math.min(elapsed, before.intervalSeconds + LATE_SECONDS);
  into.seedingSeconds = before.isSeeder ? present : 0;
  into.leechingSeconds = before.isSeeder ? 0 : present;
  return into;
}
