import { createServer } from 'node:http';
import type { Logger } from 'pino';
import type { AnnounceUrls } from '../api/announce-urls.ts';
import type { Catalogue } from '../api/catalogue.ts';
import { expressApp } from '../api/express-app.ts';
import { publicListing } from '../api/listing.ts';
import { portError } from '../api/port-error.ts';
import { apiRouter } from '../api/router.ts';
import { ensureToken } from '../api/token.ts';
import { packageVersion } from '../builder/version.ts';
import type { Config } from '../config/settings.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { CommitGate } from '../tracker/commit-gate.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { FloodGate } from '../tracker/flood-gate.ts';
import { DEFAULT_HTTP_LIMITS } from '../tracker/http/limits.ts';
import { trackerRouter } from '../tracker/http/router.ts';
import { TrackerHttpServer } from '../tracker/http/server.ts';
import { isWebSocketUpgrade } from '../tracker/ws/parse.ts';
import { webRouter } from '../web/router.ts';
import { startWs } from './start-ws.ts';
import type { StartedParts } from './started-parts.ts';

/** What answers on the public port. */
export interface HttpParts {
  readonly tracker: TrackerCore;
  readonly gate: FloodGate | undefined;
  readonly commits: CommitGate | undefined;
  readonly seedNode: SeedNode;
  readonly catalogue: Catalogue;
  readonly urls: AnnounceUrls;
  readonly udpCounters: () => unknown;
  readonly logger: Logger;
}

/** The public port: announces on the fast path, everything else by Express. Resolves with the port. */
export async function startHttp(config: Config, parts: HttpParts, started: StartedParts): Promise<number> {
  const { tracker, gate, commits, seedNode, catalogue, urls, udpCounters, logger } = parts;
  const { host, httpPort, trustedProxies } = config;
  const origin = (): string => urls.origin;
  const statistics = (): Record<string, unknown> => ({
    tracker: tracker.stats(),
    http: front.counters(),
    udp: udpCounters(),
    ws: ws?.counters(),
    seedNode: seedNode.counters,
    ...(commits !== undefined && { commits: commits.counters() }),
  });
  const fallback = createServer(
    { shouldUpgradeCallback: (request) => config.ws && isWebSocketUpgrade(request) },
    expressApp({
      tracker: trackerRouter(tracker, { trustedProxies, gate, commits }),
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
    gate,
    commits,
    logger,
    // Those that stay open for long take no room from those that come and go.
    limits: { maxConnections: DEFAULT_HTTP_LIMITS.maxConnections + (config.ws ? config.maxWebSockets : 0) },
  });
  const { port } = await front.start().catch((error: unknown) => {
    throw portError(error, { host, port: httpPort, purpose: 'for HTTP', flag: '--http-port' });
  });
  const ws = startWs(config, { tracker, gate, commits, http: fallback, logger });
  // Together, not one after the other: each may take its full three seconds, and all has to end within five.
  started.onStop(() => Promise.all([ws?.stop(), front.stop(), seedNode.stop()]));
  return port;
}
