import type { InfoHash } from '../../bittorrent/info-hash.ts';
import { requireRateLimit, type TorrentLimits } from './rate-limits.ts';
import type { RatePacer } from './rate-pacer.ts';

/** What holds the limits of both directions. */
export interface Pacers {
  readonly pacer: RatePacer;
  readonly downloadPacer: RatePacer;
}

/** @throws {SeederError} ERR_RATE_LIMIT when one of them can be no limit. */
export function requireTorrentLimits({ uploadBytesPerSecond, downloadBytesPerSecond }: TorrentLimits): void {
  for (const limit of [uploadBytesPerSecond, downloadBytesPerSecond])
    if (typeof limit === 'number') requireRateLimit(limit);
}

/** Gives a torrent limits of its own that have been looked at; what is left out stays. */
export function setTorrentLimits(
  { pacer, downloadPacer }: Pacers,
  infoHash: InfoHash,
  { uploadBytesPerSecond, downloadBytesPerSecond }: TorrentLimits,
): void {
  const wanted = [
    [pacer, uploadBytesPerSecond],
    [downloadPacer, downloadBytesPerSecond],
  ] as const;
  for (const [direction, limit] of wanted)
    if (limit !== undefined) direction.setTorrentLimit(infoHash, limit === 'default' ? undefined : limit);
}
