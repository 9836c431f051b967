import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { AccessControl } from '../tracker/access/access-control.ts';
import type { Catalogue } from './catalogue.ts';
import type { Published } from './catalogue-types.ts';
import type { Mirrored, Mirrors } from './mirrors.ts';
import type { PendingMagnet } from './pending/pending-magnet.ts';
import { pendingView } from './pending/pending-view.ts';
import { type TorrentView, torrentView } from './torrent-view.ts';

/** What is shown, and for whom. */
export interface TorrentViewsOptions {
  readonly catalogue: Catalogue;
  readonly mirrors: Pick<Mirrors, 'pending'>;
  readonly access: Pick<AccessControl, 'isSwitchedOff'>;
  /** Scheme, host and port for links. */
  readonly origin: () => string;
}

/** The torrents of this node as the control API shows them: those of the catalogue, and magnet links that wait for their metadata. */
export class TorrentViews {
  readonly #options: TorrentViewsOptions;

  constructor(options: TorrentViewsOptions) {
    this.#options = options;
  }

  /** All of them, newest first; those without metadata before the others. */
  list(): TorrentView[] {
    const { catalogue, mirrors } = this.#options;
    const pending = mirrors.pending.list();
    const names = new Set(pending.map(({ row }) => infoHashToHex(row.infoHash)));
    const published = catalogue.list().filter(({ row }) => !names.has(infoHashToHex(row.infoHash)));
    return [...pending.map((one) => this.#pending(one)), ...published.map((one) => this.published(one))];
  }

  /** One of them, by any of its names. @throws {CatalogueError} ERR_NO_TORRENT. */
  of(infoHash: InfoHash): TorrentView {
    const { catalogue, mirrors } = this.#options;
    const pending = mirrors.pending.get(infoHash);
    if (pending !== undefined) return this.#pending(pending);
    return this.published(catalogue.require(catalogue.overview.nameOf(infoHash)));
  }

  /** What came of a request. */
  mirrored(mirrored: Mirrored): TorrentView {
    return 'pending' in mirrored ? this.#pending(mirrored.pending) : this.published(mirrored.published);
  }

  #pending(pending: PendingMagnet): TorrentView {
    return pendingView(pending, this.#options.catalogue.isTracked(pending.row.infoHash));
  }

  /** A torrent of the catalogue. */
  published(published: Published): TorrentView {
    const { catalogue, access, origin } = this.#options;
    const { infoHash, metainfo } = published.row;
    return torrentView(published, {
      magnet: catalogue.magnet(infoHash, origin()) ?? '',
      torrentPath: metainfo === null ? null : catalogue.torrentPath(infoHash),
      isSwitchedOff: access.isSwitchedOff(infoHash),
    });
  }
}
