import type { Metainfo } from '../bittorrent/metainfo.ts';
import type { TorrentRow } from '../persistence/persistence.ts';

/** A torrent of the catalogue. */
export interface Entry {
  row: TorrentRow;
  readonly metainfo: Metainfo;
  /** Pad files left out. */
  readonly fileCount: number;
  /** Numbers of the nodes that have the data. */
  holders: readonly number[];
}

/** An entry; `holders` are known where nodes share a database. */
export function makeEntry(metainfo: Metainfo, row: TorrentRow, holders: readonly number[] = []): Entry {
  return { metainfo, row, holders, fileCount: metainfo.info.files.filter((file) => !file.isPadding).length };
}
