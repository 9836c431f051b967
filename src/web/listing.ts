import type { InfoHash } from '../bittorrent/info-hash.ts';

/** What our own seed node does with a torrent, as the public may know it. */
export interface ListedStatus {
  /** `standing by`: others seed it. `unavailable`: its data is not what it should be, or cannot be read. */
  readonly availability:
    | 'seeding'
    | 'standing by'
    | 'checking'
    | 'downloading'
    | 'paused'
    | 'stopped'
    | 'unavailable'
    | 'tracked';
  /** Part of the data that is checked, while it is being checked; else the part that is here. 0 to 1. */
  readonly progress: number;
  /** Undefined: that is nobody's business. */
  readonly rates:
    | { readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number }
    | undefined;
}

/** What the pages show of one published torrent. */
export interface ListedTorrent extends ListedStatus {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly lengthBytes: number;
  readonly fileCount: number;
  /** Seeders now, our own node among them. */
  readonly seeders: number;
  readonly leechers: number;
  /** Times completed. */
  readonly completed: number;
  /** Bytes that peers fetched since the server started, by their own word. */
  readonly downloadedBytes: number;
  /** Of these, what they gave each other. */
  readonly savedBytes: number;
  /** Whether there is a list of its files: its data lies here. */
  readonly hasFileList: boolean;
}

/** A file of a torrent. */
export interface ListedFile {
  /** Its path below the torrent's name, or the name of the only file. */
  readonly path: string;
  readonly lengthBytes: number;
  /** Where it is to be had over HTTP, relative to the origin and percent-encoded; undefined: by BitTorrent only. */
  readonly url: string | undefined;
}

/** A part of the list of a torrent's files. */
export interface ListedFiles {
  readonly status: ListedStatus;
  /** The torrent's name. */
  readonly name: string;
  /** How many it has, pad files left out. */
  readonly fileCount: number;
  readonly files: readonly ListedFile[];
}

/** Where the pages get what they show. */
export interface Listing {
  /** How many are published. */
  readonly size: number;
  /** Magnet links that wait for their metadata. Nobody knows yet whether they are private: strangers are told how many. */
  readonly pending: number;
  /** Up to `count` published torrents behind the newest `skip`, newest first. */
  page(skip: number, count: number): readonly ListedTorrent[];
  /** Up to `count` files of a torrent behind the first `skip`; undefined when there is no such list. With a passkey: for that user. */
  files(infoHash: InfoHash, skip: number, count: number, passkey?: string): ListedFiles | undefined;
  /**
   * The `.torrent` file and the magnet link for somebody who reached us by `origin` (such as `http://example.org:6969`),
   * or undefined when there is no such torrent. With a passkey: for that user.
   */
  torrentFile(infoHash: InfoHash, origin: string, passkey?: string): NamedTorrent | undefined;
  magnet(infoHash: InfoHash, origin: string, passkey?: string): string | undefined;
}

/** A `.torrent` file and the torrent's name. */
export interface NamedTorrent {
  readonly name: string;
  readonly bytes: Uint8Array;
}
