import type { Magnet } from '../bittorrent/magnet.ts';
import type { TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';
import type { Catalogue } from './catalogue.ts';
import type { Added } from './catalogue-types.ts';
import { type ResolvedSource, resolveSource, type UrlBounds } from './mirror-source.ts';
import type { WantedTorrentLimits } from './rate-limits.ts';

/** What mirrors are made with. */
export interface MirrorsOptions {
  readonly catalogue: Pick<Catalogue, 'add'>;
  /** `Seedbed/0.1.0`. */
  readonly userAgent: string;
  /** See `SeedNode.fetchMetadata`. */
  readonly fetchMetadata: (magnet: Magnet, signal: AbortSignal) => Promise<Uint8Array>;
  readonly urlBounds?: UrlBounds | undefined;
}

/** A torrent to be mirrored. */
export interface MirrorRequest {
  /** The `.torrent` file, or where it comes from: a magnet link, or an http(s) URL. */
  readonly source: Uint8Array | string;
  /** The folder into which its file or folder goes. */
  readonly target: string;
  readonly isPaused: boolean;
  /** What is left out has its default. */
  readonly preferences: Partial<TorrentPreferences>;
  /** Its own, which hold from its first byte on. */
  readonly limits: WantedTorrentLimits;
}

/** Takes torrents in that are fetched from peers: of a magnet link and a URL, the `.torrent` file first. */
export class Mirrors {
  readonly #options: MirrorsOptions;

  constructor(options: MirrorsOptions) {
    this.#options = options;
  }

  /**
   * Mirrors a torrent; when the promise resolves it is stored, tracked, and being fetched. One that is here, or on its way,
   * stays as it is.
   * @throws {ProtocolError} ERR_METAINFO, ERR_MAGNET; {@link CatalogueError} ERR_SOURCE, ERR_DATA_MISSING, ERR_OWN_FOLDER; the signal's reason.
   */
  async add({ source, ...how }: MirrorRequest, signal: AbortSignal): Promise<Added> {
    const { torrent, peers } = await this.#resolve(source, signal);
    return this.#options.catalogue.add({
      torrent,
      dataPath: null,
      resume: null,
      mirror: { ...how, peers },
    });
  }

  #resolve(source: Uint8Array | string, signal: AbortSignal): Promise<ResolvedSource> {
    if (typeof source !== 'string') return Promise.resolve({ torrent: source, peers: [] });
    const { userAgent, fetchMetadata, urlBounds } = this.#options;
    return resolveSource(source, { userAgent, fetchMetadata, urlBounds, signal });
  }
}
