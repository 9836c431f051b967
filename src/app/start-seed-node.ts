import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { AnnounceUrls } from '../api/announce-urls.ts';
import { portError } from '../api/port-error.ts';
import { makePeerId } from '../bittorrent/peer-id.ts';
import { packageVersion } from '../builder/version.ts';
import type { Config } from '../config/settings.ts';
import { SeedNode } from '../seeder/seed-node.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { StartedParts } from './started-parts.ts';

/** The seed node; the tracker learns of what it has. */
export async function startSeedNode(
  config: Config,
  {
    tracker,
    urls,
    logger,
  }: { readonly tracker: TrackerCore; readonly urls: AnnounceUrls; readonly logger: Logger },
  started: StartedParts,
): Promise<SeedNode> {
  const peerId = makePeerId(randomBytes(12));
  const seedNode = new SeedNode({
    host: config.host,
    port: config.peerPort,
    peerId,
    clientVersion: `Seedbed ${packageVersion()}`,
    logger,
    limits: {
      maxConnections: config.maxConnections,
      uploadSlots: config.uploadSlots,
      cacheBytes: config.cache * 1024 * 1024,
    },
    isOwnTracker: (url) => urls.isOwn(url),
    ...(config.threads > 0 && { hashThreads: config.threads }),
  });
  seedNode.on('stateChanged', ({ infoHash, state }) => {
    if (state === 'seeding')
      tracker.setLocalSeed(infoHash, { port: seedNode.port, peerId, isComplete: true });
    else tracker.clearLocalSeed(infoHash);
  });
  await seedNode.start().catch((error: unknown) => {
    throw portError(error, {
      host: config.host,
      port: config.peerPort,
      purpose: 'for peers',
      flag: '--peer-port',
    });
  });
  started.onStop(() => seedNode.stop());
  return seedNode;
}
