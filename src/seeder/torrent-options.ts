import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { OpenFiles } from './disk/open-files.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import type { TransferTotals } from './torrents/transfer-totals.ts';

/** How a torrent is made. */
export interface TorrentOptions {
  readonly metainfo: Metainfo;
  /** The file, or the folder that holds the files. */
  readonly dataPath: string;
  readonly openFiles: OpenFiles;
  /** What is missing is fetched from peers. */
  readonly isMirrored?: boolean;
  /** Pieces of its files that went bad may be fetched and written again, though they are not ours. */
  readonly mayRepair?: boolean;
  /** Peers to try at once. */
  readonly knownPeers?: readonly Endpoint[];
  /** What a person chose for it. */
  readonly preferences?: TorrentPreferences;
  /** What it has moved in earlier runs, and its clock; nothing when left out. */
  readonly totals?: TransferTotals;
  /** Which of the node's torrents it is, by when they came. */
  readonly order?: number;
}
