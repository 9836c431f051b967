import { toHex } from '../../bittorrent/hex.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { formatMagnet } from '../../bittorrent/magnet.ts';
import { decodePreferences } from '../../seeder/torrents/torrent-preferences.ts';
import { torrentHistory } from '../torrent-history.ts';
import type { TorrentView } from '../torrent-view.ts';
import type { PendingMagnet } from './pending-magnet.ts';

/** The state of a magnet link whose metadata is being fetched, or waits for its turn. */
export const FETCHING_METADATA = 'fetching metadata';

/** Nothing is here of it. */
const NOTHING_YET = {
  fileCount: 0,
  hasMetadata: false,
  untrackedBy: null,
  role: null,
  progress: 0,
  isComplete: false,
  isFinished: false,
  wantedBytes: 0,
  leftBytes: 0,
  seeders: 0,
  leechers: 0,
  completed: 0,
  uploadedBytes: 0,
  downloadedBytes: 0,
  uploadedTotalBytes: 0,
  downloadedTotalBytes: 0,
  ratio: null,
  seedingSeconds: 0,
  swarmDownloadedBytes: 0,
  swarmSavedBytes: 0,
  uploadBytesPerSecond: 0,
  downloadBytesPerSecond: 0,
  peers: 0,
  webSeeds: [],
  dataPath: null,
  moveProgress: null,
  moveFailure: null,
  holders: [],
  torrentPath: null,
} as const;

/** A pending magnet link as a torrent of the control API. Its own trackers may hold a passkey: they are in no list. */
export function pendingView({ row, magnet }: PendingMagnet, isTracked: boolean): TorrentView {
  const { name, target, failure, preferences } = row;
  const shown = { ...magnet, name, trackers: [], webSeeds: [], peers: [] };
  return {
    ...NOTHING_YET,
    ...torrentHistory(row.createdAtSeconds),
    infoHash: infoHashToHex(row.infoHash),
    infoHashV2: row.infoHashV2 && toHex(row.infoHashV2),
    name,
    lengthBytes: magnet.length ?? 0,
    isTracked,
    ...stateOf(row),
    ...(failure !== null && { errorCode: failure.code }),
    target,
    preferences: decodePreferences(preferences),
    magnet: formatMagnet(shown),
  };
}

function stateOf({ failure, state }: PendingMagnet['row']): Pick<TorrentView, 'state' | 'reason'> {
  if (failure !== null) return { state: 'failed', reason: failure.message };
  if (state === 'stopped') return { state: 'stopped' };
  if (state === 'paused') return { state: FETCHING_METADATA, reason: 'is paused when its metadata is here' };
  return { state: FETCHING_METADATA };
}
