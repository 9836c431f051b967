import { type BencodeValue, integerOf, textOf } from '../bencode.ts';
import { BencodedDictionary } from '../bencode-dictionary.ts';
import type { BencodeLimits } from '../bencode-scan.ts';
import { ProtocolError } from '../errors.ts';
import { isHost, trackerUrl, urlsOf, webSeedUrl } from '../url.ts';
import type { DhtNode, Metainfo, MetainfoWarning } from './metainfo.ts';
import { metainfoError } from './names.ts';
import { type ParsedInfo, parseInfoDictionary } from './parse-info.ts';
import { parsePieceLayers } from './piece-layers.ts';

/**
 * Bytes of a metainfo file. libtorrent loads 10 MB unless told otherwise; 64 MiB take what older makers with a fixed piece length
 * of 256 KiB wrote for 800 GB. They are not decoded: a file costs its own size once more, for the info dictionary.
 */
export const MAX_METAINFO_BYTES = 64 * 1024 * 1024;

/** As many tokens as libtorrent takes: some 370,000 files. Paths of a v2 tree are as deep as its dictionaries. */
export const METAINFO_LIMITS: BencodeLimits = {
  maxBytes: MAX_METAINFO_BYTES,
  maxDepth: 128,
  maxItems: 3_000_000,
};
/** Announce URLs, web seeds and nodes, each. */
const MAX_URLS = 1000;
const URL_LIMITS: BencodeLimits = { maxBytes: 4 * 1024 * 1024, maxDepth: 4, maxItems: 10_000 };

/**
 * Reads a metainfo file: v1, v2 or hybrid (BEP 3, 5, 12, 17, 19, 27, 38, 39, 47, 52). The info-hash is that of the raw bytes of `info`,
 * whatever the order of its keys.
 * @throws {ProtocolError} ERR_METAINFO with one sentence that says what is wrong; nothing is half accepted.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  return reading(() => {
    const root = new BencodedDictionary(bytes, METAINFO_LIMITS);
    const raw = root.raw('info');
    if (raw === undefined) throw metainfoError('not a metainfo file: it has no "info" dictionary', 'info');
    const infoBytes = new Uint8Array(raw); // a copy: `bytes` may be a view of a socket's
    const { isCanonical, ...parsed } = parseInfoDictionary(infoBytes, METAINFO_LIMITS);
    return {
      ...parsed,
      infoBytes,
      ...layersFrom(root, parsed),
      ...addressesFrom(root),
      ...remarksFrom(root),
      warnings: warningsOf(root.isCanonical, isCanonical),
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

/** The piece layers of a v2 or hybrid torrent, checked, as they stand in the file. */
function layersFrom(
  root: BencodedDictionary,
  { info }: Omit<ParsedInfo, 'isCanonical'>,
): Pick<Metainfo, 'pieceLayers'> {
  if (info.version === 'v1') return {};
  const raw = root.raw('piece layers');
  parsePieceLayers(raw, info);
  return raw === undefined ? {} : { pieceLayers: new Uint8Array(raw) };
}

/** Where peers and data are to be had. What is no URL is left out: a torrent with a bad tracker still works. */
function addressesFrom(
  root: BencodedDictionary,
): Pick<Metainfo, 'announceTiers' | 'webSeeds' | 'httpSeeds' | 'dhtNodes'> {
  return {
    announceTiers: announceTiersFrom(root),
    webSeeds: urlsOf(root.get('url-list', URL_LIMITS), webSeedUrl, MAX_URLS),
    httpSeeds: urlsOf(root.get('httpseeds', URL_LIMITS), webSeedUrl, MAX_URLS),
    dhtNodes: dhtNodesFrom(root.get('nodes', URL_LIMITS)),
  };
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

/** BEP 5: a list of `[host, port]`. */
function dhtNodesFrom(value: BencodeValue | undefined): DhtNode[] {
  const members: readonly BencodeValue[] = Array.isArray(value) ? value.slice(0, MAX_URLS) : [];
  return members.flatMap((member) => {
    if (!Array.isArray(member)) return [];
    const [host, port] = [textOf(member[0]), integerOf(member[1])];
    const isGood = host !== undefined && isHost(host) && port !== undefined && port >= 1 && port <= 65_535;
    return isGood ? [{ host, port }] : [];
  });
}

/** What is readable, but is not as an encoder would write it. */
function warningsOf(isRootCanonical: boolean, isInfoCanonical: boolean): MetainfoWarning[] {
  if (!isInfoCanonical)
    return [
      {
        code: 'WARN_INFO_NOT_CANONICAL',
        message:
          'the info dictionary is not canonical bencode: programs that encode it anew find another info-hash',
      },
    ];
  if (isRootCanonical) return [];
  return [
    {
      code: 'WARN_NOT_CANONICAL',
      message:
        'the file is not canonical bencode outside of its info dictionary; the info-hash is unaffected',
    },
  ];
}
