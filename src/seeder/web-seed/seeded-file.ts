import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Torrent } from '../torrent.ts';

/** A file of a torrent, to be had by HTTP (BEP 19). */
export interface SeededFile {
  readonly torrent: Torrent;
  /** Of the file in the torrent. */
  readonly index: number;
  /** The last component of its path. */
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  /** A strong validator (RFC 9110, section 8.8.3): the hashes hold the content for ever. */
  readonly etag: string;
}

/**
 * Finds files by the paths that a torrent's own list gives them, and by nothing else: a path that somebody asks for never
 * touches the disk. The list of a torrent is indexed when it is first asked for, and goes with the torrent.
 */
export class SeededFiles {
  readonly #indexes = new WeakMap<Torrent, ReadonlyMap<string, number>>();

  /**
   * The file at a path: the torrent's name, and for a folder what comes below it. Undefined when the torrent has none there;
   * pad files (zeros) and links of the torrent (no data of their own) are none (BEP 47).
   */
  find(torrent: Torrent, path: readonly string[]): SeededFile | undefined {
    const index = this.#indexOf(torrent).get(path.join('/'));
    const file = index === undefined ? undefined : torrent.files[index];
    if (index === undefined || file === undefined) return undefined;
    const etag = `"${infoHashToHex(torrent.infoHash)}-${index}"`;
    return { torrent, index, name: path.at(-1) ?? torrent.name, length: file.length, etag };
  }

  #indexOf(torrent: Torrent): ReadonlyMap<string, number> {
    const known = this.#indexes.get(torrent);
    if (known !== undefined) return known;
    const index = indexOf(torrent);
    this.#indexes.set(torrent, index);
    return index;
  }
}

/** No component holds a slash: that was checked when the torrent was read. */
function indexOf({ name, metainfo }: Torrent): Map<string, number> {
  const index = new Map<string, number>();
  for (const [at, { path, isPadding, linkTarget }] of metainfo.info.files.entries()) {
    if (isPadding || linkTarget !== undefined) continue;
    const key = [name, ...(metainfo.info.isMultiFile ? path : [])].join('/');
    if (!index.has(key)) index.set(key, at);
  }
  return index;
}
