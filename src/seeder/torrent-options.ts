import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { OpenFiles } from './disk/open-files.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';

/** How a torrent is made. */
export interface TorrentOptions {
  readonly metainfo: Metainfo;
  /** The file, or the folder that holds the files. */
  readonly dataPath: string;
  readonly openFiles: OpenFiles;
  /** What is missing is fetched from peers. */
  readonly isMirrored?: boolean;
  /** Peers to try at once. */
  readonly knownPeers?: readonly Endpoint[];
  /** What a person chose for it. */
  readonly preferences?: TorrentPreferences;
}
