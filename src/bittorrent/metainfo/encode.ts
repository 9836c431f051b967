import { type BencodeInput, encodeBencode } from '../bencode.ts';

/** The fields of a v1 info dictionary, in our terms. */
export interface InfoFields {
  readonly name: string;
  readonly pieceLength: number;
  /** SHA-1 of each piece, 20 bytes each. */
  readonly pieces: Uint8Array;
  /** The only file's length, or the files of a folder. */
  readonly content: { readonly length: number } | { readonly files: readonly InfoFileFields[] };
  readonly isPrivate?: boolean;
  readonly source?: string;
}

/** One file of a folder. */
export interface InfoFileFields {
  readonly path: readonly string[];
  readonly length: number;
}

/** The info dictionary in canonical bencode; its SHA-1 is the info-hash (BEP 3). */
export function encodeInfo(fields: InfoFields): Uint8Array {
  const content: Record<string, BencodeInput> =
    'files' in fields.content
      ? { files: fields.content.files.map((file) => ({ length: file.length, path: file.path })) }
      : { length: fields.content.length };
  return encodeBencode({
    ...content,
    name: fields.name,
    'piece length': fields.pieceLength,
    pieces: fields.pieces,
    private: fields.isPrivate === true ? 1 : undefined, // BEP 27
    source: fields.source,
  });
}

/** What stands around the info dictionary; changing it leaves the info-hash as it is. */
export interface MetainfoFields {
  /** The info dictionary as it stands; it is copied in, never re-encoded. */
  readonly infoBytes: Uint8Array;
  /** Of a hybrid torrent, bencoded; copied in as well (BEP 52). */
  readonly pieceLayers?: Uint8Array | undefined;
  readonly announceTiers?: readonly (readonly string[])[];
  readonly webSeeds?: readonly string[];
  readonly comment?: string | undefined;
  readonly createdBy?: string | undefined;
  /** Unix seconds. */
  readonly creationDate?: number | undefined;
}

/** A metainfo file (BEP 3). `announce-list` is written when there is more than one URL (BEP 12). */
export function encodeMetainfo(fields: MetainfoFields): Uint8Array {
  const tiers = (fields.announceTiers ?? []).filter((tier) => tier.length > 0);
  const isSingle = tiers.length === 1 && tiers[0]?.length === 1;
  const webSeeds = fields.webSeeds ?? [];
  // "info" and "piece layers" sort between the keys before them and "url-list", so their raw bytes go between two encoded dictionaries.
  const before = encodeBencode({
    announce: tiers[0]?.[0],
    'announce-list': tiers.length === 0 || isSingle ? undefined : tiers,
    comment: fields.comment,
    'created by': fields.createdBy,
    'creation date': fields.creationDate,
  });
  const after = encodeBencode({ 'url-list': webSeeds.length === 0 ? undefined : webSeeds });
  const layers = fields.pieceLayers === undefined ? [] : [Buffer.from('12:piece layers'), fields.pieceLayers];
  return Buffer.concat([
    before.subarray(0, -1),
    Buffer.from('4:info'),
    fields.infoBytes,
    ...layers,
    after.subarray(1),
  ]);
}
