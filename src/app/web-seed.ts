import type { AnnounceUrls } from '../api/announce-urls.ts';
import type { WebSeedMode } from '../api/web-seed/web-seed-urls.ts';
import type { Config } from '../config/settings.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import { WebSeed } from '../seeder/web-seed/web-seed.ts';

/** To whom files are served over HTTP: on a private tracker to its users alone. */
export function webSeedMode({ ownWebSeed, privateTracker }: Config): WebSeedMode {
  if (!ownWebSeed) return 'off';
  return privateTracker ? 'members' : 'public';
}

/** Whether the URL of a web seed leads to files that this process serves itself, to everybody or to users. */
export function isOwnWebSeed(url: string, urls: Pick<AnnounceUrls, 'ownPath'>): boolean {
  return urls.ownPath(url)?.startsWith('/files/') === true;
}

/** The web seed of the seed node; undefined when the settings want none. */
export function makeWebSeed(config: Config, seedNode: SeedNode): WebSeed | undefined {
  return config.ownWebSeed ? new WebSeed({ seedNode, maxDownloads: config.webSeedSlots }) : undefined;
}
