import type { TorrentHistory } from '../api/torrent-history.ts';
import { printableLine } from '../bittorrent/text.ts';
import { formatBytes } from '../web/format.ts';

/** The history of a torrent for people: what is not known, or did not happen, has no line. */
export function historyRows(history: TorrentHistory): (readonly [name: string, value: string])[] {
  const { createdBy, comment, wastedTotalBytes: wasted } = history;
  const rows: readonly (readonly [name: string, value: string | null])[] = [
    ['Wasted', wasted === 0 ? null : formatBytes(wasted)],
    ['Last sent', secondOf(history.lastUploadedAt)],
    ['Last fetched', secondOf(history.lastDownloadedAt)],
    ['Added', secondOf(history.addedAt)],
    ['Created', secondOf(history.createdAt)],
    ['Created by', createdBy && printableLine(createdBy)],
    ['Comment', comment && printableLine(comment, 1000)],
  ];
  return rows.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value] as const]));
}

/** `2026-11-29 12:34:56 UTC`. */
function secondOf(time: string | null): string | null {
  return time && `${time.slice(0, -5).replace('T', ' ')} UTC`;
}
