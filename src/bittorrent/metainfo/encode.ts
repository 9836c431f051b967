import { type BencodeInput, encodeBencode } from '../bencode.ts';
import { encodeFileTree } from './file-tree-encode.ts';
import { attributeLetters, type InfoFile } from './info-file.ts';
import type { DhtNode, TorrentVersion } from './metainfo.ts';

/** The fields of an info dictionary, in our terms. */
export interface InfoFields {
  /** Default v1. */
  readonly version?: TorrentVersion | undefined;
  readonly name: string;
  readonly pieceLength: number;
  /** v1 and hybrid: SHA-1 of each piece, 20 bytes each. */
  readonly pieces?: Uint8Array | undefined;
  /** In order, with pad files where the version has them; one file with an empty path is a file without a folder around it. */
  readonly files: readonly InfoFile[];
  readonly isPrivate?: boolean | undefined;
  /** Writes `private` 0 where it is not private; readers take that for the same as nothing. */
  readonly saysPublic?: boolean | undefined;
  readonly source?: string | undefined;
  /** Info-hashes of torrents with some of the same files, 20 bytes each (BEP 38). */
  readonly similar?: readonly Uint8Array[] | undefined;
  /** BEP 38. */
  readonly collections?: readonly string[] | undefined;
  /** BEP 39. */
  readonly updateUrl?: string | undefined;
}

/** The info dictionary in canonical bencode; its hashes are the info-hashes (BEP 3, BEP 52). */
export function encodeInfo(fields: InfoFields): Uint8Array {
  const { version = 'v1', files, name, similar = [], collections = [] } = fields;
  return encodeBencode({
    ...(version !== 'v2' && { ...contentOf(files), pieces: fields.pieces }),
    ...(version !== 'v1' && { 'file tree': encodeFileTree(files, name), 'meta version': 2 }),
    name,
    'piece length': fields.pieceLength,
    private: fields.isPrivate === true ? 1 : fields.saysPublic === true ? 0 : undefined, // BEP 27
    source: fields.source,
    similar: similar.length === 0 ? undefined : similar,
    collections: collections.length === 0 ? undefined : collections,
    'update-url': fields.updateUrl,
  });
}

/** `length` or `files`, as BEP 3 has them. */
function contentOf(files: readonly InfoFile[]): Record<string, BencodeInput | undefined> {
  const [first] = files;
  if (first?.path.length === 0) return { attr: attributeLetters(first), length: first.length };
  return {
    files: files.map((file) => ({
      attr: attributeLetters(file),
      length: file.length,
      path: file.path,
      'symlink path': file.linkTarget,
    })),
  };
}

/** What stands around the info dictionary; changing it leaves the info-hash as it is. */
export interface MetainfoFields {
  /** The info dictionary as it stands; it is copied in, never re-encoded. */
  readonly infoBytes: Uint8Array;
  /** v2 and hybrid: bencoded; copied in as well (BEP 52). */
  readonly pieceLayers?: Uint8Array | undefined;
  readonly announceTiers?: readonly (readonly string[])[] | undefined;
  /** BEP 19. */
  readonly webSeeds?: readonly string[] | undefined;
  /** BEP 17. */
  readonly httpSeeds?: readonly string[] | undefined;
  /** BEP 5. */
  readonly dhtNodes?: readonly DhtNode[] | undefined;
  readonly comment?: string | undefined;
  readonly createdBy?: string | undefined;
  /** Unix seconds. */
  readonly creationDate?: number | undefined;
}

/** A metainfo file (BEP 3). `announce-list` is written when there is more than one URL (BEP 12). */
export function encodeMetainfo(fields: MetainfoFields): Uint8Array {
  const tiers = (fields.announceTiers ?? []).filter((tier) => tier.length > 0);
  const isSingle = tiers.length === 1 && tiers[0]?.length === 1;
  const { webSeeds = [], httpSeeds = [], dhtNodes = [] } = fields;
  // "info" and "piece layers" go in as raw bytes, between encoded dictionaries of the keys that sort around them.
  const before = encodeBencode({
    announce: tiers[0]?.[0],
    'announce-list': tiers.length === 0 || isSingle ? undefined : tiers,
    comment: fields.comment,
    'created by': fields.createdBy,
    'creation date': fields.creationDate,
    httpseeds: httpSeeds.length === 0 ? undefined : httpSeeds,
  });
  const between = encodeBencode({
    nodes: dhtNodes.length === 0 ? undefined : dhtNodes.map(({ host, port }) => [host, port]),
  });
  const after = encodeBencode({ 'url-list': webSeeds.length === 0 ? undefined : webSeeds });
  const layers = fields.pieceLayers === undefined ? [] : [Buffer.from('12:piece layers'), fields.pieceLayers];
  return Buffer.concat([
    before.subarray(0, -1),
    Buffer.from('4:info'),
    fields.infoBytes,
    between.subarray(1, -1),
    ...layers,
    after.subarray(1),
  ]);
}
