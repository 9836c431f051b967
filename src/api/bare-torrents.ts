import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { TorrentRow } from '../persistence/persistence.ts';

/** What is known of a torrent that is registered without its `.torrent` file. */
export interface BareTorrent {
  readonly infoHash: InfoHash;
  readonly name: string;
  /** 0 when it is not known. */
  readonly lengthBytes: number;
}

/** Torrents that are registered with the tracker by their info-hash: there is nothing to hand out of them but that. */
export class BareTorrents {
  readonly #rows = new Map<string, TorrentRow>();

  get size(): number {
    return this.#rows.size;
  }

  /** The info-hashes in hexadecimal digits. */
  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }

  get(infoHash: InfoHash): TorrentRow | undefined {
    return this.#rows.get(infoHashToHex(infoHash));
  }

  set(row: TorrentRow): void {
    this.#rows.set(infoHashToHex(row.infoHash), row);
  }

  delete(infoHash: InfoHash): void {
    this.#rows.delete(infoHashToHex(infoHash));
  }

  /** Newest first. */
  list(): TorrentRow[] {
    return [...this.#rows.values()].reverse();
  }
}

/** The row of a bare torrent. */
export function bareRow({ infoHash, name, lengthBytes }: BareTorrent, nowSeconds: number): TorrentRow {
  return {
    infoHash,
    infoHashV2: null,
    name,
    lengthBytes,
    pieceLength: 0,
    dataPath: null,
    metainfo: null,
    state: 'tracked',
    resume: null,
    preferences: null,
    transfers: null,
    completed: 0,
    createdAtSeconds: nowSeconds,
  };
}
