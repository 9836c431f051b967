import type { Published } from './catalogue-types.ts';

/** Where a torrent comes from, when its bytes last moved, and which of them were of no use, as the control API shows it. */
export interface TorrentHistory {
  /** ISO 8601, as all times here: when it came to this server. */
  readonly addedAt: string;
  /** What its `.torrent` file says of when, by what and to what end it was made; null where it says nothing. */
  readonly createdAt: string | null;
  readonly createdBy: string | null;
  readonly comment: string | null;
  /** When our seed node last sent and fetched a byte of it; null when it never has, as far as is known. */
  readonly lastUploadedAt: string | null;
  readonly lastDownloadedAt: string | null;
  /** Bytes that our seed node fetched to no use: see `SeederCounters.wastedBytes`. Since it started, and since ever. */
  readonly wastedBytes: number;
  readonly wastedTotalBytes: number;
}

/** Shows the history of what came at this time; of a magnet link whose metadata is not here no more is known. */
export function torrentHistory(
  addedAtSeconds: number,
  { metainfo, seed }: Partial<Pick<Published, 'metainfo' | 'seed'>> = {},
): TorrentHistory {
  const totals = seed?.totals;
  return {
    addedAt: timeOf(addedAtSeconds) ?? '',
    createdAt: timeOf(metainfo?.creationDate ?? null),
    createdBy: metainfo?.createdBy ?? null,
    comment: metainfo?.comment ?? null,
    lastUploadedAt: timeOf(totals?.lastUploadAtSeconds ?? null),
    lastDownloadedAt: timeOf(totals?.lastDownloadAtSeconds ?? null),
    wastedBytes: seed?.wastedBytes ?? 0,
    wastedTotalBytes: totals?.wastedBytes ?? 0,
  };
}

/** Null also for what lies behind the last day that a date can have: a `.torrent` file may say anything. */
function timeOf(seconds: number | null): string | null {
  const date = seconds === null ? undefined : new Date(1000 * seconds);
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
