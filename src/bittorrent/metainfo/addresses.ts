import { type BencodeValue, decodeBencode, integerOf, textOf } from '../bencode.ts';
import { BencodeCursor } from '../bencode-cursor.ts';
import type { BencodedDictionary } from '../bencode-dictionary.ts';
import type { BencodeLimits } from '../bencode-scan.ts';
import { ProtocolError } from '../errors.ts';
import { isHost, trackerUrl, urlsOf, webSeedUrl } from '../url.ts';
import type { DhtNode, Metainfo } from './metainfo.ts';

/** Announce URLs, web seeds and nodes, each; those behind them are passed over. */
const MAX_ADDRESSES = 1000;
/** One of them, or one tier. */
const ELEMENT_LIMITS: BencodeLimits = { maxBytes: 256 * 1024, maxDepth: 3, maxItems: 2000 };

/** Where peers and data are to be had. What is no URL is left out: a torrent with a bad tracker still works. */
export function addressesFrom(
  root: BencodedDictionary,
): Pick<Metainfo, 'announceTiers' | 'webSeeds' | 'httpSeeds' | 'dhtNodes'> {
  return {
    announceTiers: announceTiersFrom(root),
    webSeeds: urlsOf(elements(root.raw('url-list')), webSeedUrl, MAX_ADDRESSES),
    httpSeeds: urlsOf(elements(root.raw('httpseeds')), webSeedUrl, MAX_ADDRESSES),
    dhtNodes: elements(root.raw('nodes')).flatMap(dhtNodeFrom),
  };
}

/** BEP 12: `announce-list` replaces `announce`, unless there is no URL in it. A member that is no list is a tier of its own. */
function announceTiersFrom(root: BencodedDictionary): string[][] {
  const list = root.raw('announce-list');
  const tiers: string[][] = [];
  let left = MAX_ADDRESSES;
  for (const member of isList(list) ? elements(list) : []) {
    const tier = urlsOf(member, trackerUrl, left);
    if (tier.length > 0) tiers.push(tier);
    left -= tier.length;
  }
  if (tiers.length > 0) return tiers;
  const single = urlsOf(elements(root.raw('announce')), trackerUrl, MAX_ADDRESSES);
  return single.length > 0 ? [single] : [];
}

/** BEP 5: `[host, port]`. */
function dhtNodeFrom(value: BencodeValue): DhtNode[] {
  if (!Array.isArray(value)) return [];
  const [host, port] = [textOf(value[0]), integerOf(value[1])];
  const isGood = host !== undefined && isHost(host) && port !== undefined && port >= 1 && port <= 65_535;
  return isGood ? [{ host, port }] : [];
}

const LETTER_L = 0x6c;

function isList(raw: Uint8Array | undefined): raw is Uint8Array {
  return raw?.[0] === LETTER_L;
}

/** The first elements of a list, or the value that is none; without those that are too large to be an address. */
function elements(raw: Uint8Array | undefined): BencodeValue[] {
  if (raw === undefined) return [];
  if (!isList(raw)) return decoded(raw);
  const values: BencodeValue[] = [];
  const cursor = new BencodeCursor(raw);
  cursor.enter();
  while (!cursor.isAtEnd && values.length < MAX_ADDRESSES) values.push(...decoded(cursor.raw()));
  return values;
}

function decoded(raw: Uint8Array): BencodeValue[] {
  try {
    return [decodeBencode(raw, ELEMENT_LIMITS)];
  } catch (cause) {
    if (cause instanceof ProtocolError) return [];
    throw cause;
  }
}
