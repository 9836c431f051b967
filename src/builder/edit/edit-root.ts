import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { BuilderError } from '../hashing/errors.ts';
import { checkDhtNodes } from '../urls.ts';
import type { TorrentChanges } from './changes.ts';
import { editUrls } from './edit-urls.ts';
import type { RawDictionary } from './raw-dictionary.ts';

/**
 * Changes what stands around the info dictionary.
 * @throws {BuilderError} ERR_OPTION.
 */
export function editRoot(root: RawDictionary, before: Metainfo, changes: TorrentChanges): void {
  editAddresses(root, before, changes);
  const { comment, createdBy, creationDate, dhtNodes } = changes;
  if (comment !== undefined) setText(root, 'comment', comment);
  if (createdBy !== undefined) setText(root, 'created by', createdBy);
  if (creationDate !== undefined) root.set('creation date', checkedDate(creationDate));
  if (dhtNodes === undefined) return;
  checkDhtNodes(dhtNodes);
  root.set('nodes', dhtNodes.length === 0 ? undefined : dhtNodes.map(({ host, port }) => [host, port]));
}

/** Only the lists that become others are written anew. */
function editAddresses(root: RawDictionary, before: Metainfo, changes: TorrentChanges): void {
  const { announceTiers: tiers, webSeeds, httpSeeds } = editUrls(before, changes);
  if (changes.announceTiers !== undefined || differ(tiers, before.announceTiers)) {
    root.set('announce', tiers[0]?.[0]);
    root.set('announce-list', tiers.flat().length > 1 ? tiers : undefined); // BEP 12: for more than one URL
  }
  if (changes.webSeeds !== undefined || differ(webSeeds, before.webSeeds))
    root.set('url-list', webSeeds.length === 0 ? undefined : webSeeds);
  if (changes.httpSeeds !== undefined || differ(httpSeeds, before.httpSeeds))
    root.set('httpseeds', httpSeeds.length === 0 ? undefined : httpSeeds);
}

function differ(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

/** Some programs write a text twice, once with `.utf-8` behind the key; then both are changed. */
export function setText(dictionary: RawDictionary, key: string, text: string | null): void {
  dictionary.set(key, text ?? undefined);
  if (dictionary.has(`${key}.utf-8`)) dictionary.set(`${key}.utf-8`, text ?? undefined);
}

function checkedDate(date: number | null): number | undefined {
  if (date === null) return undefined;
  if (!Number.isSafeInteger(date) || date < 0)
    throw new BuilderError('ERR_OPTION', 'the creation date must be a whole number of Unix seconds');
  return date;
}
