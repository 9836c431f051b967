import { bytesEqual } from '../bittorrent/hex.ts';
import { type InfoHash, infoHashFromHex, infoHashToHex } from '../bittorrent/info-hash.ts';
import { parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import type { SharedTorrent, TorrentRow } from '../persistence/persistence.ts';
import { Turns } from '../persistence/turns.ts';
import type { Deletion } from '../seeder/disk/delete-files.ts';
import { encodePreferences } from '../seeder/torrents/torrent-preferences.ts';
import { announceUrl } from './announce-urls.ts';
import { type BareTorrent, BareTorrents, bareRow } from './bare-torrents.ts';
import { type Entry, type Listed, makeEntry, publishedOf, rowFor, seedingOf } from './catalogue-entry.ts';
import { CatalogueError } from './catalogue-error.ts';
import type {
  Added,
  CatalogueChanges,
  CatalogueParts,
  CompletedCounts,
  Entering,
  Publication,
  Published,
} from './catalogue-types.ts';
import { checkMove } from './data-move.ts';
import { publishedPath } from './data-path.ts';
import { isOursToTrack } from './guarded-elsewhere.ts';
import { mirrorPath } from './mirror-path.ts';
import { Overview } from './overview.ts';
import { takeBack, type WantedTorrentLimits } from './rate-limits.ts';
import { KNOWN_COUNTS, registrationOf } from './registration.ts';
import { removeTorrent } from './remove-torrent.ts';
import { refuseSharedPlace } from './shared-place.ts';
import { intentOf, intentOfPublication } from './torrent-intent.ts';
import { TorrentLinks } from './torrent-links.ts';
import { TorrentStates } from './torrent-states.ts';

/** The torrents of this node: what is published is registered with the tracker, seeded, stored and listed, all or none of it. */
export class Catalogue {
  readonly #parts: CatalogueParts;
  readonly #links: TorrentLinks;
  readonly #entries = new Map<string, Entry>();
  readonly #bare = new BareTorrents();
  readonly #turns = new Turns();
  /** What each torrent is to do. */
  readonly states: TorrentStates;
  readonly overview: Overview;

  constructor(parts: CatalogueParts) {
    this.#parts = parts;
    this.overview = new Overview(this.#entries, (entry) => this.#published(entry));
    this.#links = new TorrentLinks(parts.urls, parts.webSeedUrls);
    this.states = new TorrentStates(parts, (infoHash) => this.#entries.get(infoHashToHex(infoHash)));
  }

  /**
   * Takes up the torrents of an earlier run: seeding goes on without a new check where nothing changed. A row that cannot be read
   * is told to `onBadRow`, and the others go on.
   */
  restore(
    rows: readonly TorrentRow[],
    completed: ReadonlyMap<string, CompletedCounts>,
    onBadRow: (row: TorrentRow, error: unknown) => void,
  ): void {
    for (const row of rows) {
      const counts = completed.get(infoHashToHex(row.infoHash)) ?? { completed: row.completed };
      try {
        if (row.metainfo === null) this.#registerBare(row, counts);
        else this.#enter(makeEntry(parseMetainfo(row.metainfo), row), counts, { isRestored: true });
      } catch (error) {
        onBadRow(row, error);
      }
    }
  }

  /** Writes the `.torrent` files anew where the address by which we are reached has changed. */
  async refreshFiles(): Promise<void> {
    for (const entry of this.#entries.values()) await this.#writeFile(entry);
  }

  /**
   * Publishes a torrent. When the promise resolves it is stored, tracked, and being seeded or checked. Publishing the same
   * torrent again is no error: it takes the new data path, which is checked before while it is seeded from another; none leaves it
   * where it is.
   * @throws {ProtocolError} ERR_METAINFO for a bad `.torrent` file.
   * @throws {CatalogueError} ERR_OWN_FOLDER; ERR_TARGET_OCCUPIED; ERR_DATA_MISSING or ERR_DATA_MISMATCH when the data does not lie there with its right sizes.
   */
  async add(publication: Publication): Promise<Added> {
    const checked = await checkMove(publication, this.#parts); // others need not wait for it
    return this.#turns.run(() => this.#add(checked));
  }

  /**
   * Registers a torrent of which no more is known than its info-hash. One that is published, or registered already, stays as it is.
   * Stored and tracked when the promise resolves.
   */
  register(torrent: BareTorrent): Promise<Added> {
    return this.#turns.run(async () => {
      const known = this.get(torrent.infoHash);
      if (known !== undefined) return { published: known, isNew: false };
      const row = bareRow(torrent, this.#parts.nowSeconds());
      await this.#parts.store.saveTorrent(row);
      this.#registerBare(row, KNOWN_COUNTS);
      return { published: this.require(torrent.infoHash), isNew: true };
    });
  }

  /** Forgets a torrent, and deletes its data when that is wanted: see {@link removeTorrent}. */
  remove(infoHash: InfoHash, withData = false): Promise<Deletion | undefined> {
    const forget = (): Promise<void> => this.#forget(infoHash);
    return this.#turns.run(() => removeTorrent(infoHash, { ...this.#parts, withData, forget }));
  }

  /**
   * Takes in what the database has of torrents that any node saved or removed. `read` is given the floor among additions and
   * removals: it reads the database, and calls the methods of what it is given.
   */
  follow<T>(read: (changes: CatalogueChanges) => Promise<T>): Promise<T> {
    return this.#turns.run(() =>
      read({
        take: (shared) => this.#take(shared),
        keepOnly: (infoHashes) => this.#keepOnly(infoHashes),
        count: () => this.#entries.size + this.#bare.size,
      }),
    );
  }

  async #take({ torrent, holders }: SharedTorrent): Promise<void> {
    if (torrent.metainfo === null) return this.#registerBare(torrent, KNOWN_COUNTS);
    const before = this.#entries.get(infoHashToHex(torrent.infoHash));
    if (before?.row.metainfo != null && bytesEqual(before.row.metainfo, torrent.metainfo)) {
      before.holders = holders;
      return;
    }
    const entry = makeEntry(parseMetainfo(torrent.metainfo), torrent, holders);
    await this.#writeFile(entry);
    if (before === undefined) this.#enter(entry, KNOWN_COUNTS);
    else this.#replace(entry); // its info dictionary is the same, so its peers need not notice
  }

  async #keepOnly(infoHashes: ReadonlySet<string>): Promise<void> {
    for (const key of [...this.#entries.keys(), ...this.#bare.keys()])
      if (!infoHashes.has(key)) await this.#forget(infoHashFromHex(key));
  }

  #registerBare(row: TorrentRow, counts: CompletedCounts): void {
    this.#bare.set(row);
    this.#parts.tracker.registerTorrent(row.infoHash, registrationOf(counts, row));
  }

  async #add(publication: Publication): Promise<Added> {
    const metainfo = this.#links.withoutOwnUrls(parseMetainfo(publication.torrent));
    const before = this.#entries.get(infoHashToHex(metainfo.infoHash));
    const { mirror } = publication;
    if (mirror !== undefined && before?.row.dataPath != null && this.#isServed(metainfo.infoHash))
      return { published: this.#published(before), isNew: false }; // it is here, or on its way
    const given =
      mirror === undefined
        ? await publishedPath(this.#parts.dataDir, metainfo, publication.dataPath)
        : await mirrorPath(this.#parts.dataDir, metainfo, mirror);
    const dataPath = given ?? before?.row.dataPath ?? null;
    const isServed =
      before !== undefined &&
      before.row.dataPath === dataPath &&
      (given === null || this.#isServed(metainfo.infoHash));
    const isOld = isServed || (mirror !== undefined && before?.row.dataPath === dataPath);
    const row = rowFor(metainfo, {
      dataPath,
      preferences:
        isServed || mirror === undefined
          ? (before?.row.preferences ?? null)
          : encodePreferences(mirror.preferences),
      resume: isOld ? (before?.row.resume ?? null) : publication.resume,
      intent: isServed ? intentOf(before.row.state) : intentOfPublication(publication),
      before: before && this.states.rowNow(before),
      nowSeconds: this.#parts.nowSeconds(),
    });
    if (!isServed) await refuseSharedPlace(row, this.#entries.values(), this.#parts.seedNode);
    const entry = makeEntry(metainfo, row, before?.holders);
    await this.#writeFile(entry);
    await this.#store(entry, before === undefined, mirror?.limits ?? {});
    if (isServed) return { published: this.#replace(entry), isNew: false }; // its peers need not notice
    if (before !== undefined) this.#parts.seedNode.remove(metainfo.infoHash);
    return {
      published: this.#enter(entry, KNOWN_COUNTS, { peers: mirror?.peers ?? [] }),
      isNew: before === undefined,
    };
  }

  /** Stores the torrent, its limits first: they hold from its first byte on. When that fails, nothing of a new one is left. */
  async #store({ row }: Entry, isNew: boolean, limits: WantedTorrentLimits): Promise<void> {
    try {
      await this.#parts.limits.changeTorrent(row.infoHash, limits);
      await this.#parts.store.saveTorrent(row);
    } catch (error) {
      if (!isNew) throw error;
      await this.#parts.folder.remove(row.infoHash);
      await takeBack(this.#parts.limits, row.infoHash, limits);
      throw error;
    }
  }

  async #forget(infoHash: InfoHash): Promise<void> {
    const { seedNode } = this.#parts;
    seedNode.remove(infoHash);
    for (const pacer of [seedNode.pacer, seedNode.downloadPacer]) pacer.setTorrentLimit(infoHash, undefined);
    this.#parts.tracker.unregisterTorrent(infoHash);
    this.#entries.delete(infoHashToHex(infoHash));
    this.#bare.delete(infoHash);
    await this.#parts.folder.remove(infoHash);
  }

  /** All torrents, newest first; behind those that are published, those of which only the info-hash is known. */
  list(): Published[] {
    const published = [...this.#entries.values()].reverse().map((entry) => this.#published(entry));
    return [...published, ...this.#bare.list().map((row) => this.#publishedBare(row))];
  }

  /** How many are published, with their `.torrent` files. */
  get size(): number {
    return this.#entries.size;
  }

  /** One torrent, or undefined. */
  get(infoHash: InfoHash): Published | undefined {
    const entry = this.#entries.get(infoHashToHex(infoHash));
    if (entry !== undefined) return this.#published(entry);
    const row = this.#bare.get(infoHash);
    return row && this.#publishedBare(row);
  }

  /** The `.torrent` file for somebody who reached us by `origin`; with a passkey: for that user. */
  torrentFile(infoHash: InfoHash, origin: string, passkey?: string): Uint8Array | undefined {
    const entry = this.#entries.get(infoHashToHex(infoHash));
    return entry && this.#links.file(entry, origin, passkey);
  }

  /** The magnet link for somebody who reached us by `origin` (BEP 9); with a passkey: for that user. */
  magnet(infoHash: InfoHash, origin: string, passkey?: string): string | undefined {
    const entry = this.#entries.get(infoHashToHex(infoHash));
    if (entry !== undefined) return this.#links.magnet(entry, origin, passkey);
    const row = this.#bare.get(infoHash);
    return row && this.#links.bareMagnet(row, origin, passkey);
  }

  /** Where the `.torrent` file lies on disk. */
  torrentPath(infoHash: InfoHash): string {
    return this.#parts.folder.pathOf(infoHash);
  }

  /** Whether our tracker lets an info-hash be announced. */
  isTracked(infoHash: InfoHash): boolean {
    return this.#parts.tracker.isTracked(infoHash);
  }

  #isServed(infoHash: InfoHash): boolean {
    const state = this.#parts.seedNode.torrent(infoHash)?.state;
    return state !== undefined && state !== 'failed' && state !== 'stopped';
  }

  #replace(entry: Entry): Published {
    this.#entries.set(infoHashToHex(entry.row.infoHash), entry);
    return this.#published(entry);
  }

  #enter(entry: Entry, counts: CompletedCounts, how: Entering = {}): Published {
    const { row, metainfo } = entry;
    const key = infoHashToHex(row.infoHash);
    this.#entries.delete(key); // published again, it is the newest
    this.#entries.set(key, entry);
    this.#bare.delete(row.infoHash);
    if (isOursToTrack(metainfo, this.#parts.urls))
      this.#parts.tracker.registerTorrent(row.infoHash, registrationOf(counts, metainfo));
    else this.#parts.tracker.unregisterTorrent(row.infoHash); // its info-hash alone may have been registered
    if (row.dataPath !== null) this.#parts.seedNode.add(seedingOf(entry, row.dataPath, how));
    this.#parts.onEntered?.(metainfo);
    return this.#published(entry);
  }

  #publishedBare(row: TorrentRow): Published {
    return this.#published({ row, fileCount: 0, holders: [] });
  }

  #published(entry: Listed): Published {
    return publishedOf(entry, this.#parts);
  }

  #writeFile(entry: Entry): Promise<void> {
    return this.#parts.folder.write(entry.row.infoHash, this.#links.file(entry, this.#parts.urls.origin));
  }

  /** The announce URL that we print. */
  get announceUrl(): string {
    return announceUrl(this.#parts.urls.origin);
  }

  /** @throws {CatalogueError} ERR_NO_TORRENT when nothing is published under the info-hash. */
  require(infoHash: InfoHash): Published {
    const published = this.get(infoHash);
    if (published === undefined)
      throw new CatalogueError('ERR_NO_TORRENT', `no torrent ${infoHashToHex(infoHash)} is published here`);
    return published;
  }
}
