import type { InfoHash } from './info-hash.ts';
import type { Info, TorrentFile } from './metainfo/metainfo.ts';
import { percentEncode } from './query.ts';

/**
 * Where a web seed has a file (BEP 19): a single file at the URL itself, or below it where its path ends with a slash; a file of a folder
 * below it always, under the torrent's name. Each name is percent-encoded, so that it stays one segment of the path; a query stays behind it.
 * @param url a web seed's, absolute.
 */
export function webSeedFileUrl(
  url: string,
  { name, isMultiFile }: Pick<Info, 'name' | 'isMultiFile'>,
  { path }: Pick<TorrentFile, 'path'>,
): string {
  const target = new URL(url);
  const isFolder = target.pathname.endsWith('/');
  if (!isMultiFile && !isFolder) return url;
  const names = [name, ...path].map((segment) => encodeURIComponent(segment.toWellFormed()));
  target.pathname += `${isFolder ? '' : '/'}${names.join('/')}`;
  return target.href;
}

/** What is asked of an HTTP seed (BEP 17): bytes of one piece, both ends included. */
export interface HttpSeedRange {
  readonly infoHash: InfoHash;
  readonly piece: number;
  readonly first: number;
  readonly last: number;
}

/** Where an HTTP seed has a part of a piece (BEP 17); a query that the URL has already is kept. */
export function httpSeedUrl(url: string, { infoHash, piece, first, last }: HttpSeedRange): string {
  const target = new URL(url);
  const query = `info_hash=${percentEncode(infoHash)}&piece=${piece}&ranges=${first}-${last}`;
  target.search = target.search === '' ? query : `${target.search}&${query}`;
  return target.href;
}
