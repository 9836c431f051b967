/** A file, or a symbolic link that is kept as one, that goes into a torrent. */
export interface ListedFile {
  /** Its components below the torrent's name; empty for the only file of a single-file torrent. */
  readonly path: readonly string[];
  /** Where it is on disk. */
  readonly absolutePath: string;
  /** Bytes; 0 for a link. */
  readonly length: number;
  /** A regular file that its owner may execute: attribute `x` (BEP 47). Only when attributes are recorded. */
  readonly isExecutable?: true;
  /** Of a link: what it points to, as a path of the torrent: attribute `l` (BEP 47). There is nothing to read then. */
  readonly linkTarget?: readonly string[];
}
