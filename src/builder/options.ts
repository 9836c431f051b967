import type { ListedFile } from './file-list.ts';
import type { HashPool } from './hashing/pool.ts';

/** How far the hashing is. */
export interface BuildProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** How a torrent is made. All may be left out. */
export interface CreateTorrentOptions {
  /** Announce URLs (http, https, udp, ws, wss) by tier (BEP 12). Default: none. */
  readonly announceTiers?: readonly (readonly string[])[] | undefined;
  /** URLs of web seeds (BEP 19). */
  readonly webSeeds?: readonly string[] | undefined;
  /** Peers from its trackers only (BEP 27). Part of the info-hash. */
  readonly isPrivate?: boolean | undefined;
  /** A mark that makes the info-hash another; private trackers ask for it. */
  readonly source?: string | undefined;
  readonly comment?: string | undefined;
  /** Default `Seedbed/<version>`; empty for none. */
  readonly createdBy?: string | undefined;
  /** Unix seconds, or `'none'`: then the same input gives the same bytes. Default: now. */
  readonly creationDate?: number | 'none' | undefined;
  /** Bytes: a power of two from 16 KiB to 128 MiB. Default `'auto'`: libtorrent's table. */
  readonly pieceLength?: number | 'auto' | undefined;
  /** Default: the name of the file or folder; needed for several paths. */
  readonly name?: string | undefined;
  /** Symbolic links stand for what they point to (default); with false they are left out. */
  readonly followLinks?: boolean | undefined;
  /** Takes files and folders whose names begin with a dot. Default false. */
  readonly includeHidden?: boolean | undefined;
  /** Hashing threads: 1 to 64, default one a core. */
  readonly threads?: number | undefined;
  /** Hashing threads that are kept; instead of `threads`. */
  readonly pool?: HashPool | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The files, in the torrent's order, before any of them is read; hashing waits for the promise. */
  readonly onListed?: ((files: readonly ListedFile[]) => Promise<void> | void) | undefined;
  /** About ten times a second, and once at the end. */
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}
