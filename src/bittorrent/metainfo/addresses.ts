import { type BencodeValue, integerOf, textOf } from '../bencode.ts';
import type { BencodedDictionary } from '../bencode-dictionary.ts';
import { isHost, trackerUrl, urlsOf, webSeedUrl } from '../url.ts';
import { elementsOf, isList } from './elements.ts';
import type { DhtNode, Metainfo } from './metainfo.ts';

/** Announce URLs, web seeds, HTTP seeds and nodes of a torrent, each; those behind them are passed over. */
export const MAX_ADDRESSES = 1000;

/** Where peers and data are to be had. What is no URL is left out: a torrent with a bad tracker still works. */
export function addressesFrom(
  root: BencodedDictionary,
): Pick<Metainfo, 'announceTiers' | 'webSeeds' | 'httpSeeds' | 'dhtNodes'> {
  return {
    announceTiers: announceTiersFrom(root),
    webSeeds: urlsOf(elementsOf(root.raw('url-list'), MAX_ADDRESSES), webSeedUrl, MAX_ADDRESSES),
    httpSeeds: urlsOf(elementsOf(root.raw('httpseeds'), MAX_ADDRESSES), webSeedUrl, MAX_ADDRESSES),
    dhtNodes: elementsOf(root.raw('nodes'), MAX_ADDRESSES).flatMap(dhtNodeFrom),
  };
}

/** BEP 12: `announce-list` replaces `announce`, unless there is no URL in it. A member that is no list is a tier of its own. */
function announceTiersFrom(root: BencodedDictionary): string[][] {
  const list = root.raw('announce-list');
  const tiers: string[][] = [];
  let left = MAX_ADDRESSES;
  for (const member of isList(list) ? elementsOf(list, MAX_ADDRESSES) : []) {
    const tier = urlsOf(member, trackerUrl, left);
    if (tier.length > 0) tiers.push(tier);
    left -= tier.length;
  }
  if (tiers.length > 0) return tiers;
  const single = urlsOf(elementsOf(root.raw('announce'), MAX_ADDRESSES), trackerUrl, MAX_ADDRESSES);
  return single.length > 0 ? [single] : [];
}

/** BEP 5: `[host, port]`. */
function dhtNodeFrom(value: BencodeValue): DhtNode[] {
  if (!Array.isArray(value)) return [];
  const [host, port] = [textOf(value[0]), integerOf(value[1])];
  const isGood = host !== undefined && isHost(host) && port !== undefined && port >= 1 && port <= 65_535;
  return isGood ? [{ host, port }] : [];
}
