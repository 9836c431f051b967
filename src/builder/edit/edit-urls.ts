import { MAX_ADDRESSES } from '../../bittorrent/metainfo/addresses.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { BuilderError, quoted } from '../hashing/errors.ts';
import { checkAnnounceTiers, checkHttpSeeds, checkWebSeeds } from '../urls.ts';
import type { TextReplacement, TorrentChanges } from './changes.ts';

/** The URLs of a torrent by where they stand. */
export interface TorrentUrls {
  readonly announceTiers: readonly (readonly string[])[];
  readonly webSeeds: readonly string[];
  readonly httpSeeds: readonly string[];
}

/**
 * The URLs of a torrent after the changes.
 * @throws {BuilderError} ERR_OPTION for a URL that is none, too many, or one that is to be removed or replaced and is not there.
 */
export function editUrls(before: Metainfo, changes: TorrentChanges): TorrentUrls {
  const { replaceInUrls: replacements = [], removeTrackers = [], removeWebSeeds = [] } = changes;
  const replace = replacer(replacements);
  const tiers = (changes.announceTiers ?? before.announceTiers).map((tier) => tier.map(replace.apply));
  const seeds = (changes.webSeeds ?? before.webSeeds).map(replace.apply);
  const httpSeeds = (changes.httpSeeds ?? before.httpSeeds).map(replace.apply);
  replace.refuseUnused();
  const urls = {
    announceTiers: withTiers(withoutUrls(tiers, removeTrackers, 'tracker'), changes.addTiers ?? []),
    webSeeds: [
      ...new Set([
        ...withoutUrls([seeds], removeWebSeeds, 'web seed').flat(),
        ...(changes.addWebSeeds ?? []),
      ]),
    ],
    httpSeeds,
  };
  // What stood there before may stay, whatever it is: it is not what the edit is about.
  checkAnnounceTiers([newOnes(urls.announceTiers.flat(), before.announceTiers.flat())]);
  checkWebSeeds(newOnes(urls.webSeeds, before.webSeeds));
  checkHttpSeeds(newOnes(urls.httpSeeds, before.httpSeeds));
  for (const list of [urls.announceTiers.flat(), urls.webSeeds, urls.httpSeeds])
    if (list.length > MAX_ADDRESSES)
      throw new BuilderError(
        'ERR_OPTION',
        `a torrent can have ${MAX_ADDRESSES} URLs of a kind, not ${list.length}`,
      );
  return urls;
}

function newOnes(urls: readonly string[], before: readonly string[]): string[] {
  const known = new Set(before);
  return urls.filter((url) => !known.has(url));
}

/** Replaces texts in one URL after the other, and knows which of them were never found. */
function replacer(replacements: readonly TextReplacement[]): {
  readonly apply: (url: string) => string;
  readonly refuseUnused: () => void;
} {
  const unused = new Set(replacements);
  const apply = (url: string): string =>
    replacements.reduce((text, replacement) => {
      const { from, to } = replacement;
      if (from === '' || !text.includes(from)) return text;
      unused.delete(replacement);
      return text.replaceAll(from, () => to);
    }, url);
  const refuseUnused = (): void => {
    for (const { from } of unused)
      throw new BuilderError('ERR_OPTION', `${quoted(from)} is in no URL of the torrent`);
  };
  return { apply, refuseUnused };
}

function withoutUrls(
  tiers: readonly (readonly string[])[],
  unwanted: readonly string[],
  what: string,
): (readonly string[])[] {
  const all = tiers.flat();
  for (const text of unwanted)
    if (!all.some((url) => isNamed(url, text)))
      throw new BuilderError(
        'ERR_OPTION',
        `${quoted(text)} is no ${what} of the torrent, nor the host of one`,
      );
  return tiers
    .map((tier) => tier.filter((url) => !unwanted.some((text) => isNamed(url, text))))
    .filter((tier) => tier.length > 0);
}

/** Whether a text is a URL, its host, or its host with the port. */
function isNamed(url: string, text: string): boolean {
  if (url === text) return true;
  const parsed = URL.parse(url);
  return parsed !== null && [parsed.hostname, parsed.host].includes(text.toLowerCase());
}

function withTiers(
  tiers: readonly (readonly string[])[],
  more: readonly (readonly string[])[],
): (readonly string[])[] {
  const known = new Set(tiers.flat());
  const added = more.map((tier) =>
    tier.filter((url) => {
      const isNew = !known.has(url);
      known.add(url);
      return isNew;
    }),
  );
  return [...tiers, ...added.filter((tier) => tier.length > 0)];
}
