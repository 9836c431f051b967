import type { Logger } from 'pino';
import { infoHashToHex } from '../bittorrent/info-hash.ts';
import type { SharedTorrent, TorrentFeed } from '../persistence/persistence.ts';
import type { Catalogue } from './catalogue.ts';
import type { CatalogueChanges } from './catalogue-types.ts';

/** What a {@link CatalogueFollower} connects. */
export interface CatalogueFollowerOptions {
  readonly store: TorrentFeed;
  readonly catalogue: Catalogue;
  readonly logger: Pick<Logger, 'error'>;
}

const TORRENTS_PER_PAGE = 100;

/** Takes torrents that other nodes published or removed into the catalogue of this one. */
export class CatalogueFollower {
  readonly #options: CatalogueFollowerOptions;
  #sequence = 0;
  /** A torrent of the database could not be taken in, so more are there than here. */
  #hasRefused = false;

  constructor(options: CatalogueFollowerOptions) {
    this.#options = Object.freeze({ ...options });
  }

  /**
   * Reads what has changed since the last call, or all of it. Rejects when the database does; what was read until then is kept.
   */
  async reload({ isFromStart = false } = {}): Promise<void> {
    if (isFromStart) this.#sequence = 0;
    await this.#options.catalogue.follow((changes) => this.#read(changes));
  }

  async #read(changes: CatalogueChanges): Promise<void> {
    const { store } = this.#options;
    for (let isMore = true; isMore; ) {
      const page = await store.torrentsSince(this.#sequence, TORRENTS_PER_PAGE);
      for (const shared of page.torrents) await this.#take(changes, shared);
      this.#sequence = page.lastSequence;
      isMore = page.isMore;
    }
    // All changes are in, so what is known here and more than there are must have been removed. Where one could not be taken in,
    // the numbers do not tell.
    if (!this.#hasRefused && changes.count() === (await store.countTorrents())) return;
    const stored = await store.torrentHashes();
    await changes.keepOnly(new Set(stored.map(infoHashToHex)));
  }

  async #take(changes: CatalogueChanges, shared: SharedTorrent): Promise<void> {
    try {
      await changes.take(shared);
    } catch (err) {
      this.#hasRefused = true;
      const { infoHash, name } = shared.torrent;
      this.#options.logger.error(
        { err, infoHash: infoHashToHex(infoHash), name },
        'a torrent of another node could not be taken in',
      );
    }
  }
}
