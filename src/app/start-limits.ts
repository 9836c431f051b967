import { QueueLimits } from '../api/queue-limits.ts';
import { type PerDirection, RateLimits } from '../api/rate-limits.ts';
import { parseRateSchedule } from '../config/rate-schedule.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence, RateLimitStore } from '../persistence/persistence.ts';
import type { TorrentQueue } from '../seeder/queue/torrent-queue.ts';
import type { TransferLimits } from '../seeder/rates/rate-limits.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { SeedNodeOptions } from '../seeder/seed-node-types.ts';

/** The limits that the settings name. */
function configuredLimits(config: Config): PerDirection<TransferLimits> {
  return {
    upload: {
      node: config.uploadLimit ?? null,
      eachTorrent: config.uploadLimitPerTorrent ?? null,
      eachPeer: config.uploadLimitPerPeer ?? null,
    },
    download: {
      node: config.downloadLimit ?? null,
      eachTorrent: config.downloadLimitPerTorrent ?? null,
      eachPeer: config.downloadLimitPerPeer ?? null,
    },
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

/** The limits of a seed node and their hours, by the settings. */
export function configuredRates(config: Config): Pick<SeedNodeOptions, 'rates' | 'downloadRates'> {
  const limits = configuredLimits(config);
  const isLocalLimited = config.limitLocal;
  return {
    rates: {
      limits: limits.upload,
      schedule: parseRateSchedule(config.uploadSchedule ?? ''),
      isLocalLimited,
    },
    downloadRates: {
      limits: limits.download,
      schedule: parseRateSchedule(config.downloadSchedule ?? ''),
      isLocalLimited,
    },
  };
}

/** The limits: those of the settings, but for what was changed in an earlier run. */
export async function startLimits(
  config: Config,
  store: RateLimitStore,
  { pacer, downloadPacer }: Pick<SeedNode, 'pacer' | 'downloadPacer'>,
): Promise<RateLimits> {
  const limits = new RateLimits({
    store,
    pacers: { upload: pacer, download: downloadPacer },
    configured: configuredLimits(config),
  });
  await limits.load();
  return limits;
}
