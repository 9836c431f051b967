import type { AnnounceUrls } from '../api/announce-urls.ts';
import type { ServerView } from '../api/server-view.ts';
import { packageVersion } from '../builder/version.ts';
import type { Config } from '../config/settings.ts';
import type { SeedNode } from '../seeder/seed-node.ts';

/** What the control API tells of the running server. */
export function serverView(
  config: Config,
  { urls, seedNode }: { readonly urls: AnnounceUrls; readonly seedNode: SeedNode },
): ServerView {
  const announceUrls = urls.tierFor(urls.origin);
  const udpUrl = announceUrls.find((url) => url.startsWith('udp:'));
  return {
    version: packageVersion(),
    isPrivate: config.privateTracker,
    announceUrl: announceUrls[0] ?? '', // there is always one
    announceUrls,
    pid: process.pid,
    peerPort: seedNode.port,
    udpPort: udpUrl === undefined ? undefined : Number(new URL(udpUrl).port),
    isWebSocketOn: config.ws,
    maxConnections: config.maxConnections,
    trustedProxies: config.trustedProxies,
    publicAddresses: config.publicAddress,
  };
}
