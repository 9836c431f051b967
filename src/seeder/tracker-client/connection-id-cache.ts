import { type Endpoint, formatEndpoint } from '../../bittorrent/endpoint.ts';

/** BEP 15: a client may use a connection id for one minute. */
const LIFETIME_MS = 60_000;
/** Trackers of which an id is kept. */
const MAX_IDS = 256;

/** The connection ids that UDP trackers gave us (BEP 15), so that not every announce has to ask for one. */
export class ConnectionIdCache {
  readonly #ids = new Map<string, { readonly id: Uint8Array; readonly until: number }>();
  readonly #now: () => number;

  /** @param now milliseconds of any clock that only runs forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The id that this tracker gave us within the last minute. */
  get(tracker: Endpoint): Uint8Array | undefined {
    const key = formatEndpoint(tracker);
    const kept = this.#ids.get(key);
    if (kept !== undefined && kept.until > this.#now()) return kept.id;
    this.#ids.delete(key);
    return undefined;
  }

  set(tracker: Endpoint, id: Uint8Array): void {
    const key = formatEndpoint(tracker);
    this.#ids.delete(key); // so that it becomes the youngest
    this.#ids.set(key, { id, until: this.#now() + LIFETIME_MS });
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > MAX_IDS && oldest !== undefined) this.#ids.delete(oldest);
  }

  delete(tracker: Endpoint): void {
    this.#ids.delete(formatEndpoint(tracker));
  }
}
