import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AnnounceUrls, originOf } from './api/announce-urls.ts';
import { Catalogue } from './api/catalogue.ts';
import { defaultRouteAddress } from './api/default-address.ts';
import { expressApp } from './api/express-app.ts';
import { publicListing } from './api/listing.ts';
import { portError } from './api/port-error.ts';
import { apiRouter } from './api/router.ts';
import { removeServerFile, writeServerFile } from './api/server-file.ts';
import { ensureToken } from './api/token.ts';
import { TorrentFolder } from './api/torrent-folder.ts';
import { warmRestart } from './api/warm-restart.ts';
import { type StartedUdp, startUdp } from './app/start-udp.ts';
import { StartedParts } from './app/started-parts.ts';
import { parseAddress } from './bittorrent/endpoint.ts';
import { makePeerId } from './bittorrent/peer-id.ts';
import { packageVersion } from './builder/version.ts';
import type { Config } from './config/settings.ts';
import { lockDataFolder } from './persistence/data-folder-lock.ts';
import { defaultDatabase } from './persistence/database-url.ts';
import { openPersistence } from './persistence/open.ts';
import type { Persistence, TorrentRow } from './persistence/persistence.ts';
import { WriteBehind } from './persistence/write-behind.ts';
import { SeedNode } from './seeder/seed-node.ts';
import { TrackerCore } from './tracker/core.ts';
import { trackerRouter } from './tracker/http/router.ts';
import { TrackerHttpServer } from './tracker/http/server.ts';
import { webRouter } from './web/router.ts';

/** A running Seedbed. */
export interface App {
  readonly catalogue: Catalogue;
  /** Scheme, host and port that are printed and written into torrents. */
  readonly origin: string;
  /** The ports that were taken. */
  readonly httpPort: number;
  readonly peerPort: number;
  /** Undefined when there is no tracker over UDP. */
  readonly udpPort: number | undefined;
  /** Our announce URLs as they are printed and written into torrents. */
  readonly announceUrls: readonly string[];
  /** Ends everything in order and loses nothing. Idempotent. */
  stop(): Promise<void>;
}

/** How often peers that fell silent are looked for. */
const EXPIRY_INTERVAL_MS = 5_000;
/** How long a database that refuses is tried at the end; what it does not take is logged as lost. */
const JOURNAL_DEADLINE_MS = 1_500;
/** How often expired peers are deleted from the database. */
const CLEANUP_INTERVAL_MS = 5 * 60_000;

/**
 * Starts Seedbed with the given settings. When something cannot be started, what was is stopped again.
 * @throws {PersistenceError} for a data folder or database that cannot be used.
 * @throws {PortError} when a port is taken or not ours to take.
 */
export async function startApp(config: Config, { logger }: { readonly logger: Logger }): Promise<App> {
  const started = new StartedParts();
  try {
    return await startParts(config, logger, started);
  } catch (error) {
    await started
      .stop()
      .catch((failure: unknown) =>
        logger.error({ err: failure }, 'stopping after a failed start failed too'),
      );
    throw error;
  }
}

async function startParts(config: Config, logger: Logger, started: StartedParts): Promise<App> {
  const lock = lockDataFolder(config.dataDir);
  started.onStop(() => lock.release());
  const persistence = await openPersistence({ database: databaseOf(config), logger });
  started.onStop(() => persistence.close());
  const tracker = startTracker(config, persistence, logger, started);
  const front: { port: number; udp: StartedUdp | undefined } = { port: 0, udp: undefined };
  const urls = new AnnounceUrls({
    publicUrl: config.publicUrl,
    defaultAddress: reachableAddress(config),
    port: () => front.port,
    udpPort: () => front.udp?.port,
  });
  const seedNode = await startSeedNode(config, { tracker, urls, logger }, started);
  const folder = new TorrentFolder(join(config.dataDir, 'torrents'));
  const catalogue = new Catalogue({
    store: persistence,
    tracker,
    seedNode,
    folder,
    urls,
    dataDir: config.dataDir,
    nowSeconds,
  });
  seedNode.on('resumeChanged', (infoHash, resume) => {
    catalogue.saveResume(infoHash, resume).catch((error: unknown) => {
      logger.warn({ err: error }, 'the record of a check could not be saved');
    });
  });
  await warmRestart(catalogue, tracker, persistence, { nowSeconds: nowSeconds(), logger });
  const udpCounters = (): unknown => front.udp?.server.counters();
  front.port = await startHttp(config, { tracker, seedNode, catalogue, urls, udpCounters, logger }, started);
  front.udp = await startUdp(config, {
    tracker,
    persistence,
    httpPort: front.port,
    bound: isEveryAddress(config.host) ? undefined : parseAddress(config.host),
    defaultAddress: () => reachableAddress(config),
    logger,
  });
  started.onStop(() => front.udp?.server.stop());
  await catalogue.refreshFiles();
  started.onStop(() => removeServerFile(config.dataDir));
  await writeServerFile(
    config.dataDir,
    originOf(isEveryAddress(config.host) ? '127.0.0.1' : config.host, front.port),
  );
  return {
    catalogue,
    origin: urls.origin,
    httpPort: front.port,
    peerPort: seedNode.port,
    udpPort: front.udp?.port,
    announceUrls: urls.tierFor(urls.origin),
    stop: () => started.stop(),
  };
}

function databaseOf(config: Config): string {
  return config.database === 'memory' ? 'memory' : defaultDatabase(config.dataDir);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Where others reach us by default: the address that we are bound to, when it is one; else that of the default route. */
function reachableAddress({ host }: Config): string {
  return isEveryAddress(host) ? defaultRouteAddress() : host;
}

function isEveryAddress(host: string): boolean {
  return host === '::' || host === '0.0.0.0';
}

/** The tracker core, with its changes written behind and the silent peers taken out. */
function startTracker(
  config: Config,
  persistence: Persistence,
  logger: Logger,
  started: StartedParts,
): TrackerCore {
  const journal = new WriteBehind({ persistence, logger });
  const tracker = new TrackerCore({
    journal,
    isOpen: config.open,
    intervalSeconds: config.interval,
    isFullScrapeAllowed: config.fullScrape,
    limits: { maxPeers: config.maxPeers },
    publicAddresses: config.publicAddress.flatMap((text) => parseAddress(text) ?? []),
  });
  journal.start();
  const expiry = setInterval(() => tracker.expire(), EXPIRY_INTERVAL_MS);
  const cleanup = setInterval(() => {
    persistence
      .expirePeers(nowSeconds())
      .catch((error: unknown) => logger.warn({ err: error }, 'expired peers could not be deleted'));
  }, CLEANUP_INTERVAL_MS);
  started.onStop(async () => {
    clearInterval(expiry);
    clearInterval(cleanup);
    await journal.stop(JOURNAL_DEADLINE_MS);
  });
  return tracker;
}

/** The seed node; the tracker learns of what it has. */
async function startSeedNode(
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

/** What answers on the public port. */
interface HttpParts {
  readonly tracker: TrackerCore;
  readonly seedNode: SeedNode;
  readonly catalogue: Catalogue;
  readonly urls: AnnounceUrls;
  readonly udpCounters: () => unknown;
  readonly logger: Logger;
}

/** The public port: announces on the fast path, everything else by Express. Resolves with the port. */
async function startHttp(config: Config, parts: HttpParts, started: StartedParts): Promise<number> {
  const { tracker, seedNode, catalogue, urls, udpCounters, logger } = parts;
  const { host, httpPort, trustedProxies } = config;
  const origin = (): string => urls.origin;
  const statistics = (): Record<string, unknown> => ({
    tracker: tracker.stats(),
    http: front.counters(),
    udp: udpCounters(),
    seedNode: seedNode.counters,
  });
  const fallback = createServer(
    expressApp({
      tracker: trackerRouter(tracker, { trustedProxies }),
      api: apiRouter({
        catalogue,
        token: await ensureToken(config.dataDir),
        origin,
        version: packageVersion(),
        statistics,
        logger,
      }),
      web: webRouter({ listing: publicListing(catalogue), fallbackOrigin: origin }),
      trustedProxies,
      logger,
    }),
  );
  const front = new TrackerHttpServer({
    core: tracker,
    fallback,
    host,
    port: httpPort,
    trustedProxies,
    logger,
  });
  const { port } = await front.start().catch((error: unknown) => {
    throw portError(error, { host, port: httpPort, purpose: 'for HTTP', flag: '--http-port' });
  });
  // Together, not one after the other: each may take its full three seconds, and all has to end within five.
  started.onStop(() => Promise.all([front.stop(), seedNode.stop()]));
  return port;
}

/**
 * What a data folder has published, oldest first, while no server runs on it.
 * @throws {PersistenceError} when the folder or its database cannot be used.
 */
export async function storedTorrents(config: Config, logger: Logger): Promise<TorrentRow[]> {
  if (!existsSync(config.dataDir)) return [];
  const lock = lockDataFolder(config.dataDir);
  try {
    const persistence = await openPersistence({ database: databaseOf(config), logger });
    return await persistence.loadTorrents().finally(() => persistence.close());
  } finally {
    lock.release();
  }
}
