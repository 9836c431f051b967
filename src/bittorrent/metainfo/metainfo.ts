import type { InfoHash } from '../info-hash.ts';

/** Which info-hashes a torrent has: SHA-1 of pieces (BEP 3), Merkle trees of SHA-256 (BEP 52), or both over the same data. */
export const TORRENT_VERSIONS = ['v1', 'v2', 'hybrid'] as const;

/** One of {@link TORRENT_VERSIONS}. */
export type TorrentVersion = (typeof TORRENT_VERSIONS)[number];

/** One file of a torrent. */
export interface TorrentFile {
  /** The name's components below the torrent's own name; empty for the file of a single-file torrent. Safe to join to a folder. */
  readonly path: readonly string[];
  /** Bytes. */
  readonly length: number;
  /** Where its first byte lies in the torrent's data, in bytes. */
  readonly offset: number;
  /** A pad file (BEP 47): zeros that exist in the hashes only, never on disk. */
  readonly isPadding: boolean;
  /** v2 and hybrid: the root of its tree of blocks, 32 bytes (BEP 52); an empty file has none. */
  readonly piecesRoot?: Uint8Array;
  /** BEP 47, attribute `x`. */
  readonly isExecutable?: true;
  /** BEP 47, attribute `h`. */
  readonly isHidden?: true;
  /** BEP 47, attribute `l`: a symbolic link to this path of the torrent; its length is 0. Safe components. */
  readonly linkTarget?: readonly string[];
}

/** The info dictionary of a torrent, checked (BEP 3, BEP 27, BEP 38, BEP 39, BEP 47, BEP 52). */
export interface Info {
  readonly version: TorrentVersion;
  /** The suggested name: a file's, or the folder's. Safe to join to a folder. */
  readonly name: string;
  /** Bytes a piece; the last may be shorter. */
  readonly pieceLength: number;
  readonly pieceCount: number;
  /**
   * v1 and hybrid: SHA-1 of each piece, 20 bytes each; empty for v2. A view of the info dictionary's bytes: copy it before
   * handing it to another thread.
   */
  readonly pieces: Uint8Array;
  /**
   * In the torrent's order, without gaps: where a piece begins with each file and the torrent lists no pad files (v2), they
   * stand here all the same.
   */
  readonly files: readonly TorrentFile[];
  /** Bytes of all files together, pad files included. */
  readonly length: number;
  /** Bytes of all files together without pad files: what there is to download. */
  readonly contentLength: number;
  readonly isMultiFile: boolean;
  /** Peers come from its trackers only (BEP 27). */
  readonly isPrivate: boolean;
  readonly source?: string;
  /** Info-hashes of torrents with some of the same files (BEP 38); {@link Metainfo} has those outside as well. */
  readonly similar: readonly InfoHash[];
  /** Names of collections whose torrents may have the same files (BEP 38), likewise. */
  readonly collections: readonly string[];
  /** Where a newer version of the torrent is to be found (BEP 39). */
  readonly updateUrl?: string;
}

/** A host and port as it stands in `nodes` (BEP 5). */
export interface DhtNode {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, an IPv6 address in brackets. */
export function formatDhtNode({ host, port }: DhtNode): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Something about a metainfo file that is wrong, but harms nobody who takes the info-hash from the bytes as they stand. */
export interface MetainfoWarning {
  readonly code:
    | 'WARN_NOT_CANONICAL'
    | 'WARN_INFO_NOT_CANONICAL'
    | 'WARN_TRAILING_BYTES'
    | 'WARN_NO_PIECE_LAYERS';
  /** One sentence. */
  readonly message: string;
}

/** A metainfo file (`.torrent`), checked. */
export interface Metainfo {
  /** By which its swarm goes: SHA-1 of the info dictionary; of a torrent that is v2 only, the first 20 bytes of its SHA-256 (BEP 52). */
  readonly infoHash: InfoHash;
  /** v2 and hybrid: SHA-256 of the info dictionary, 32 bytes (BEP 52). */
  readonly infoHashV2?: Uint8Array;
  /** The info dictionary as it stood in the file: its hash is the info-hash, so it is never re-encoded. */
  readonly infoBytes: Uint8Array;
  readonly info: Info;
  /** Announce URLs by tier (BEP 12). A file with only `announce` has one tier. */
  readonly announceTiers: readonly (readonly string[])[];
  /** URLs of web seeds (BEP 19). */
  readonly webSeeds: readonly string[];
  /** URLs of HTTP seeds (BEP 17). */
  readonly httpSeeds: readonly string[];
  /** Nodes of the DHT to begin with (BEP 5). */
  readonly dhtNodes: readonly DhtNode[];
  /** Info-hashes of torrents with some of the same files, inside and outside of the info dictionary (BEP 38). */
  readonly similar: readonly InfoHash[];
  /** Names of collections whose torrents may have the same files, inside and outside of the info dictionary (BEP 38). */
  readonly collections: readonly string[];
  /** v2 and hybrid: the `piece layers` as they stood in the file, bencoded (BEP 52). */
  readonly pieceLayers?: Uint8Array;
  readonly comment?: string;
  readonly createdBy?: string;
  /** Unix seconds. */
  readonly creationDate?: number;
  readonly warnings: readonly MetainfoWarning[];
}

/** Bytes of a SHA-1 digest in `pieces`. */
export const PIECE_HASH_LENGTH = 20;

/** Whether its swarm goes by SHA-1 (too): v1 and hybrid. */
export function hasV1({ version }: Pick<Info, 'version'>): boolean {
  return version !== 'v2';
}

/** Whether it has Merkle trees: v2 and hybrid. */
export function hasV2({ version }: Pick<Info, 'version'>): boolean {
  return version !== 'v1';
}

/** Bytes of the pad files that a torrent lists (BEP 47); one that is v2 only lists none, it only leaves the rest of a piece out. */
export function paddingOf({ version, length, contentLength }: Info): number {
  return version === 'v2' ? 0 : length - contentLength;
}

/**
 * Bytes of piece `index` that there are to download: the piece length, or what is left for the last piece of the torrent; of a torrent
 * that is v2 only, where every file ends a piece, what is left of the file (BEP 52).
 */
export function lengthOfPiece(info: Info, index: number): number {
  const start = index * info.pieceLength;
  const file = info.version === 'v2' ? info.files[lastFileFrom(info.files, start)] : undefined;
  const end = file === undefined ? info.length : file.offset + file.length;
  return Math.min(info.pieceLength, end - start);
}

/** Binary search: the last file that begins at or before `offset`; of those that begin there, the one that has bytes. */
function lastFileFrom(files: readonly TorrentFile[], offset: number): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((files[middle] as TorrentFile).offset <= offset)
      low = middle + 1; // low <= middle < high
    else high = middle;
  }
  return low - 1;
}
