import type { WebSourceStatus } from '../seeder/download/web-source/web-source-status.ts';

/** A web seed of others from which a torrent is fetched, as the control API shows it. */
export interface WebSourceView {
  /** Such as `web seed www.example.org`; never its URL, which may carry a password. */
  readonly client: string;
  readonly state: string;
  /** Why it was left last; null when it never was. */
  readonly reason: string | null;
  readonly downloadedBytes: number;
  readonly downloadBytesPerSecond: number;
}

/** Shows one. */
export function webSourceView(source: WebSourceStatus): WebSourceView {
  return {
    client: source.client,
    state: source.state,
    reason: source.error?.message ?? null,
    downloadedBytes: source.downloadedBytes,
    downloadBytesPerSecond: Math.round(source.downloadBytesPerSecond),
  };
}
