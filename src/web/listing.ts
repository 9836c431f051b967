import type { InfoHash } from '../bittorrent/info-hash.ts';

/** What the pages show of one published torrent. */
export interface ListedTorrent {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly lengthBytes: number;
  readonly fileCount: number;
  /** Whether our own seed node serves it now, is still checking it, or cannot. */
  readonly availability: 'seeding' | 'checking' | 'unavailable' | 'tracked';
  /** Part of the data that has been checked, 0 to 1. */
  readonly checkedFraction: number;
  /** Seeders now, our own node among them. */
  readonly seeders: number;
  readonly leechers: number;
  /** Times completed. */
  readonly completed: number;
}

/** Where the pages get what they show. */
export interface Listing {
  /** How many are published. */
  readonly size: number;
  /** Up to `count` published torrents behind the newest `skip`, newest first. */
  page(skip: number, count: number): readonly ListedTorrent[];
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
