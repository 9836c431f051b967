import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { AnnounceUrls } from './announce-urls.ts';

/** What tells whose a stored torrent is. */
type Guarded = Pick<Metainfo, 'info' | 'announceTiers'>;

/**
 * Whether a stored torrent is private and names trackers of others (BEP 27): who may have it is theirs to say, and the announce URLs
 * may hold somebody's passkey. Strangers learn nothing of it from us.
 */
export function isGuardedElsewhere({ info, announceTiers }: Guarded): boolean {
  return info.isPrivate && announceTiers.length > 0;
}

/** Whether our tracker may name peers of a stored torrent: one that others guard only when it names our tracker as well. */
export function isOursToTrack(torrent: Guarded, urls: Pick<AnnounceUrls, 'isOwn'>): boolean {
  return !isGuardedElsewhere(torrent) || torrent.announceTiers.flat().some((url) => urls.isOwn(url));
}
