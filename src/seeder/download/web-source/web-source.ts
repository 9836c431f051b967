import { parseAddress } from '../../../bittorrent/endpoint.ts';
import { infoHashToHex } from '../../../bittorrent/info-hash.ts';
import type { Clock } from '../../clock.ts';
import type { CloseReason } from '../../counters.ts';
import type { Torrent } from '../../torrent.ts';
import { isNearAddress } from '../../tracker-client/near-address.ts';
import type { Downloader } from '../downloader.ts';
import type { Leech } from '../leech.ts';
import { SourceConnection } from './source-connection.ts';
import type { SourcePlaces } from './source-places.ts';
import type { WebSourceError } from './web-source-error.ts';
import type { WebSourceState, WebSourceStatus } from './web-source-status.ts';

/** After a failure: so long, then twice as long each time, and after so many in a row no more. */
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 30 * 60_000;
const MAX_FAILURES = 8;

/** What a source works with. */
export interface WebSourceOptions {
  readonly url: string;
  readonly places: SourcePlaces;
  readonly torrent: Torrent;
  readonly downloader: Downloader;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly onBytes: (bytes: number) => void;
  /** It failed, or was given up or banned; its state tells. */
  readonly onLeft: (source: WebSource) => void;
}

/** One web seed of a torrent that is fetched: what it gave, and when it may be asked again. */
export class WebSource implements WebSourceStatus {
  readonly client: string;
  /** By what it is banned: a server may have other torrents in good order. */
  readonly name: string;
  readonly #options: WebSourceOptions;
  readonly #missingFiles = new Set<number>();
  #state: WebSourceState = 'idle';
  #connection: SourceConnection | undefined;
  #leech: Leech | undefined;
  #downloadedBytes = 0;
  #failures = 0;
  #nextAtMs = 0;
  #error: WebSourceError | undefined;

  constructor(options: WebSourceOptions) {
    this.#options = options;
    this.client = `web seed ${new URL(options.url).host}`;
    this.name = `web seed of ${infoHashToHex(options.torrent.infoHash)}: ${options.url}`;
  }

  get state(): WebSourceState {
    return this.#state;
  }

  get downloadedBytes(): number {
    return this.#downloadedBytes;
  }

  get downloadBytesPerSecond(): number {
    return this.#leech?.window.bytesPerSecond ?? 0;
  }

  get error(): WebSourceError | undefined {
    return this.#error;
  }

  /** When it may be asked; infinite when never. */
  get nextAtMs(): number {
    return this.#state === 'given-up' || this.#state === 'banned' ? Number.POSITIVE_INFINITY : this.#nextAtMs;
  }

  /** Fetches from it from now on. */
  start(): void {
    const { torrent, places, userAgent, clock, onBytes, downloader } = this.#options;
    const connection = new SourceConnection({
      torrent,
      places,
      missingFiles: this.#missingFiles,
      userAgent,
      clock,
      listener: {
        onBytes: (bytes) => {
          this.#downloadedBytes += bytes;
          onBytes(bytes);
        },
        onDone: () => {
          this.#failures = 0;
        },
        onTrouble: (error) => this.#failed(error),
        onClosed: (reason) => this.#closed(reason),
      },
    });
    this.#state = 'active';
    this.#connection = connection;
    this.#leech = downloader.join(connection, [this.name], isLocal(this.#options.url));
    connection.sink = this.#leech;
  }

  /** Fetches nothing from it until it is started again. */
  rest(): void {
    this.#leave('idle');
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    this.#connection?.tick(nowMs);
  }

  /** It gave wrong data before. */
  ban(): void {
    this.#state = 'banned';
  }

  #failed(error: WebSourceError): void {
    const { clock, onLeft } = this.#options;
    this.#error = error;
    this.#failures++;
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, this.#failures - 1));
    this.#nextAtMs = clock.nowMs() + Math.max(waitMs, error.retryAfterMs ?? 0);
    // One that says when to come back is there; it is not given up.
    const isOver = this.#failures >= MAX_FAILURES && error.retryAfterMs === undefined;
    this.#leave(isOver ? 'given-up' : 'waiting');
    onLeft(this);
  }

  #closed(reason: CloseReason): void {
    if (this.#state !== 'active') return;
    this.#leave(reason === 'bad-data' ? 'banned' : 'given-up');
    this.#options.onLeft(this);
  }

  #leave(state: WebSourceState): void {
    const [connection, leech] = [this.#connection, this.#leech];
    if (this.#state === 'active') this.#state = state;
    this.#connection = this.#leech = undefined;
    connection?.close('remote');
    if (leech !== undefined) this.#options.downloader.leave(leech);
  }
}

/** Whether limits are not for it, as a rule: what a name stands for is not known before it is asked, so it counts as out in the world. */
function isLocal(url: string): boolean {
  const address = parseAddress(new URL(url).hostname.replace(/^\[|\]$/g, ''));
  return address !== undefined && isNearAddress(address);
}
