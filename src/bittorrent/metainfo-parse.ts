import { createHash } from 'node:crypto';
import {
  type BencodeDictionary,
  type BencodeValue,
  decodeScanned,
  integerOf,
  isDictionary,
  textOf,
} from './bencode.ts';
import { DEFAULT_BENCODE_LIMITS, memberNamed, scanBencode } from './bencode-scan.ts';
import { ProtocolError } from './errors.ts';
import { type InfoHash, infoHashFromBytes } from './info-hash.ts';
import { type Info, type Metainfo, PIECE_HASH_LENGTH, type TorrentFile } from './metainfo.ts';
import { metainfoError, parseFiles, safeName } from './metainfo-files.ts';

/** Bytes of a metainfo file: what libtorrent's default takes, twice over. */
export const MAX_METAINFO_BYTES = DEFAULT_BENCODE_LIMITS.maxBytes;

/** Bytes of a piece: libtorrent's limit. */
const MAX_PIECE_LENGTH = 512 * 1024 * 1024;
const MAX_URL_LENGTH = 2048;
const MAX_URLS = 1000;

/**
 * Reads a metainfo file (BEP 3, 12, 19, 27, 47). The info-hash is that of the raw bytes of `info`.
 * @throws {ProtocolError} ERR_METAINFO with one sentence that says what is wrong; nothing is half accepted.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  const { root, infoSpan } = decodeRoot(bytes);
  if (infoSpan === undefined || !isDictionary(root['info']))
    throw metainfoError('not a metainfo file: it has no "info" dictionary', 'info');
  const infoBytes = new Uint8Array(bytes.subarray(infoSpan.start, infoSpan.end)); // a copy: `bytes` may be a view of a socket's
  const comment = textOf(root['comment.utf-8']) ?? textOf(root['comment']);
  const createdBy = textOf(root['created by']);
  const creationDate = integerOf(root['creation date']);
  return {
    infoHash: hashOf(infoBytes),
    infoBytes,
    info: infoFrom(root['info']),
    announceTiers: announceTiersFrom(root),
    webSeeds: urlsFrom(root['url-list']),
    ...(comment !== undefined && { comment }),
    ...(createdBy !== undefined && { createdBy }),
    ...(creationDate !== undefined && creationDate >= 0 && { creationDate }),
  };
}

/**
 * Reads a bare info dictionary, as ut_metadata brings it (BEP 9).
 * @throws {ProtocolError} ERR_METAINFO.
 */
export function parseInfo(infoBytes: Uint8Array): { readonly infoHash: InfoHash; readonly info: Info } {
  return { infoHash: hashOf(infoBytes), info: infoFrom(decodeRoot(infoBytes).root) };
}

function decodeRoot(bytes: Uint8Array): {
  root: BencodeDictionary;
  infoSpan: { start: number; end: number } | undefined;
} {
  try {
    const scan = scanBencode(bytes);
    const root = decodeScanned(bytes);
    if (!isDictionary(root)) throw metainfoError('not a metainfo file: it is no dictionary', 'info');
    return { root, infoSpan: memberNamed(scan, 'info') };
  } catch (cause) {
    if (!(cause instanceof ProtocolError) || cause.code === 'ERR_METAINFO') throw cause;
    throw new ProtocolError('ERR_METAINFO', `not a metainfo file: ${cause.message}`, { cause });
  }
}

function hashOf(infoBytes: Uint8Array): InfoHash {
  return infoHashFromBytes(createHash('sha1').update(infoBytes).digest());
}

function infoFrom(info: BencodeDictionary): Info {
  if (info['pieces'] === undefined && info['meta version'] === 2) {
    throw metainfoError(
      'a torrent of version 2 only (BEP 52) is not supported yet: make it hybrid or v1',
      'meta version',
    );
  }
  const pieceLength = integerOf(info['piece length']);
  if (pieceLength === undefined || pieceLength < 1 || pieceLength > MAX_PIECE_LENGTH) {
    throw metainfoError(`"piece length" must lie between 1 and ${MAX_PIECE_LENGTH} bytes`, 'piece length');
  }
  const files = parseFiles(info);
  const length = lengthOfFiles(files);
  const source = textOf(info['source']);
  return {
    name: safeName(info['name.utf-8'] ?? info['name'], 'name'),
    pieceLength,
    ...piecesFrom(info['pieces'], length, pieceLength),
    files,
    length,
    isMultiFile: info['files'] !== undefined,
    isPrivate: info['private'] === 1,
    ...(source !== undefined && { source }),
  };
}

function lengthOfFiles(files: readonly TorrentFile[]): number {
  const last = files.at(-1);
  return last === undefined ? 0 : last.offset + last.length;
}

function piecesFrom(
  value: BencodeValue | undefined,
  length: number,
  pieceLength: number,
): { pieces: Uint8Array; pieceCount: number } {
  if (!(value instanceof Uint8Array)) throw metainfoError('"pieces" is missing', 'pieces');
  const pieceCount = Math.ceil(length / pieceLength);
  if (value.length !== pieceCount * PIECE_HASH_LENGTH) {
    throw metainfoError(
      `"pieces" has ${value.length} bytes where ${pieceCount} pieces take ${pieceCount * PIECE_HASH_LENGTH}`,
      'pieces',
    );
  }
  return { pieces: value, pieceCount };
}

function announceTiersFrom(root: BencodeDictionary): string[][] {
  const list = root['announce-list'];
  if (Array.isArray(list)) {
    const tiers = list
      .slice(0, MAX_URLS)
      .map(urlsFrom)
      .filter((tier) => tier.length > 0); // BEP 12: it replaces "announce"
    if (tiers.length > 0) return tiers;
  }
  const single = urlsFrom(root['announce']);
  return single.length > 0 ? [single] : [];
}

/** The URLs of a text or a list of texts. What is no URL is left out: a torrent with a bad tracker still works. */
function urlsFrom(value: BencodeValue | undefined): string[] {
  const members: readonly BencodeValue[] = Array.isArray(value) ? value : [value];
  const texts = members.slice(0, MAX_URLS).map((member) => textOf(member)?.trim());
  return texts.filter(
    (text): text is string => text !== undefined && text.length <= MAX_URL_LENGTH && URL.canParse(text),
  );
}
