import type { Logger } from 'pino';
import type { AnnounceUrls } from '../api/announce-urls.ts';
import { isOursToTrack } from '../api/guarded-elsewhere.ts';
import { portError } from '../api/port-error.ts';
import type { PeerId } from '../bittorrent/peer-id.ts';
import { packageVersion } from '../builder/version.ts';
import type { Config } from '../config/settings.ts';
import type { OwnSeeds } from '../persistence/nodes/own-seeds.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { SeedNode } from '../seeder/seed-node.ts';
import type { Torrent } from '../seeder/torrent.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { FollowedSwarms } from '../tracker/followed/followed-swarms.ts';
import { type DiscoveryStore, discoverySettings } from './discovery-settings.ts';
import { configuredQueue, configuredRules } from './queue-settings.ts';
import { keepScrubPosition, scrubOptions } from './scrub-settings.ts';
import { configuredRates } from './start-limits.ts';
import type { StartedParts } from './started-parts.ts';
import { isOwnWebSeed } from './web-seed.ts';

/** What the seed node is wired to. */
export interface SeedNodeParts {
  readonly tracker: TrackerCore;
  /** Follows the swarms of what it has. */
  readonly followed: FollowedSwarms;
  readonly urls: AnnounceUrls;
  readonly peerId: PeerId;
  readonly persistence: Persistence;
  readonly store: DiscoveryStore;
  /** Lists it for other nodes, where there are some; asked when a torrent changes its state. */
  readonly ownSeeds: () => OwnSeeds | undefined;
  readonly logger: Logger;
}

/** The seed node; the tracker learns of what it has. */
export async function startSeedNode(
  config: Config,
  { tracker, followed, urls, peerId, persistence, store, ownSeeds, logger }: SeedNodeParts,
  started: StartedParts,
): Promise<SeedNode> {
  const seedNode = new SeedNode({
    host: config.host,
    port: config.peerPort,
    peerId,
    clientVersion: `Seedbed ${packageVersion()}`,
    logger,
    encryption: config.encryption,
    usesPartNames: config.partFiles,
    allocation: config.allocate,
    discovery: discoverySettings(config, store),
    limits: {
      maxConnections: config.maxConnections,
      uploadSlots: config.uploadSlots,
      uploadSlotsPerTorrent: config.uploadSlotsPerTorrent || Number.POSITIVE_INFINITY,
      choking: config.choking,
      cacheBytes: config.cache * 1024 * 1024,
      ...configuredQueue(config),
    },
    stopRules: configuredRules(config),
    checksOnServe: config.checkOnServe,
    repair: config.repair,
    scrub: await scrubOptions(config, persistence),
    ...configuredRates(config),
    superSeeding: config.superSeeding,
    suggestions: config.suggest,
    otherSeeds: ({ infoHash, metainfo }) =>
      (tracker.swarm(infoHash)?.complete ?? 0) - (isOursToTrack(metainfo, urls) ? 1 : 0), // it counts us
    isOwnTracker: (url) => urls.isOwn(url),
    isOwnWebSeed: (url) => isOwnWebSeed(url, urls),
    ...(config.threads > 0 && { hashThreads: config.threads }),
  });
  const introduce = ({ infoHash, state, serving, metainfo, length, isComplete }: Torrent): void => {
    const isThere = state === 'seeding' || state === 'downloading';
    const isAway = serving === 'nobody';
    if (isThere && isOursToTrack(metainfo, urls))
      tracker.setLocalSeed(infoHash, {
        port: seedNode.port,
        peerId,
        isComplete: state === 'seeding' && isComplete,
        isPartialSeed: state === 'seeding' && !isComplete, // BEP 21
        isAway,
        follower: followed.follow(infoHash, length),
      });
    else {
      tracker.clearLocalSeed(infoHash);
      followed.lose(infoHash);
    }
    if (state === 'seeding' && isComplete && !isAway && isOursToTrack(metainfo, urls))
      ownSeeds()?.add(infoHash);
    else ownSeeds()?.remove(infoHash);
    if (state === 'stopped') followed.forget(infoHash);
  };
  seedNode.on('stateChanged', introduce);
  seedNode.on('servingChanged', introduce);
  keepScrubPosition(seedNode, persistence, logger);
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
