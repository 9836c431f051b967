import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { CommitGate } from '../tracker/front-end/commit-gate.ts';
import type { FloodGate } from '../tracker/front-end/flood-gate.ts';
import { TrackerWsServer } from '../tracker/ws/server.ts';

/** What the WebSocket front end is wired to. */
export interface WsParts {
  readonly tracker: TrackerCore;
  readonly gate: FloodGate | undefined;
  readonly commits: CommitGate | undefined;
  /** Its upgrades are taken: those of the HTTP port. */
  readonly http: Server;
  readonly logger: Logger;
}

/** Starts the tracker over WebSockets on the HTTP port; undefined when the settings want none. */
export function startWs(config: Config, { tracker, http, ...parts }: WsParts): TrackerWsServer | undefined {
  if (!config.ws) return undefined;
  const server = new TrackerWsServer({
    core: tracker,
    trustedProxies: config.trustedProxies,
    limits: { maxSockets: config.maxWebSockets },
    ...parts,
  });
  server.start(http);
  return server;
}
