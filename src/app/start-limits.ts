import { QueueLimits } from '../api/queue-limits.ts';
import { RateLimits } from '../api/rate-limits.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence, RateLimitStore } from '../persistence/persistence.ts';
import type { TorrentQueue } from '../seeder/queue/torrent-queue.ts';
import type { UploadLimits } from '../seeder/rates/rate-limits.ts';
import type { UploadPacer } from '../seeder/rates/upload-pacer.ts';

/** The upload limits that the settings name. */
export function configuredLimits(config: Config): UploadLimits {
  return {
    node: config.uploadLimit ?? null,
    eachTorrent: config.uploadLimitPerTorrent ?? null,
    eachPeer: config.uploadLimitPerPeer ?? null,
  };
}

/** How many torrents run: as the settings say, but for what was changed in an earlier run. */
export async function startQueue(
  config: Config,
  store: Pick<Persistence, 'getSetting' | 'setSetting' | 'ensureSetting' | 'nodeId'>,
  queue: TorrentQueue,
): Promise<QueueLimits> {
  const limits = new QueueLimits({
    store,
    nodeId: () => store.nodeId,
    queue,
    configured: { downloads: config.maxActiveDownloads, seeds: config.maxActiveSeeds },
  });
  await limits.load();
  return limits;
}

/** The upload limits: those of the settings, but for what was changed in an earlier run. */
export async function startLimits(
  config: Config,
  store: RateLimitStore,
  pacer: UploadPacer,
): Promise<RateLimits> {
  const limits = new RateLimits({ store, pacer, configured: configuredLimits(config) });
  await limits.load();
  return limits;
}
