import type { Config } from '../config/settings.ts';
import type { StopRuleSettings } from '../seeder/goals/stop-rules.ts';
import type { SeederLimits } from '../seeder/limits.ts';

/** How many torrents may run, as the settings say; there 0 is no limit. */
export function configuredQueue(
  config: Config,
): Pick<SeederLimits, 'maxActiveDownloads' | 'maxActiveSeeds' | 'stalledTorrentMs'> {
  const never = Number.POSITIVE_INFINITY;
  return {
    maxActiveDownloads: config.maxActiveDownloads || never,
    maxActiveSeeds: config.maxActiveSeeds || never,
    stalledTorrentMs: 1000 * (config.queueStalled || never),
  };
}

/** When torrents end, as the settings say; there 0 is never. */
export function configuredRules(config: Config): StopRuleSettings {
  return {
    seedRatio: config.seedRatio || null,
    seedTimeSeconds: config.seedTime || null,
    seedIdleSeconds: config.seedIdle || null,
  };
}
