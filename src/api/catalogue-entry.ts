import { encodeMetainfo } from '../bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { TorrentRow } from '../persistence/persistence.ts';
import { decodePreferences } from '../seeder/torrents/torrent-preferences.ts';
import { decodeTransfers, startedAnew } from '../seeder/torrents/transfer-record.ts';
import type { CatalogueParts, Entering, Published } from './catalogue-types.ts';
import { swarmTrafficOf } from './swarm-traffic.ts';
import { intentOf, stateOf, type TorrentIntent } from './torrent-intent.ts';

/** A torrent of the catalogue. */
export interface Entry {
  row: TorrentRow;
  readonly metainfo: Metainfo;
  /** Pad files left out. */
  readonly fileCount: number;
  /** Numbers of the nodes that have the data. */
  holders: readonly number[];
}

/** An entry, or what stands for one of which only the info-hash is known. */
export type Listed = Omit<Entry, 'metainfo'> & Partial<Pick<Entry, 'metainfo'>>;

/** An entry; `holders` are known where nodes share a database. */
export function makeEntry(metainfo: Metainfo, row: TorrentRow, holders: readonly number[] = []): Entry {
  return { metainfo, row, holders, fileCount: metainfo.info.files.filter((file) => !file.isPadding).length };
}

/** What a row takes from elsewhere than the `.torrent` file. */
export interface RowParts {
  readonly dataPath: string | null;
  readonly resume: string | null;
  readonly preferences: string | null;
  /** What it is to do with the data. */
  readonly intent: TorrentIntent;
  /** The row that it replaces. */
  readonly before: TorrentRow | undefined;
  readonly nowSeconds: number;
}

/** The row of a torrent that is published. */
export function rowFor(
  metainfo: Metainfo,
  { dataPath, resume, preferences, intent, before, nowSeconds }: RowParts,
): TorrentRow {
  return {
    infoHash: metainfo.infoHash,
    infoHashV2: metainfo.infoHashV2 ?? null,
    name: metainfo.info.name,
    lengthBytes: metainfo.info.contentLength,
    pieceLength: metainfo.info.pieceLength,
    dataPath,
    metainfo: encodeMetainfo(metainfo),
    state: dataPath === null ? 'tracked' : stateOf(intent),
    resume,
    preferences,
    transfers: startedAnew(before?.transfers ?? null),
    completed: before?.completed ?? 0,
    createdAtSeconds: before?.createdAtSeconds ?? nowSeconds,
  };
}

/** What the seed node is told of a torrent that has data here. */
export function seedingOf(
  { row, metainfo }: Entry,
  dataPath: string,
  how: Entering,
): Parameters<CatalogueParts['seedNode']['add']>[0] {
  const preferences = decodePreferences(row.preferences);
  const transfers = decodeTransfers(row.transfers);
  return { metainfo, dataPath, resume: row.resume, ...intentOf(row.state), ...how, preferences, transfers };
}

/** A torrent of the catalogue with what tracker and seed node say of it now. */
export function publishedOf(
  { row, metainfo, fileCount, holders }: Listed,
  { tracker, seedNode, followed }: Pick<CatalogueParts, 'tracker' | 'seedNode' | 'followed'>,
): Published {
  const swarm = tracker.swarm(row.infoHash);
  const seed = seedNode.torrent(row.infoHash);
  return {
    row,
    metainfo,
    fileCount,
    holders,
    seed,
    isTracked: tracker.isTracked(row.infoHash),
    swarm: {
      seeders: swarm?.complete ?? 0,
      leechers: swarm?.incomplete ?? 0,
      completed: swarm?.downloaded ?? 0,
    },
    traffic: swarmTrafficOf(row.infoHash, seed, followed),
  };
}
