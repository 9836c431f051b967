import { toHex } from '../bittorrent/hex.ts';
import { infoHashToHex } from '../bittorrent/info-hash.ts';
import type { TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';
import type { Published } from './catalogue-types.ts';
import { type SeedRole, seedRoleOf } from './seed-role.ts';
import { type TorrentHistory, torrentHistory } from './torrent-history.ts';
import { type WebSourceView, webSourceView } from './web-source-view.ts';

/** A torrent as the control API shows it. */
export interface TorrentView extends TorrentHistory {
  /** 40 hexadecimal digits, by which the swarm goes: of a v2 torrent the first 40 of the next (BEP 52). */
  readonly infoHash: string;
  /** 64 hexadecimal digits of a v2 or hybrid torrent; null for v1. */
  readonly infoHashV2: string | null;
  readonly name: string;
  readonly lengthBytes: number;
  readonly fileCount: number;
  /** False while no more is known of it than an info-hash or a magnet link: name and length are what somebody said. */
  readonly hasMetadata: boolean;
  /** `tracked` (no data here), the state of the seed node's torrent, or `fetching metadata` of a magnet link. */
  readonly state: string;
  /** False: announces of it are refused. */
  readonly isTracked: boolean;
  /** Why: its tracking is switched off, or the deny list has it (by either info-hash of a hybrid torrent). Null while it is tracked, and of a magnet link without metadata. */
  readonly untrackedBy: 'switch' | 'deny-list' | null;
  /** What our seed node does for the swarm; null unless the state is `seeding`. */
  readonly role: SeedRole | null;
  /** Why the state is `failed`, or `stopped` by a rule, or what is waited for in the state `queued`. */
  readonly reason?: string;
  /** Of the state `failed`: the stable part of the reason. */
  readonly errorCode?: string;
  /** Part of the data that is checked, 0 to 1; once it is checked, the part of what is wanted that is here. */
  readonly progress: number;
  /** All pieces are here, and known to be good. */
  readonly isComplete: boolean;
  /** All pieces of the files that are wanted are. */
  readonly isFinished: boolean;
  /** Bytes of the files that are wanted; without data here, of none. */
  readonly wantedBytes: number;
  /** Bytes of them that are missing yet, to the piece. */
  readonly leftBytes: number;
  readonly seeders: number;
  readonly leechers: number;
  /** Times completed. */
  readonly completed: number;
  /** Bytes that our seed node sent since it started. */
  readonly uploadedBytes: number;
  /** Bytes that our seed node fetched since it started. */
  readonly downloadedBytes: number;
  /** The same since ever, over all runs of this node. */
  readonly uploadedTotalBytes: number;
  readonly downloadedTotalBytes: number;
  /** Bytes sent since ever for each byte that is here, or was fetched if that is more; null while nothing is here. */
  readonly ratio: number | null;
  /** Seconds in the state `seeding` since ever. */
  readonly seedingSeconds: number;
  /** Bytes that peers which announced themselves here fetched since the server started, from whomever, by their own word. */
  readonly swarmDownloadedBytes: number;
  /** Of these, what peers gave each other instead of us. */
  readonly swarmSavedBytes: number;
  /** Bytes a second that our seed node sends and fetches now. */
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** Peers connected to our seed node. */
  readonly peers: number;
  /** Web seeds of others from which it is being fetched. */
  readonly webSeeds: readonly WebSourceView[];
  readonly dataPath: string | null;
  /** The folder into which the torrent of a magnet link is to go. */
  readonly target?: string;
  /** Part of the data that is at its new place already while it moves, 0 to 1; null otherwise. */
  readonly moveProgress: number | null;
  /** Why it could not be moved, and stays where it is; null otherwise. */
  readonly moveFailure: string | null;
  /** What a person chose for it; null without data here. */
  readonly preferences: TorrentPreferences | null;
  /** Numbers of the nodes that have the data, where several share a database: see `GET /nodes`. */
  readonly holders: readonly number[];
  /** Null for a torrent of which only the info-hash is known: it has no `.torrent` file. */
  readonly torrentPath: string | null;
  readonly magnet: string;
}

/** What a torrent's view takes from elsewhere. */
export type TorrentViewMore = Pick<TorrentView, 'magnet' | 'torrentPath'> & {
  readonly isSwitchedOff: boolean;
};

/** Shows a published torrent; the magnet link is for whoever the caller made it for. */
export function torrentView(published: Published, { isSwitchedOff, ...links }: TorrentViewMore): TorrentView {
  const { row, fileCount, seed, swarm, isTracked } = published;
  const reason = seed?.reason;
  const errorCode = seed?.state === 'failed' ? seed.error?.code : undefined;
  return {
    infoHash: infoHashToHex(row.infoHash),
    infoHashV2: row.infoHashV2 && toHex(row.infoHashV2),
    name: row.name,
    lengthBytes: row.lengthBytes,
    fileCount,
    hasMetadata: row.metainfo !== null,
    state: seed?.state ?? 'tracked',
    isTracked,
    untrackedBy: isTracked ? null : isSwitchedOff ? 'switch' : 'deny-list',
    role: seedRoleOf(seed),
    ...(reason !== undefined && { reason }),
    ...(errorCode !== undefined && { errorCode }),
    progress: progressOf(seed),
    isComplete: seed?.isComplete ?? false,
    isFinished: seed?.isFinished ?? false,
    wantedBytes: seed?.wantedBytes ?? 0,
    leftBytes: seed?.wantedLeftBytes ?? 0,
    ...swarm,
    uploadedBytes: seed?.uploadedBytes ?? 0,
    downloadedBytes: seed?.downloadedBytes ?? 0,
    uploadedTotalBytes: seed?.totals.uploadedBytes ?? 0,
    downloadedTotalBytes: seed?.totals.downloadedBytes ?? 0,
    ratio: seed === undefined ? null : ratioOf(seed),
    seedingSeconds: seed?.totals.seedingSeconds ?? 0,
    swarmDownloadedBytes: published.traffic.downloadedBytes,
    swarmSavedBytes: published.traffic.savedBytes,
    uploadBytesPerSecond: Math.round(seed?.uploadRateBytesPerSecond ?? 0),
    downloadBytesPerSecond: Math.round(seed?.downloadRateBytesPerSecond ?? 0),
    peers: seed?.peerCount ?? 0,
    webSeeds: [...(seed?.webSources ?? [])].map(webSourceView),
    dataPath: row.dataPath,
    moveProgress: seed?.moveProgress ?? null,
    moveFailure: seed?.moveError?.message ?? null,
    preferences: seed?.preferences ?? null,
    holders: published.holders,
    ...torrentHistory(row.createdAtSeconds, published),
    ...links,
  };
}

function ratioOf({ totals, hereBytes }: NonNullable<Published['seed']>): number | null {
  const bytes = Math.max(totals.downloadedBytes, hereBytes);
  return bytes === 0 ? null : Math.round((1000 * totals.uploadedBytes) / bytes) / 1000;
}

/** Part of the data that is checked, 0 to 1; once it is checked, the part that is here. */
export function progressOf(seed: Published['seed']): number {
  if (seed === undefined) return 0;
  const isChecked = seed.isWaiting || (seed.hasBegun && seed.state !== 'checking' && seed.state !== 'queued');
  return isChecked ? seed.completedFraction : seed.checkedFraction;
}
