import type { InfoHash } from '../info-hash.ts';

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
}

/** The info dictionary of a v1 torrent, checked (BEP 3, BEP 27, BEP 47). v2 adds a file tree and piece layers beside these. */
export interface Info {
  /** The suggested name: a file's, or the folder's. Safe to join to a folder. */
  readonly name: string;
  /** Bytes a piece; the last may be shorter. */
  readonly pieceLength: number;
  readonly pieceCount: number;
  /** SHA-1 of each piece, 20 bytes each. A view of the info dictionary's bytes: copy it before handing it to another thread. */
  readonly pieces: Uint8Array;
  /** In the torrent's order. */
  readonly files: readonly TorrentFile[];
  /** Bytes of all files together, pad files included. */
  readonly length: number;
  readonly isMultiFile: boolean;
  /** Peers come from its trackers only (BEP 27). */
  readonly isPrivate: boolean;
  readonly source?: string;
}

/** A metainfo file (`.torrent`), checked. */
export interface Metainfo {
  readonly infoHash: InfoHash;
  /** Of a hybrid torrent, the v2 info-hash: SHA-256 of the info dictionary, 32 bytes (BEP 52). */
  readonly infoHashV2?: Uint8Array;
  /** The info dictionary as it stood in the file: its hash is the info-hash, so it is never re-encoded. */
  readonly infoBytes: Uint8Array;
  readonly info: Info;
  /** Announce URLs by tier (BEP 12). A file with only `announce` has one tier. */
  readonly announceTiers: readonly (readonly string[])[];
  /** URLs of web seeds (BEP 19). */
  readonly webSeeds: readonly string[];
  /** Of a hybrid torrent, the `piece layers` as they stood in the file, bencoded (BEP 52). */
  readonly pieceLayers?: Uint8Array;
  readonly comment?: string;
  readonly createdBy?: string;
  /** Unix seconds. */
  readonly creationDate?: number;
}

/** Bytes of a SHA-1 digest in `pieces`. */
export const PIECE_HASH_LENGTH = 20;

/** Bytes of piece `index`: the piece length, or what is left for the last. */
export function lengthOfPiece(info: Info, index: number): number {
  return Math.min(info.pieceLength, info.length - index * info.pieceLength);
}
