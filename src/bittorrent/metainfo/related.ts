import { type BencodeValue, textOf } from '../bencode.ts';
import type { BencodedDictionary } from '../bencode-dictionary.ts';
import { toHex } from '../hex.ts';
import { INFO_HASH_LENGTH, type InfoHash, infoHashFromBytes } from '../info-hash.ts';
import { elementsOf, isList } from './elements.ts';
import type { Info } from './metainfo.ts';

/** Similar torrents and collections, each. */
const MAX_RELATED = 1000;

/** Torrents that may have some of the same files (BEP 38). */
export type Related = Pick<Info, 'similar' | 'collections'>;

/** What a dictionary says of related torrents: the info dictionary, or the one around it. What is no info-hash or text is left out. */
export function relatedFrom(dictionary: BencodedDictionary): Related {
  return {
    similar: membersOf(dictionary.raw('similar')).flatMap(infoHashFrom),
    collections: membersOf(dictionary.raw('collections')).flatMap((member) => textOf(member) ?? []),
  };
}

/** BEP 38: what stands inside and outside of the info dictionary is merged. */
export function mergedRelated(inside: Related, outside: Related): Related {
  const similar = [...inside.similar, ...outside.similar].map((hash) => [toHex(hash), hash] as const);
  return {
    similar: [...new Map(similar).values()],
    collections: [...new Set([...inside.collections, ...outside.collections])],
  };
}

/** Of a list; anything else has none. */
function membersOf(raw: Uint8Array | undefined): BencodeValue[] {
  return isList(raw) ? elementsOf(raw, MAX_RELATED) : [];
}

function infoHashFrom(member: BencodeValue): InfoHash[] {
  const isHash = member instanceof Uint8Array && member.length === INFO_HASH_LENGTH;
  return isHash ? [infoHashFromBytes(member)] : [];
}
