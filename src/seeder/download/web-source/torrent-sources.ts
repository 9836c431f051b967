import { hasV1 } from '../../../bittorrent/metainfo/metainfo.ts';
import type { Clock } from '../../clock.ts';
import type { Torrent } from '../../torrent.ts';
import type { Downloader } from '../downloader.ts';
import { PeersFirst } from './peers-first.ts';
import { FilePlaces, PiecePlaces, type SourcePlaces } from './source-places.ts';
import { WebSource } from './web-source.ts';

/** URLs of one torrent that are considered; those behind them are passed over. */
const MAX_SOURCES = 100;

/** What all web seeds work with. */
export interface SourceHost {
  /** Web seeds of one torrent that are asked at a time. */
  readonly maxWebSources: number;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Whether a URL leads to files that this process serves itself. */
  isOwn(url: string): boolean;
  isBanned(names: readonly string[]): boolean;
  /** Bytes of a block came. */
  onBytes(bytes: number): void;
  /** A source failed, or was given up or banned; its state and error tell. */
  onLeft(torrent: Torrent, source: WebSource): void;
}

/** The web seeds of one torrent that is fetched, from its metainfo (BEP 17, BEP 19): so many at a time, the others when one fails. */
export class TorrentSources {
  readonly #torrent: Torrent;
  readonly #downloader: Downloader;
  readonly #host: SourceHost;
  readonly #sources: readonly WebSource[];
  readonly #peersFirst = new PeersFirst();

  constructor(torrent: Torrent, downloader: Downloader, host: SourceHost) {
    this.#torrent = torrent;
    this.#downloader = downloader;
    this.#host = host;
    this.#sources = [...placesOf(torrent)]
      .filter(([url]) => !host.isOwn(url))
      .slice(0, MAX_SOURCES)
      .map(([url, places]) => this.#make(url, places));
    for (const source of this.#sources) torrent.webSources.add(source);
  }

  /** Once a second or so, and at the start. */
  tick(nowMs: number): void {
    if (this.#sources.length === 0) return;
    for (const source of this.#sources) source.tick(nowMs);
    if (this.#torrent.state !== 'downloading') return;
    const sources = this.#sources.reduce(
      (sum, { downloadBytesPerSecond }) => sum + downloadBytesPerSecond,
      0,
    );
    const peers = Math.max(0, this.#downloader.bytesPerSecond - sources);
    if (this.#peersFirst.isResting(nowMs, { peers, sources })) this.#rest();
    else this.#startMore(nowMs);
  }

  /** Fetches nothing from them any more. */
  stop(): void {
    this.#rest();
    for (const source of this.#sources) this.#torrent.webSources.delete(source);
  }

  #rest(): void {
    for (const source of this.#sources) if (source.state === 'active') source.rest();
  }

  #startMore(nowMs: number): void {
    let active = this.#sources.filter(({ state }) => state === 'active').length;
    for (const source of this.#sources) {
      if (active >= this.#host.maxWebSources) return;
      if (source.state === 'active' || source.nextAtMs > nowMs) continue;
      if (this.#host.isBanned([source.name])) {
        source.ban();
        continue;
      }
      source.start();
      active++;
    }
  }

  #make(url: string, places: SourcePlaces): WebSource {
    const { userAgent, clock, onBytes, onLeft } = this.#host;
    return new WebSource({
      url,
      places,
      torrent: this.#torrent,
      downloader: this.#downloader,
      userAgent,
      clock,
      onBytes,
      onLeft: (source) => onLeft(this.#torrent, source),
    });
  }
}

/** By URL, each once. Of FTP we speak nothing; HTTP seeds know nothing of v2. */
function placesOf({ metainfo, files }: Torrent): Map<string, SourcePlaces> {
  const places = new Map<string, SourcePlaces>();
  for (const url of metainfo.webSeeds.filter(isHttp)) places.set(url, new FilePlaces(url, metainfo, files));
  if (!hasV1(metainfo.info)) return places;
  for (const url of metainfo.httpSeeds.filter(isHttp))
    if (!places.has(url)) places.set(url, new PiecePlaces(url, metainfo));
  return places;
}

function isHttp(url: string): boolean {
  return /^https?:/i.test(url);
}
