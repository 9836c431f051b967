import type { WebSourceError } from './web-source-error.ts';

/** `idle`: it may be asked; `active`: it is; `waiting`: it failed and is left alone for a while; the last two are final. */
export type WebSourceState = 'idle' | 'active' | 'waiting' | 'given-up' | 'banned';

/** A web seed of a torrent that is fetched, for people. */
export interface WebSourceStatus {
  /** Such as `web seed www.example.org`; never a URL, which may carry a password. */
  readonly client: string;
  readonly state: WebSourceState;
  /** Bytes of blocks that it gave, and gives a second. */
  readonly downloadedBytes: number;
  readonly downloadBytesPerSecond: number;
  /** Why it was left last; undefined when it never was. */
  readonly error: WebSourceError | undefined;
}
