import { bytesEqual } from '../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex, truncatedInfoHash } from '../bittorrent/info-hash.ts';
import type { TorrentRow } from '../persistence/persistence.ts';
import type { Entry } from './catalogue-entry.ts';
import type { Published } from './catalogue-types.ts';
import { isGuardedElsewhere } from './guarded-elsewhere.ts';

/** What is published, by what strangers may see of it. */
export class Overview {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #publishedOf: (entry: Entry) => Published;

  constructor(entries: ReadonlyMap<string, Entry>, publishedOf: (entry: Entry) => Published) {
    this.#entries = entries;
    this.#publishedOf = publishedOf;
  }

  /** All of them as they are stored. */
  *rows(): Generator<TorrentRow> {
    for (const { row } of this.#entries.values()) yield row;
  }

  /** The one that goes by this info-hash, also by the v2 one of a hybrid, cut to 20 bytes (BEP 52); undefined when none is published. */
  find(infoHash: InfoHash): Entry | undefined {
    const entry = this.#entries.get(infoHashToHex(infoHash));
    if (entry !== undefined) return entry;
    for (const other of this.#entries.values()) {
      const { infoHashV2 } = other.row;
      if (infoHashV2 !== null && bytesEqual(truncatedInfoHash(infoHashV2), infoHash)) return other;
    }
    return undefined;
  }

  /** The info-hash by which a torrent is listed; the same where none is published. */
  nameOf(infoHash: InfoHash): InfoHash {
    return this.find(infoHash)?.row.infoHash ?? infoHash;
  }

  /** Those that are not marked private (BEP 27). */
  notPrivate(): InfoHash[] {
    const entries = [...this.#entries.values()];
    return entries.filter(({ metainfo }) => !metainfo.info.isPrivate).map(({ row }) => row.infoHash);
  }

  /** How many strangers may see: all but the private torrents that trackers of others guard. */
  get publicSize(): number {
    return this.#public().length;
  }

  /** Up to `count` of those behind the newest `skip`, newest first. */
  publicPage(skip: number, count: number): Published[] {
    const newestFirst = this.#public().reverse();
    return newestFirst.slice(skip, skip + count).map((entry) => this.#publishedOf(entry));
  }

  /** Whether strangers may see a torrent; also when only its info-hash is known, or nothing. */
  isPublic(infoHash: InfoHash): boolean {
    const entry = this.#entries.get(infoHashToHex(infoHash));
    return entry === undefined || !isGuardedElsewhere(entry.metainfo);
  }

  #public(): Entry[] {
    return [...this.#entries.values()].filter(({ metainfo }) => !isGuardedElsewhere(metainfo));
  }
}
