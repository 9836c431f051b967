import { integerOf, textOf } from '../bencode.ts';
import { BencodedDictionary } from '../bencode-dictionary.ts';
import type { BencodeLimits } from '../bencode-scan.ts';
import { ProtocolError } from '../errors.ts';
import { addressesFrom } from './addresses.ts';
import type { Info, Metainfo } from './metainfo.ts';
import { metainfoError } from './names.ts';
import { type ParsedInfo, parseInfoDictionary } from './parse-info.ts';
import { hasAllLayers, parsePieceLayers } from './piece-layers.ts';
import { mergedRelated, relatedFrom } from './related.ts';
import { warningsOf } from './warnings.ts';

/**
 * Bytes of a metainfo file. libtorrent loads 10 MB unless told otherwise; 64 MiB take what older makers with a fixed piece length
 * of 256 KiB wrote for 800 GB. They are not decoded: a file costs its own size once more, for the info dictionary.
 */
export const MAX_METAINFO_BYTES = 64 * 1024 * 1024;

/** As many tokens and levels as libtorrent takes: some 370,000 files, and paths of a v2 tree that have some 95 components. */
export const METAINFO_LIMITS: BencodeLimits = {
  maxBytes: MAX_METAINFO_BYTES,
  maxDepth: 100,
  maxItems: 3_000_000,
};

/**
 * Reads a metainfo file: v1, v2 or hybrid (BEP 3, 5, 12, 17, 19, 27, 38, 39, 47, 52). The info-hash is that of the raw bytes of `info`,
 * whatever the order of its keys.
 * @throws {ProtocolError} ERR_METAINFO with one sentence that says what is wrong; nothing is half accepted.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  return reading(() => {
    const root = new BencodedDictionary(bytes, { ...METAINFO_LIMITS, allowsTrailingBytes: true });
    const raw = root.raw('info');
    if (raw === undefined) throw metainfoError('not a metainfo file: it has no "info" dictionary', 'info');
    const infoBytes = new Uint8Array(raw); // a copy: `bytes` may be a view of a socket's
    const { isCanonical, ...parsed } = parseInfoDictionary(infoBytes, METAINFO_LIMITS);
    const pieceLayers = layersFrom(root, parsed.info);
    return {
      ...parsed,
      infoBytes,
      ...(pieceLayers !== undefined && { pieceLayers }),
      ...addressesFrom(root),
      ...mergedRelated(parsed.info, relatedFrom(root)),
      ...remarksFrom(root),
      warnings: warningsOf({
        isInfoCanonical: isCanonical,
        isRootCanonical: root.isCanonical,
        hasTrailingBytes: root.hasTrailingBytes,
        lacksLayers: pieceLayers === undefined && needsLayers(parsed.info),
      }),
    };
  });
}

/**
 * Reads a bare info dictionary, as ut_metadata brings it (BEP 9).
 * @throws {ProtocolError} ERR_METAINFO.
 */
export function parseInfo(infoBytes: Uint8Array): Omit<ParsedInfo, 'isCanonical'> {
  const copy = new Uint8Array(infoBytes); // `pieces` will be a view of it
  return reading(() => {
    const { isCanonical: _unused, ...parsed } = parseInfoDictionary(copy, METAINFO_LIMITS);
    return parsed;
  });
}

function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ProtocolError) || cause.code === 'ERR_METAINFO') throw cause;
    throw new ProtocolError('ERR_METAINFO', `not a metainfo file: ${cause.message}`, { cause });
  }
}

/**
 * The piece layers of a v2 or hybrid torrent, checked, as they stand in the file. A hybrid may be without: libtorrent writes such files
 * of what it got by a magnet link, and the pieces can be told by their SHA-1.
 */
function layersFrom(root: BencodedDictionary, info: Info): Uint8Array | undefined {
  if (info.version === 'v1') return undefined;
  const raw = root.raw('piece layers');
  const layers = parsePieceLayers(raw, info);
  const isComplete = hasAllLayers(info, layers);
  if (!isComplete && info.version === 'v2')
    throw metainfoError('"piece layers" lacks a file that is longer than a piece', 'piece layers');
  return raw === undefined || !isComplete ? undefined : new Uint8Array(raw);
}

function needsLayers({ files, pieceLength }: Info): boolean {
  return files.some((file) => file.piecesRoot !== undefined && file.length > pieceLength);
}

function remarksFrom(root: BencodedDictionary): Pick<Metainfo, 'comment' | 'createdBy' | 'creationDate'> {
  const comment = textOf(root.get('comment.utf-8')) ?? textOf(root.get('comment'));
  const createdBy = textOf(root.get('created by'));
  const creationDate = integerOf(root.get('creation date'));
  return {
    ...(comment !== undefined && { comment }),
    ...(createdBy !== undefined && { createdBy }),
    ...(creationDate !== undefined && creationDate >= 0 && { creationDate }),
  };
}
