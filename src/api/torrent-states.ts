import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { TorrentRow } from '../persistence/persistence.ts';
import { SeederError } from '../seeder/errors.ts';
import { encodePreferences, type TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';
import { encodeTransfers } from '../seeder/torrents/transfer-record.ts';
import type { TransferRecord } from '../seeder/torrents/transfer-totals.ts';
import type { Entry } from './catalogue-entry.ts';
import { CatalogueError } from './catalogue-error.ts';
import type { CatalogueParts } from './catalogue-types.ts';
import { placeInFolder } from './mirror-path.ts';
import { intentOf, stateOf, type TorrentIntent, type WantedState } from './torrent-intent.ts';

/** What each torrent of the catalogue is to do, and what is remembered of its data: stored, so that a restart goes on with it. */
export class TorrentStates {
  readonly #parts: Pick<CatalogueParts, 'store' | 'seedNode' | 'dataDir'>;
  readonly #entryOf: (infoHash: InfoHash) => Entry | undefined;

  constructor(
    parts: Pick<CatalogueParts, 'store' | 'seedNode' | 'dataDir'>,
    entryOf: (infoHash: InfoHash) => Entry | undefined,
  ) {
    this.#parts = parts;
    this.#entryOf = entryOf;
  }

  /** Remembers what the seed node checked or fetched; a torrent that was removed meanwhile is passed over. */
  async saveResume(infoHash: InfoHash, resume: string | null): Promise<void> {
    const entry = this.#entryOf(infoHash);
    if (entry === undefined) return;
    entry.row = { ...entry.row, resume };
    await this.#parts.store.saveResume(infoHash, resume);
  }

  /**
   * Remembers that a torrent has been fetched: from now on what is missing is an error. One of which only some files are wanted goes on
   * being a mirror, which may be told to fetch more.
   */
  async finished(infoHash: InfoHash): Promise<void> {
    if (this.#parts.seedNode.torrent(infoHash)?.isComplete !== true) return;
    await this.#intend(infoHash, { isMirrored: false });
  }

  /**
   * Has a torrent do what a person wants of it, also after a restart. `started` also tries one again that has failed.
   * @throws {CatalogueError} ERR_TORRENT_STATE when it has no data here; for `paused` also when it has failed.
   */
  async want(infoHash: InfoHash, wanted: WantedState): Promise<void> {
    const { seedNode } = this.#parts;
    const resume = this.#entryOf(infoHash)?.row.resume ?? null;
    this.#seeded(infoHash, () => {
      if (wanted === 'started') seedNode.startTorrent(infoHash, { resume });
      else if (wanted === 'paused') seedNode.pauseTorrent(infoHash, { resume });
      else seedNode.stopTorrent(infoHash);
    });
    await this.#intend(infoHash, { isPaused: wanted === 'paused', isStopped: wanted === 'stopped' });
  }

  /**
   * Changes what is chosen for a torrent, also for later runs; what is left out stays.
   * @throws {CatalogueError} ERR_TORRENT_STATE when it has no data here; ERR_PREFERENCE for files that it does not have;
   *   ERR_DATA_MISSING, ERR_OWN_FOLDER for a folder to which it cannot be moved.
   */
  async changePreferences(infoHash: InfoHash, change: Partial<TorrentPreferences>): Promise<void> {
    const metainfo = this.#entryOf(infoHash)?.metainfo;
    if (change.moveTo != null && metainfo !== undefined)
      await placeInFolder(this.#parts.dataDir, metainfo, change.moveTo);
    let text: string | null = null;
    this.#seeded(infoHash, () => {
      text = encodePreferences(this.#parts.seedNode.setPreferences(infoHash, change));
    });
    const entry = this.#entryOf(infoHash);
    if (entry === undefined) return;
    entry.row = { ...entry.row, preferences: text };
    await this.#parts.store.savePreferences(infoHash, text);
  }

  /** Remembers what the seed node has moved of torrents since ever; those that were removed meanwhile are passed over. */
  async saveTransfers(
    moved: readonly { readonly infoHash: InfoHash; readonly record: TransferRecord }[],
  ): Promise<void> {
    const rows = moved.flatMap(({ infoHash, record }) => {
      const entry = this.#entryOf(infoHash);
      if (entry === undefined) return [];
      const transfers = encodeTransfers(record);
      entry.row = { ...entry.row, transfers };
      return [{ infoHash, transfers }];
    });
    if (rows.length > 0) await this.#parts.store.saveTransfers(rows);
  }

  /** The row of an entry, with what was moved by now. */
  rowNow({ row }: Entry): TorrentRow {
    const totals = this.#parts.seedNode.torrent(row.infoHash)?.totals;
    return totals === undefined ? row : { ...row, transfers: encodeTransfers(totals.record()) };
  }

  /** Remembers that a torrent's data lies elsewhere now. */
  async moved(infoHash: InfoHash): Promise<void> {
    const entry = this.#entryOf(infoHash);
    const torrent = this.#parts.seedNode.torrent(infoHash);
    if (entry === undefined || torrent === undefined) return;
    const { dataPath, preferences } = torrent;
    entry.row = { ...entry.row, dataPath, preferences: encodePreferences(preferences) };
    await this.#parts.store.saveTorrent(entry.row);
  }

  #seeded(infoHash: InfoHash, change: () => void): void {
    if (this.#parts.seedNode.torrent(infoHash) === undefined)
      throw new CatalogueError(
        'ERR_TORRENT_STATE',
        `the torrent ${infoHashToHex(infoHash)} has no data here: it is only tracked`,
      );
    try {
      change();
    } catch (cause) {
      if (!(cause instanceof SeederError)) throw cause;
      const code = cause.code === 'ERR_PREFERENCE' ? cause.code : 'ERR_TORRENT_STATE';
      throw new CatalogueError(code, cause.message, { cause });
    }
  }

  async #intend(infoHash: InfoHash, change: Partial<TorrentIntent>): Promise<void> {
    const entry = this.#entryOf(infoHash);
    if (entry === undefined) return;
    const state = stateOf({ ...intentOf(entry.row.state), ...change });
    if (state === entry.row.state) return;
    entry.row = { ...entry.row, state };
    await this.#parts.store.saveTorrentState(infoHash, state);
  }
}
