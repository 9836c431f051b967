import type { DhtNode, Metainfo, TorrentVersion } from '../bittorrent/metainfo/metainfo.ts';
import type { PlannedFile } from './create/layout.ts';
import type { HashPool } from './hashing/pool.ts';
import type { FileOrder } from './input/order.ts';
import type { LinkMode } from './input/walk-options.ts';
import type { PieceLengthOption } from './piece-length.ts';

/** How far the hashing is. */
export interface BuildProgress {
  /** Bytes hashed; pad files count in v1 and hybrid torrents, where they are hashed too. */
  readonly bytesDone: number;
  /** Undefined for a stream of which nobody said how long it is. */
  readonly bytesTotal: number | undefined;
}

/** Which files go into a torrent, and as what. All may be left out. */
export interface ContentOptions {
  /** Default: the name of the file or folder; needed for several paths, and for streams. */
  readonly name?: string | undefined;
  /** Globs of files and folders that are left out; docs/make-torrent.md has the rules. */
  readonly exclude?: readonly string[] | undefined;
  /** Globs: only files that match one of them are taken. `exclude` wins. */
  readonly include?: readonly string[] | undefined;
  /** Takes files and folders whose names begin with a dot. Default false. */
  readonly includeHidden?: boolean | undefined;
  /** Symbolic links below the paths: taken as what they point to (`follow`, default), kept as links (BEP 47), or left out. */
  readonly links?: LinkMode | undefined;
  /** Order of the files of a v1 torrent; default `path`. v2 and hybrid torrents have the order of their tree. */
  readonly sort?: FileOrder | undefined;
  /** Marks executable files (BEP 47, attribute `x`). Default: in v2 and hybrid torrents, as libtorrent does; not in v1. */
  readonly attributes?: boolean | undefined;
}

/** What stands in a torrent beside its files. All may be left out. */
export interface DescriptionOptions {
  /** Announce URLs (http, https, udp, ws, wss) by tier (BEP 12). Default: none. */
  readonly announceTiers?: readonly (readonly string[])[] | undefined;
  /** URLs of web seeds (BEP 19). */
  readonly webSeeds?: readonly string[] | undefined;
  /** URLs of HTTP seeds (BEP 17). */
  readonly httpSeeds?: readonly string[] | undefined;
  /** Nodes of the DHT to begin with (BEP 5); not for private torrents. */
  readonly dhtNodes?: readonly DhtNode[] | undefined;
  /** Peers from its trackers only (BEP 27). Part of the info-hash. */
  readonly isPrivate?: boolean | undefined;
  /** Writes that it is not private, where nothing would say the same: as Transmission 3 does. Part of the info-hash. Default false. */
  readonly saysPublic?: boolean | undefined;
  /** A mark that makes the info-hash another; private trackers ask for it. */
  readonly source?: string | undefined;
  readonly comment?: string | undefined;
  /** Default `Seedbed/<version>`; empty for none. */
  readonly createdBy?: string | undefined;
  /** Unix seconds, or `'none'`: then the same input gives the same bytes. Default: now. */
  readonly creationDate?: number | 'none' | undefined;
  /** Info-hashes of torrents with some of the same files, in hexadecimal (BEP 38). Part of the info-hash. */
  readonly similar?: readonly string[] | undefined;
  /** Collections whose torrents may have the same files (BEP 38). Part of the info-hash. */
  readonly collections?: readonly string[] | undefined;
  /** Where a newer version will be found (BEP 39). Part of the info-hash. */
  readonly updateUrl?: string | undefined;
}

/** How a torrent is made. All may be left out. */
export interface CreateTorrentOptions extends ContentOptions, DescriptionOptions {
  /** Default `v1`. */
  readonly version?: TorrentVersion | undefined;
  /** Bytes: a power of two from 16 KiB to 128 MiB. Default `auto`: libtorrent's table; `like:<program>` is another's. */
  readonly pieceLength?: PieceLengthOption | undefined;
  /** Of a stream: bytes that it will give, if they are known; the automatic piece length follows from them. */
  readonly length?: number | undefined;
  /** The info-hash that must come out: 40 or 64 hexadecimal digits. */
  readonly expectInfoHash?: string | undefined;
  /** An older torrent of the same files, of which the hashes are taken over: only samples of the data are hashed. */
  readonly reuse?: Metainfo | undefined;
  /** Hashing threads: 1 to 64, default one a core. A stream is hashed by the calling thread. */
  readonly threads?: number | undefined;
  /** Hashing threads that are kept; instead of `threads`. */
  readonly pool?: HashPool | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The files, in the torrent's order and with pad files, before any of them is read; hashing waits for the promise. */
  readonly onListed?: ((files: readonly PlannedFile[]) => Promise<void> | void) | undefined;
  /** About ten times a second, and once at the end. */
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}
