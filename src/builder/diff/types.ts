import type { FieldDifference } from '../torrent-fields.ts';

/** What two torrents let one say about their data. */
export type Sameness = 'same' | 'different' | 'unknown';

/** A file in which two torrents differ. Paths lie below the torrent's name; that of a single-file torrent is empty. Lengths are bytes. */
export type FileDifference =
  | { readonly kind: 'added' | 'removed'; readonly path: readonly string[]; readonly length: number }
  | {
      /** The same data under another path. */
      readonly kind: 'renamed';
      readonly path: readonly string[];
      readonly oldPath: readonly string[];
      readonly length: number;
    }
  | {
      readonly kind: 'changed';
      readonly path: readonly string[];
      readonly oldLength: number;
      readonly length: number;
    }
  /** `unknown`: path and length are the same, and the hashes do not tell more. `attributes`: the data is the same (BEP 47). */
  | {
      readonly kind: 'unknown' | 'attributes';
      readonly path: readonly string[];
      readonly length: number;
    };

/** What a holder of all of A has to fetch for B. Bytes, pad files left out. */
export interface FetchPlan {
  /**
   * By which hashes it is known: `info-hash` when the torrents are the same, `v2` by pieces roots and piece layers, wherever in A equal
   * pieces lie (BEP 52), `v1` by SHA-1 of pieces of one length (BEP 3).
   */
  readonly basis: 'info-hash' | 'v2' | 'v1';
  readonly totalBytes: number;
  readonly fetchBytes: number;
  /** Files of which something is missing, in the order of B. */
  readonly files: readonly FetchedFile[];
}

/** A file of which something has to be fetched. */
export interface FetchedFile {
  readonly path: readonly string[];
  readonly length: number;
  readonly fetchBytes: number;
}

/** In what two torrents differ. */
export interface TorrentDiff {
  /** Whether they are one torrent, with one swarm. */
  readonly isSameInfoHash: boolean;
  /** Whether both have the same files under the same paths, whatever the torrents are called. */
  readonly content: Sameness;
  /** Whether nothing at all differs. */
  readonly isSame: boolean;
  readonly fields: readonly FieldDifference[];
  /** Keys of the info dictionary that this program does not know, and that differ. */
  readonly otherInfoKeys: readonly string[];
  /** In the order of A, then of B. */
  readonly files: readonly FileDifference[];
  /** How many files are the same, under the same path. */
  readonly sameFiles: number;
  /** Undefined when nothing can be said: no hashes of the same kind, or v1 pieces of different lengths. */
  readonly fetch?: FetchPlan;
}
