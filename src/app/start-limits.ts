import type { PerDirection } from '../api/per-direction.ts';
import { QueueLimits } from '../api/queue-limits.ts';
import { RateLimits } from '../api/rate-limits.ts';
import { KeptRules, type RateRules } from '../api/rate-rules.ts';
import { parseRateSchedule } from '../config/rate-schedule.ts';
import type { Config } from '../config/settings.ts';
import type { Persistence } from '../persistence/persistence.ts';
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

/** When other limits hold, and whom limits bind, by the settings. */
function configuredRules(config: Config): PerDirection<RateRules> {
  const isLocalLimited = config.limitLocal;
  return {
    upload: { schedule: parseRateSchedule(config.uploadSchedule ?? ''), isLocalLimited },
    download: { schedule: parseRateSchedule(config.downloadSchedule ?? ''), isLocalLimited },
  };
}

/** The limits of a seed node and their hours, by the settings. */
export function configuredRates(config: Config): Pick<SeedNodeOptions, 'rates' | 'downloadRates'> {
  const [limits, rules] = [configuredLimits(config), configuredRules(config)];
  return {
    rates: { limits: limits.upload, ...rules.upload },
    downloadRates: { limits: limits.download, ...rules.download },
  };
}

/** The limits and their rules: those of the settings, but for what was changed in an earlier run. */
export async function startLimits(
  config: Config,
  store: Pick<Persistence, 'limits' | 'getSetting' | 'setSetting' | 'ensureSetting' | 'nodeId'>,
  { pacer, downloadPacer }: Pick<SeedNode, 'pacer' | 'downloadPacer'>,
): Promise<RateLimits> {
  const pacers = { upload: pacer, download: downloadPacer };
  const nodeId = (): number => store.nodeId;
  const limits = new RateLimits({
    store: store.limits,
    rules: new KeptRules({ store, nodeId, pacers, configured: configuredRules(config) }),
    pacers,
    configured: configuredLimits(config),
  });
  await limits.load();
  return limits;
}
