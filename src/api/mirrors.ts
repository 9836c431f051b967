import { type Magnet, parseMagnet } from '../bittorrent/magnet.ts';
import type { TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';
import type { Catalogue } from './catalogue.ts';
import type { Added } from './catalogue-types.ts';
import { checkTarget } from './mirror-path.ts';
import { isMagnet, resolveSource, type UrlBounds } from './mirror-source.ts';
import { knownTorrent, peersFor } from './pending/known-torrent.ts';
import type { Accepted, PendingMagnets } from './pending/pending-magnets.ts';
import type { WantedTorrentLimits } from './rate-limits.ts';

/** What mirrors are made with. */
export interface MirrorsOptions {
  readonly catalogue: Pick<Catalogue, 'add' | 'overview'>;
  /** The magnet links that wait for their metadata. */
  readonly pending: PendingMagnets;
  /** Our own folder, into which nothing is mirrored. */
  readonly dataDir: string;
  /** `Seedbed/0.1.0`. */
  readonly userAgent: string;
  /** @throws {CatalogueError} ERR_SOURCE when there is nobody who could be asked for the metadata. */
  readonly requireSomebodyToAsk: (magnet: Magnet) => void;
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
  /** A magnet link has become a torrent before the answer comes. */
  readonly waits?: boolean;
}

/** What came of a request: a torrent, or a magnet link that waits for its metadata. */
export type Mirrored = Added | Accepted;

/** Takes torrents in that are fetched from peers: of a URL the `.torrent` file first, of a magnet link its metadata when it comes. */
export class Mirrors {
  readonly #options: MirrorsOptions;

  constructor(options: MirrorsOptions) {
    this.#options = options;
  }

  /** The magnet links that wait for their metadata. */
  get pending(): PendingMagnets {
    return this.#options.pending;
  }

  /**
   * Mirrors a torrent; when the promise resolves it is stored, tracked, and being fetched, or its magnet link is stored and its metadata
   * is being fetched. One that is here, or on its way, stays as it is.
   * @throws {ProtocolError} ERR_METAINFO, ERR_MAGNET; {@link CatalogueError} ERR_SOURCE, ERR_DATA_MISSING, ERR_OWN_FOLDER,
   *   ERR_TOO_MANY_MAGNETS; the signal's reason, by which a link that was stored stays.
   */
  async add(request: MirrorRequest, signal: AbortSignal): Promise<Mirrored> {
    const { source } = request;
    if (isMagnet(source)) return this.#addMagnet(source, request, signal);
    const { userAgent, urlBounds } = this.#options;
    const torrent =
      typeof source === 'string' ? await resolveSource(source, { userAgent, urlBounds, signal }) : source;
    return this.#mirror(torrent, request, []);
  }

  async #addMagnet(link: string, request: MirrorRequest, signal: AbortSignal): Promise<Mirrored> {
    const { catalogue, pending, dataDir, requireSomebodyToAsk } = this.#options;
    const magnet = parseMagnet(link);
    const known = knownTorrent(catalogue, magnet);
    if (known !== undefined) return this.#mirror(known, request, peersFor(magnet, known));
    const { target, preferences, waits = false } = request;
    await checkTarget(dataDir, target, magnet.infoHash);
    if (preferences.moveTo != null) await checkTarget(dataDir, preferences.moveTo, magnet.infoHash);
    requireSomebodyToAsk(magnet);
    const accepted = await pending.add({ ...request, link });
    if (!waits) return accepted;
    const { published } = await pending.settled(accepted.pending, signal);
    return { published, isNew: accepted.isNew };
  }

  #mirror(
    torrent: Uint8Array,
    { target, isPaused, preferences, limits }: MirrorRequest,
    peers: Magnet['peers'],
  ): Promise<Added> {
    const mirror = { target, isPaused, peers, preferences, limits };
    return this.#options.catalogue.add({ torrent, dataPath: null, resume: null, mirror });
  }
}
