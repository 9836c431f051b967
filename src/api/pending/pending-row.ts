import type { InfoHash } from '../../bittorrent/info-hash.ts';
import { parseMagnet } from '../../bittorrent/magnet.ts';
import type { PendingMagnetRow } from '../../persistence/persistence.ts';
import { encodePreferences, type TorrentPreferences } from '../../seeder/torrents/torrent-preferences.ts';
import type { WantedTorrentLimits } from '../rate-limits.ts';
import { encodeLimits } from './stored-limits.ts';

/** The longest name of a file on any system. */
const MAX_NAME_LENGTH = 255;

/** A magnet link that is to become a mirror. */
export interface MagnetRequest {
  readonly link: string;
  /** The folder into which its file or folder goes. */
  readonly target: string;
  readonly isPaused: boolean;
  /** What is left out has its default. */
  readonly preferences: Partial<TorrentPreferences>;
  /** Its own; what is left out is that of each torrent. */
  readonly limits: WantedTorrentLimits;
}

/** The row of a magnet link. @throws {ProtocolError} ERR_MAGNET. */
export function pendingRow(
  { link, target, isPaused, preferences, limits }: MagnetRequest,
  infoHash: InfoHash,
  nowSeconds: number,
): PendingMagnetRow {
  const { infoHashV2 = null, name = '' } = parseMagnet(link);
  return {
    infoHash,
    infoHashV2,
    name: name.slice(0, MAX_NAME_LENGTH).toWellFormed(),
    link: link.trim().toWellFormed(),
    target,
    state: isPaused ? 'paused' : 'started',
    preferences: encodePreferences(preferences),
    limits: encodeLimits(limits),
    failure: null,
    createdAtSeconds: nowSeconds,
  };
}
