import type { WebSeedMode } from '../api/web-seed/web-seed-urls.ts';
import type { Config } from '../config/settings.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import { WebSeed } from '../seeder/web-seed/web-seed.ts';

/** To whom files are served over HTTP: on a private tracker to its users alone. */
export function webSeedMode({ ownWebSeed, privateTracker }: Config): WebSeedMode {
  if (!ownWebSeed) return 'off';
  return privateTracker ? 'members' : 'public';
}

/** The web seed of the seed node; undefined when the settings want none. */
export function makeWebSeed(config: Config, seedNode: SeedNode): WebSeed | undefined {
  return config.ownWebSeed ? new WebSeed({ seedNode, maxDownloads: config.webSeedSlots }) : undefined;
}
