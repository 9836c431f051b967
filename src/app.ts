import { join } from 'node:path';
import type { Logger } from 'pino';
import { AnnounceUrls, type HttpsPlace } from './api/announce-urls.ts';
import { Catalogue } from './api/catalogue.ts';
import { Health } from './api/health/health.ts';
import type { UrlBounds } from './api/mirror-source.ts';
import type { Mirrors } from './api/mirrors.ts';
import { removeServerFile, writeServerFile } from './api/server-file.ts';
import { TorrentFolder } from './api/torrent-folder.ts';
import { warmRestart } from './api/warm-restart.ts';
import { WebSeedUrls } from './api/web-seed/web-seed-urls.ts';
import { adviseOn, adviseOnPrivacy } from './app/advice.ts';
import { checkTogether } from './app/check-together.ts';
import { checkJournal, checkNodes, checkTraffic } from './app/database-check.ts';
import { makeFloodGate } from './app/flood-gate.ts';
import { followNodes } from './app/follow-nodes.ts';
import { httpsPlace } from './app/https-place.ts';
import { peerImporter } from './app/import-peers.ts';
import { joinNodes } from './app/join-nodes.ts';
import { openDatabase } from './app/open-database.ts';
import { listOwnSeeds, seedPeerId } from './app/own-seeds.ts';
import { isEveryAddress, reachableAddress } from './app/reachable-address.ts';
import { TransferSaving } from './app/save-transfers.ts';
import { startAccess } from './app/start-access.ts';
import { startHttp } from './app/start-http.ts';
import { startLimits, startQueue } from './app/start-limits.ts';
import { startMirrors } from './app/start-mirrors.ts';
import { startPolicy } from './app/start-policy.ts';
import { startSeedNode } from './app/start-seed-node.ts';
import { startTracker } from './app/start-tracker.ts';
import { type StartedUdp, startUdp } from './app/start-udp.ts';
import { startUsers } from './app/start-users.ts';
import { startWatch } from './app/start-watch.ts';
import { StartedParts } from './app/started-parts.ts';
import { makeWebSeed, webSeedMode } from './app/web-seed.ts';
import { parseAddress } from './bittorrent/endpoint.ts';
import type { InfoHash } from './bittorrent/info-hash.ts';
import type { Config } from './config/settings.ts';
import { lockDataFolder } from './persistence/data-folder-lock.ts';
import type { DatabaseHealth } from './persistence/nodes/database-health.ts';
import type { NodeStatus } from './persistence/nodes/node-membership.ts';
import type { Persistence } from './persistence/persistence.ts';
import { systemClock } from './seeder/clock.ts';
import type { AccessControl } from './tracker/access/access-control.ts';
import { FollowedSwarms } from './tracker/followed/followed-swarms.ts';

export { type StoredTorrents, storedTorrents } from './app/stored-torrents.ts';

/** A running Seedbed. */
export interface App {
  readonly catalogue: Catalogue;
  /** Fetches torrents from peers. */
  readonly mirrors: Mirrors;
  /** What may be tracked. */
  readonly access: AccessControl;
  /** Scheme, host and port that are printed and written into torrents. */
  readonly origin: string;
  /** The ports that were taken. */
  readonly httpPort: number;
  /** Undefined without a certificate. */
  readonly httpsPort: number | undefined;
  readonly peerPort: number;
  /** Undefined when there is no tracker over UDP. */
  readonly udpPort: number | undefined;
  /** Our announce URLs as they are printed and written into torrents. */
  readonly announceUrls: readonly string[];
  /** The nodes of its database; only itself where the database is not shared. */
  nodes(): readonly NodeStatus[];
  /** How it stands with its database. */
  health(): DatabaseHealth;
  /** Ends everything in order and loses nothing. Idempotent. */
  stop(): Promise<void>;
}

/** What an app may be given. */
export interface AppParts {
  readonly logger: Logger;
  /** An open database, which is closed with the app; without it, the one that the settings name. */
  readonly persistence?: Persistence | undefined;
  /** What the server of a `.torrent` file may send, and how long it may take; 64 MiB within a minute. */
  readonly urlBounds?: UrlBounds | undefined;
  /** Has whoever runs the app stop it: the control API was told to. Left out, it cannot be told. */
  readonly onShutdown?: (() => void) | undefined;
}

/**
 * Starts Seedbed with the given settings. When something cannot be started, what was is stopped again.
 * @throws {ConfigError} for settings that cannot hold together.
 * @throws {CertificateError} for a certificate or key that cannot be used.
 * @throws {PersistenceError} for a data folder or database that cannot be used.
 * @throws {PortError} when a port is taken or not ours to take.
 */
export async function startApp(config: Config, parts: AppParts): Promise<App> {
  const started = new StartedParts();
  try {
    return await startParts(config, parts, started);
  } catch (error) {
    await started
      .stop()
      .catch((failure: unknown) =>
        parts.logger.error({ err: failure }, 'stopping after a failed start failed too'),
      );
    throw error;
  }
}

async function startParts(config: Config, parts: AppParts, started: StartedParts): Promise<App> {
  const { logger } = parts;
  checkTogether(config);
  const lock = lockDataFolder(config.dataDir);
  started.onStop(() => lock.release());
  const persistence = parts.persistence ?? (await openDatabase(config, logger));
  started.onStop(() => persistence.close());
  const nodes = await joinNodes(persistence, logger, started);
  const databaseSeconds = (): number => Math.floor(nodes.clock.now() / 1_000);
  const access = await startAccess(config, persistence, logger, started);
  const people = startUsers(config, { persistence, clock: databaseSeconds, logger }, started);
  const rules = people.rule === undefined ? [] : [people.rule];
  const { tracker, journal, commits } = startTracker(
    config,
    { persistence, nodes, access, rules, userJournal: people.journal, logger },
    started,
  );
  const front: { port: number; https: HttpsPlace | undefined; udp: StartedUdp | undefined } = {
    port: 0,
    https: undefined,
    udp: undefined,
  };
  const urls = new AnnounceUrls({
    publicUrl: config.publicUrl,
    defaultAddress: reachableAddress(config),
    port: () => front.port || config.httpPort, // before it is taken: the one that is wanted
    udpPort: () => front.udp?.port,
    isWsWritten: config.ws && config.wsInTorrents,
    https: () => front.https,
  });
  const peerId = await seedPeerId(persistence);
  const followed = new FollowedSwarms();
  const seedPort: () => number = () => seedNode.port;
  const ownSeeds = listOwnSeeds(config, { persistence, journal, nodes, peerId, port: seedPort }, started);
  const saving = new TransferSaving({
    seedNode: { takeTransfers: (limit) => seedNode.takeTransfers(limit) },
    states: { saveTransfers: (moved) => catalogue.states.saveTransfers(moved) },
    clock: systemClock,
    logger,
  });
  started.onStop(() => saving.stop()); // after the seed node has ended
  const seedNode = await startSeedNode(
    config,
    { tracker, followed, urls, peerId, persistence, store: persistence, ownSeeds: () => ownSeeds, logger },
    started,
  );
  const limits = await startLimits(config, persistence, seedNode);
  const queue = await startQueue(config, persistence, seedNode.queue);
  const health = new Health();
  health.addCheck('database', () => checkJournal(journal.counters));
  const { counters: trafficOfUsers } = people;
  if (trafficOfUsers !== undefined) health.addCheck('traffic', () => checkTraffic(trafficOfUsers()));
  const folder = new TorrentFolder(join(config.dataDir, 'torrents'));
  const catalogue = new Catalogue({
    store: persistence,
    tracker,
    seedNode,
    folder,
    urls,
    webSeedUrls: new WebSeedUrls(urls, webSeedMode(config)),
    limits,
    dataDir: config.dataDir,
    nowSeconds: databaseSeconds,
    followed,
    onEntered: (metainfo) => mirrors.pending.entered(metainfo),
  });
  const budget = await startPolicy(
    config,
    { seedNode, followed, catalogue, persistence, nodes, logger },
    started,
  );
  const { urlBounds } = parts;
  const made = { catalogue, seedNode, persistence, nowSeconds: databaseSeconds, urlBounds, logger };
  const mirrors = startMirrors(config, made, started);
  saving.start();
  seedNode.on('stopRuleReached', () => void saving.save());
  seedNode.on('resumeChanged', (infoHash, resume) => {
    catalogue.states.saveResume(infoHash, resume).catch((error: unknown) => {
      logger.warn({ err: error }, 'the record of a check could not be saved');
    });
  });
  seedNode.on('moved', ({ infoHash }) => {
    catalogue.states.moved(infoHash).catch((error: unknown) => {
      logger.warn({ err: error }, 'where the data of a torrent lies could not be saved');
    });
  });
  seedNode.on('finished', ({ infoHash }) => {
    catalogue.states.finished(infoHash).catch((error: unknown) => {
      logger.warn({ err: error }, 'that a torrent was fetched could not be saved');
    });
  });
  const follower = await followNodes(
    {
      persistence,
      nodes,
      tracker,
      journal,
      ownSeeds,
      catalogue,
      reload: { access: () => access.reload(), users: () => people.users.reload() },
      logger,
    },
    started,
  );
  if (persistence.isShared) await access.reload(); // what was changed since it was read
  await warmRestart(catalogue, tracker, persistence, { nowSeconds: databaseSeconds(), ownSeeds, logger });
  await people.load();
  await follower.start();
  await mirrors.pending.restore();
  if (persistence.isShared)
    health.addCheck('nodes', () => checkNodes(follower.health(), nodes.membership?.isNameTaken === true));
  const gate = makeFloodGate(config, logger);
  const http = await startHttp(
    config,
    {
      tracker,
      access,
      gate,
      commits,
      seedNode,
      limits,
      budget,
      followed,
      queue,
      webSeed: makeWebSeed(config, seedNode),
      catalogue,
      mirrors,
      urls,
      udp: () => front.udp?.server,
      journal: () => journal.counters,
      people,
      nodes: { nodes: nodes.list, forget: nodes.forget, health: follower.health },
      importPeers: peerImporter(tracker, journal, databaseSeconds),
      health,
      shutdown: parts.onShutdown,
      logger,
    },
    started,
  );
  front.port = http.port;
  front.https = httpsPlace(config, http.https);
  adviseOn(config, front.https, logger);
  adviseOnPrivacy(config, catalogue.overview.notPrivate(), logger);
  front.udp = await startUdp(config, {
    tracker,
    gate,
    commits,
    persistence,
    httpPort: http.port,
    clock: databaseSeconds,
    bound: isEveryAddress(config.host) ? undefined : parseAddress(config.host),
    defaultAddress: () => reachableAddress(config),
    logger,
  });
  started.onStop(() => front.udp?.server.stop());
  await catalogue.refreshFiles();
  started.onStop(() => removeServerFile(config.dataDir));
  await writeServerFile(config.dataDir, http.commandOrigin);
  const forgetSwitch = async (infoHash: InfoHash): Promise<void> => {
    await access.control.setTracked(infoHash, true);
  };
  startWatch(config, { catalogue, mirrors, seedNode, forgetSwitch, clock: systemClock, logger }, started);
  health.started();
  started.onStop(() => {
    health.stopping(); // the last part to start is the first to stop
    return mirrors.pending.stop(); // nothing becomes a torrent of a seed node that is ending
  });
  return {
    catalogue,
    mirrors,
    access: access.control,
    origin: urls.origin,
    httpPort: http.port,
    httpsPort: http.https?.port,
    peerPort: seedNode.port,
    udpPort: front.udp?.port,
    announceUrls: urls.tierFor(urls.origin),
    health: follower.health,
    nodes: nodes.list,
    stop: () => started.stop(),
  };
}
