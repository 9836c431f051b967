import type { Downloads } from '../download/downloads.ts';
import type { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import type { TorrentTable } from '../torrents/torrent-table.ts';

/**
 * Whether pieces of a torrent that went bad may be fetched and written again: its files are ours, or the person allows it for those
 * that are not, and no other torrent has its data there. See docs/decisions/0028.
 */
export function mayRepair(
  torrent: Torrent,
  { downloads }: { readonly downloads: Downloads },
  torrents: TorrentTable,
): boolean {
  if (torrent.isMirrored) return true;
  if (!torrent.isOurs && !torrent.mayRepair) return false;
  return downloads.canMirror(torrent.metainfo) && !torrents.sharesPlace(torrent);
}

/**
 * Whether a torrent that was just checked, and lacks pieces, is repaired: one that was when it was last heard of, or of which no
 * file has changed since the record that says so. A file that somebody changed is left to him.
 */
export function mayGoOnRepairing(
  torrent: Torrent,
  error: SeederError,
  isUnchanged: boolean,
  parts: { readonly downloads: Downloads },
  torrents: TorrentTable,
): boolean {
  if (error.code !== 'ERR_PIECES_BAD' || !(torrent.isRepairing || isUnchanged)) return false;
  return mayRepair(torrent, parts, torrents);
}
