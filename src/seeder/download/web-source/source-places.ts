import { lengthOfPiece, type Metainfo } from '../../../bittorrent/metainfo/metainfo.ts';
import { httpSeedUrl, webSeedFileUrl } from '../../../bittorrent/web-seed-url.ts';
import { type StoredFile, spansOf } from '../../disk/storage-layout.ts';

/** Bytes of a torrent that one request brings, or that need none. */
export type SourcePart =
  /** Of a pad file (BEP 47): zeros, which exist nowhere. */
  | { readonly kind: 'zeros'; readonly length: number }
  /** Of a file (BEP 19). */
  | {
      readonly kind: 'file';
      /** Made when it is read. */
      readonly url: string;
      /** Index of the file in the torrent. */
      readonly file: number;
      readonly start: number;
      readonly length: number;
      readonly fileLength: number;
    }
  /** Of a piece (BEP 17). */
  | { readonly kind: 'piece'; readonly url: string; readonly length: number };

/** A part of a file. */
export type FilePart = Extract<SourcePart, { readonly kind: 'file' }>;

/** Where a source has the data of one torrent. */
export interface SourcePlaces {
  /** What brings `length` bytes of the torrent's data from `offset` on, in order. */
  partsOf(offset: number, length: number): SourcePart[];
}

/** The files below the URL of a web seed (BEP 19). */
export class FilePlaces implements SourcePlaces {
  readonly #url: string;
  readonly #metainfo: Metainfo;
  readonly #files: readonly StoredFile[];

  /** @param files of the torrent, as they are stored. */
  constructor(url: string, metainfo: Metainfo, files: readonly StoredFile[]) {
    this.#url = url;
    this.#metainfo = metainfo;
    this.#files = files;
  }

  partsOf(offset: number, length: number): SourcePart[] {
    const { info } = this.#metainfo;
    return spansOf(this.#files, offset, length).flatMap(({ file, index, start, length }): SourcePart[] => {
      const named = info.files[index];
      if (named === undefined) return [];
      if (file.isPadding) return [{ kind: 'zeros', length }];
      const seed = this.#url;
      return [
        {
          kind: 'file',
          get url() {
            return webSeedFileUrl(seed, info, named);
          },
          file: index,
          start,
          length,
          fileLength: file.length,
        },
      ];
    });
  }
}

/** The pieces behind the URL of an HTTP seed (BEP 17). */
export class PiecePlaces implements SourcePlaces {
  readonly #url: string;
  readonly #metainfo: Metainfo;

  constructor(url: string, metainfo: Metainfo) {
    this.#url = url;
    this.#metainfo = metainfo;
  }

  partsOf(offset: number, length: number): SourcePart[] {
    const { info, infoHash } = this.#metainfo;
    const parts: SourcePart[] = [];
    for (let at = offset; at < offset + length; ) {
      const piece = Math.floor(at / info.pieceLength);
      const first = at - piece * info.pieceLength;
      const end = Math.min(lengthOfPiece(info, piece), first + offset + length - at);
      if (end <= first) break;
      const url = httpSeedUrl(this.#url, { infoHash, piece, first, last: end - 1 });
      parts.push({ kind: 'piece', url, length: end - first });
      at += end - first;
    }
    return parts;
  }
}
