import { createServer } from 'node:http';
import type { Logger } from 'pino';
import type { AnnounceUrls } from '../api/announce-urls.ts';
import { basePathOf, servedBelow, stripBasePath } from '../api/base-path.ts';
import type { Catalogue } from '../api/catalogue.ts';
import { expressApp } from '../api/express-app.ts';
import type { Health } from '../api/health/health.ts';
import { healthRouter } from '../api/health/router.ts';
import { publicListing } from '../api/listing.ts';
import { metricsRegistry } from '../api/metrics/registry.ts';
import { metricsRouter } from '../api/metrics/router.ts';
import type { Mirrors } from '../api/mirrors.ts';
import { portError } from '../api/port-error.ts';
import type { QueueLimits } from '../api/queue-limits.ts';
import type { RateLimits } from '../api/rate-limits.ts';
import { Rechecks } from '../api/rechecks.ts';
import { apiRouter } from '../api/router.ts';
import type { BudgetView } from '../api/routes/limits-view.ts';
import type { NodeRoutesOptions } from '../api/routes/nodes.ts';
import type { ImportPeers } from '../api/routes/peers.ts';
import { ensureToken } from '../api/token.ts';
import { webSeedRouter } from '../api/web-seed/router.ts';
import { packageVersion } from '../builder/version.ts';
import type { Config } from '../config/settings.ts';
import type { WriteBehindCounters } from '../persistence/flush-statistics.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { WebSeed } from '../seeder/web-seed/web-seed.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { FollowedSwarms } from '../tracker/followed/followed-swarms.ts';
import type { CommitGate } from '../tracker/front-end/commit-gate.ts';
import type { FloodGate } from '../tracker/front-end/flood-gate.ts';
import { DEFAULT_HTTP_LIMITS, makeHttpCounters } from '../tracker/http/limits.ts';
import { trackerRouter } from '../tracker/http/router.ts';
import { TrackerHttpServer } from '../tracker/http/server.ts';
import type { TrackerUdpServer } from '../tracker/udp/server.ts';
import { isWebSocketUpgrade } from '../tracker/ws/parse.ts';
import { webRouter } from '../web/router.ts';
import { nowSeconds } from './clock.ts';
import { startCommandPort } from './command-port.ts';
import { policySource } from './policy/policy-source.ts';
import { publicStats } from './public-stats.ts';
import { serverView } from './server-view.ts';
import type { StartedAccess } from './start-access.ts';
import { type StartedHttps, startHttps } from './start-https.ts';
import type { StartedUsers } from './start-users.ts';
import { startWs } from './start-ws.ts';
import type { StartedParts } from './started-parts.ts';
import { webSeedMode } from './web-seed.ts';

/** What answers on the public port. */
export interface HttpParts {
  readonly tracker: TrackerCore;
  readonly access: StartedAccess;
  readonly gate: FloodGate | undefined;
  readonly commits: CommitGate | undefined;
  readonly seedNode: SeedNode;
  readonly limits: RateLimits;
  /** Undefined: no budget a month. */
  readonly budget: { view(): BudgetView } | undefined;
  readonly followed: FollowedSwarms;
  readonly queue: QueueLimits;
  /** Undefined: no files over HTTP. */
  readonly webSeed: WebSeed | undefined;
  readonly catalogue: Catalogue;
  readonly mirrors: Mirrors;
  readonly urls: AnnounceUrls;
  readonly udp: () => TrackerUdpServer | undefined;
  readonly journal: () => WriteBehindCounters;
  readonly people: StartedUsers;
  readonly nodes: NodeRoutesOptions;
  readonly importPeers: ImportPeers;
  readonly health: Health;
  /** Has the process end in order; undefined: that is not for the control API. */
  readonly shutdown: (() => void) | undefined;
  readonly logger: Logger;
}

/** The public ports that were taken. */
export interface StartedHttp {
  readonly port: number;
  readonly https: StartedHttps | undefined;
  /** Where the commands of this machine reach it: `http://127.0.0.1:6969`. */
  readonly commandOrigin: string;
}

/** The public ports: announces on the fast path, everything else by Express. */
export async function startHttp(
  config: Config,
  parts: HttpParts,
  started: StartedParts,
): Promise<StartedHttp> {
  const { tracker, access, gate, commits, seedNode, webSeed, catalogue, urls } = parts;
  const { udp, journal, people, health, logger } = parts;
  const { host, httpPort, trustedProxies, proxyProtocol } = config;
  const origin = (): string => urls.origin;
  let https: StartedHttps | undefined;
  const statistics = (): Record<string, unknown> => ({
    tracker: tracker.stats(),
    http: front.counters(),
    ...(https !== undefined && { https: https.server.counters() }),
    udp: udp()?.counters(),
    ws: ws?.counters(),
    journal: journal(),
    users: people.counters?.(),
    seedNode: seedNode.counters,
    webSeed: webSeed?.counters,
    ...(commits !== undefined && { commits: commits.counters() }),
  });
  const counters = makeHttpCounters(); // of HTTP, and of what Express answers, whichever port it came by
  const token = await ensureToken(config.dataDir);
  const version = packageVersion();
  const registry = metricsRegistry({
    version,
    tracker,
    frontEnds: [
      { protocol: 'http', counters: () => front.counters(), connections: () => front.openConnections },
      {
        protocol: 'https',
        counters: () => https?.server.counters(),
        connections: () => https?.server.openConnections ?? 0,
      },
      { protocol: 'udp', counters: () => udp()?.counters() },
      { protocol: 'ws', counters: () => ws?.counters(), connections: () => ws?.openSockets ?? 0 },
    ],
    journal,
    users: people.counters,
    commits: commits && (() => commits.counters()),
    seedNode,
    policy: policySource(parts),
    webSeed,
    nodes: parts.nodes,
  });
  const isMember = people.rule && ((passkey: string) => people.rule?.isMember(passkey) === true);
  const pages = expressApp({
    tracker: trackerRouter(tracker, { trustedProxies, gate, commits, counters }),
    api: apiRouter({
      catalogue,
      mirrors: parts.mirrors,
      seedNode,
      rechecks: new Rechecks(seedNode),
      users: {
        users: people.users,
        announceUrls: (passkey) => urls.tierFor(urls.origin, passkey),
        nowSeconds,
      },
      access: {
        ...access,
        configuredMode: config.access,
        refusals: () => tracker.stats().counters,
      },
      nodes: parts.nodes,
      queue: parts.queue,
      limits: {
        limits: parts.limits,
        budget: () => parts.budget?.view(),
        catalogue,
        rates: {
          upload: () => seedNode.uploadRateBytesPerSecond,
          download: () => seedNode.downloadRateBytesPerSecond,
        },
      },
      token,
      origin,
      importPeers: parts.importPeers,
      server: () => serverView(config, { urls, seedNode }),
      statistics,
      shutdown: parts.shutdown,
      logger,
    }),
    health: healthRouter(health),
    metrics: metricsRouter({ registry, access: config.metrics, token }),
    files: webSeed && webSeedRouter({ webSeed, isMember }),
    web: webRouter({
      listing: publicListing(catalogue, {
        mode: webSeedMode(config),
        showsRates: config.stats,
        pending: () => parts.mirrors.pending.size,
      }),
      isMember,
      fallbackOrigin: origin,
      publicUrl: urls.publicUrl,
      stats: config.stats ? publicStats(tracker, version) : undefined,
    }),
    trustedProxies,
    logger,
  });
  const basePath = basePathOf(urls.publicUrl);
  const fallback = createServer(
    { shouldUpgradeCallback: (request) => config.ws && isWebSocketUpgrade(request) },
    servedBelow(basePath, pages),
  );
  fallback.on('upgrade', (request) => stripBasePath(basePath, request));
  const shared = {
    core: tracker,
    fallback,
    host,
    trustedProxies,
    proxyProtocol,
    gate,
    commits,
    logger,
    // Those that stay open for long take no room from those that come and go.
    limits: { maxConnections: DEFAULT_HTTP_LIMITS.maxConnections + (config.ws ? config.maxWebSockets : 0) },
  };
  const front = new TrackerHttpServer({ ...shared, port: httpPort, counters });
  const { port } = await front.start().catch((error: unknown) => {
    throw portError(error, { host, port: httpPort, purpose: 'for HTTP', flag: '--http-port' });
  });
  const ws = startWs(config, { tracker, gate, commits, http: fallback, logger });
  let commands: TrackerHttpServer | undefined;
  // Together, not one after the other: each may take its full three seconds, and all has to end within five.
  started.onStop(() => {
    webSeed?.stop();
    return Promise.all([ws?.stop(), front.stop(), https?.server.stop(), commands?.stop(), seedNode.stop()]);
  });
  https = await startHttps(config, shared, started);
  const commandPort = await startCommandPort(config, { ...shared, counters }, port);
  commands = commandPort.server;
  return { port, https, commandOrigin: commandPort.origin };
}
