import { createHash } from 'node:crypto';
import { type BencodeValue, integerOf, textOf } from '../bencode.ts';
import { BencodedDictionary } from '../bencode-dictionary.ts';
import type { BencodeLimits } from '../bencode-scan.ts';
import { ProtocolError } from '../errors.ts';
import { type InfoHash, infoHashFromBytes } from '../info-hash.ts';
import { trackerUrl, urlsOf, webSeedUrl } from '../url.ts';
import { metainfoError, parseFiles, safeName } from './files.ts';
import { type Info, type Metainfo, PIECE_HASH_LENGTH, type TorrentFile } from './metainfo.ts';

/**
 * Bytes of a metainfo file. libtorrent loads 10 MB unless told otherwise; 64 MiB take what older makers with a fixed piece length
 * of 256 KiB wrote for 800 GB. They are not decoded: a file costs its own size once more, for the info dictionary.
 */
export const MAX_METAINFO_BYTES = 64 * 1024 * 1024;

/** As many tokens as libtorrent takes: some 370,000 files. */
const METAINFO_LIMITS: BencodeLimits = { maxBytes: MAX_METAINFO_BYTES, maxDepth: 64, maxItems: 3_000_000 };
/** Bytes of a piece: libtorrent's limit. */
const MAX_PIECE_LENGTH = 512 * 1024 * 1024;
/** Announce URLs and web seeds, each. */
const MAX_URLS = 1000;
const URL_LIMITS: BencodeLimits = { maxBytes: 4 * 1024 * 1024, maxDepth: 4, maxItems: 10_000 };

/**
 * Reads a metainfo file (BEP 3, 12, 19, 27, 47; of a hybrid torrent, BEP 52, the v1 part). The info-hash is that of the raw
 * bytes of `info`, whatever the order of its keys.
 * @throws {ProtocolError} ERR_METAINFO with one sentence that says what is wrong; nothing is half accepted.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  return reading(() => {
    const root = new BencodedDictionary(bytes, METAINFO_LIMITS);
    const raw = root.raw('info');
    if (raw === undefined) throw metainfoError('not a metainfo file: it has no "info" dictionary', 'info');
    const infoBytes = new Uint8Array(raw); // a copy: `bytes` may be a view of a socket's
    const comment = textOf(root.get('comment.utf-8')) ?? textOf(root.get('comment'));
    const createdBy = textOf(root.get('created by'));
    const creationDate = integerOf(root.get('creation date'));
    const dictionary = new BencodedDictionary(infoBytes, METAINFO_LIMITS);
    const infoHashV2 = hashV2Of(dictionary, infoBytes);
    const pieceLayers = infoHashV2 && root.raw('piece layers');
    return {
      infoHash: hashOf(infoBytes),
      infoBytes,
      info: infoFrom(dictionary),
      ...(infoHashV2 !== undefined && { infoHashV2 }),
      ...(pieceLayers !== undefined && { pieceLayers: new Uint8Array(pieceLayers) }),
      announceTiers: announceTiersFrom(root),
      webSeeds: urlsOf(root.get('url-list', URL_LIMITS), webSeedUrl, MAX_URLS),
      ...(comment !== undefined && { comment }),
      ...(createdBy !== undefined && { createdBy }),
      ...(creationDate !== undefined && creationDate >= 0 && { creationDate }),
    };
  });
}

/**
 * Reads a bare info dictionary, as ut_metadata brings it (BEP 9).
 * @throws {ProtocolError} ERR_METAINFO.
 */
export function parseInfo(infoBytes: Uint8Array): { readonly infoHash: InfoHash; readonly info: Info } {
  const copy = new Uint8Array(infoBytes); // `pieces` will be a view of it
  return reading(() => ({
    infoHash: hashOf(copy),
    info: infoFrom(new BencodedDictionary(copy, METAINFO_LIMITS)),
  }));
}

function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ProtocolError) || cause.code === 'ERR_METAINFO') throw cause;
    throw new ProtocolError('ERR_METAINFO', `not a metainfo file: ${cause.message}`, { cause });
  }
}

function hashOf(infoBytes: Uint8Array): InfoHash {
  return infoHashFromBytes(createHash('sha1').update(infoBytes).digest());
}

/** The v2 info-hash of a hybrid torrent (BEP 52), undefined for a torrent that is v1 alone. */
function hashV2Of(info: BencodedDictionary, infoBytes: Uint8Array): Uint8Array | undefined {
  const isHybrid = info.has('pieces') && info.has('file tree') && integerOf(info.get('meta version')) === 2;
  return isHybrid ? new Uint8Array(createHash('sha256').update(infoBytes).digest()) : undefined;
}

function infoFrom(info: BencodedDictionary): Info {
  if (!info.has('pieces') && info.has('meta version')) {
    throw metainfoError(
      'a torrent of version 2 only (BEP 52) is not supported: make it hybrid or v1',
      'meta version',
    );
  }
  const pieceLength = integerOf(info.get('piece length'));
  if (pieceLength === undefined || pieceLength < 1 || pieceLength > MAX_PIECE_LENGTH) {
    throw metainfoError(`"piece length" must lie between 1 and ${MAX_PIECE_LENGTH} bytes`, 'piece length');
  }
  const files = parseFiles(info, METAINFO_LIMITS);
  const length = lengthOfFiles(files);
  const source = textOf(info.get('source'));
  return {
    name: nameFrom(info),
    pieceLength,
    ...piecesFrom(info.bytes('pieces'), length, pieceLength),
    files,
    length,
    isMultiFile: info.has('files'),
    isPrivate: isSet(info.get('private')),
    ...(source !== undefined && { source }),
  };
}

/** Older makers wrote `name` in the local character set and put the same in UTF-8 beside it. */
function nameFrom(info: BencodedDictionary): string {
  const utf8 = info.bytes('name.utf-8');
  return utf8 === undefined || utf8.length === 0
    ? safeName(info.bytes('name'), 'name')
    : safeName(utf8, 'name.utf-8');
}

/** BEP 27 says 1; like libtorrent, any other number but 0 is taken for it too: in doubt the torrent stays private. */
function isSet(value: BencodeValue | undefined): boolean {
  return typeof value === 'number' && value !== 0;
}

function lengthOfFiles(files: readonly TorrentFile[]): number {
  const last = files.at(-1);
  return last === undefined ? 0 : last.offset + last.length;
}

function piecesFrom(
  pieces: Uint8Array | undefined,
  length: number,
  pieceLength: number,
): { pieces: Uint8Array; pieceCount: number } {
  if (pieces === undefined) throw metainfoError('"pieces" is missing', 'pieces');
  const pieceCount = Math.ceil(length / pieceLength);
  if (pieces.length !== pieceCount * PIECE_HASH_LENGTH) {
    throw metainfoError(
      `"pieces" has ${pieces.length} bytes where ${pieceCount} pieces take ${pieceCount * PIECE_HASH_LENGTH}`,
      'pieces',
    );
  }
  return { pieces, pieceCount };
}

/** BEP 12: `announce-list` replaces `announce`, unless there is no URL in it. A member that is no list is a tier of its own. */
function announceTiersFrom(root: BencodedDictionary): string[][] {
  const list = root.get('announce-list', URL_LIMITS);
  const tiers: string[][] = [];
  let left = MAX_URLS;
  for (const member of Array.isArray(list) ? list : []) {
    const tier = urlsOf(member, trackerUrl, left);
    if (tier.length > 0) tiers.push(tier);
    left -= tier.length;
  }
  if (tiers.length > 0) return tiers;
  const single = urlsOf(root.get('announce', URL_LIMITS), trackerUrl, MAX_URLS);
  return single.length > 0 ? [single] : [];
}
