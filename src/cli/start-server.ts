import type { App, StoredTorrents } from '../app.ts';
import type { Config } from '../config/settings.ts';
import { interruptThisProcess } from './interrupt.ts';
import { createLogger } from './log-output.ts';

// The server with all that belongs to it (Express, Knex, the drivers of the databases) is loaded by those commands only that run one, or
// open its database: the others would take three times as long to start.

/** Starts the server in this process, which ends as by SIGTERM when the control API is told to. @throws what `startApp` throws. */
export async function startServer(config: Config, logLevel: string): Promise<App> {
  const { startApp } = await import('../app.ts');
  return startApp(config, { logger: createLogger(logLevel), onShutdown: interruptThisProcess });
}

/** What the database of a server that does not run holds. @throws what `storedTorrents` throws. */
export async function readStoredTorrents(config: Config): Promise<StoredTorrents> {
  const { storedTorrents } = await import('../app.ts');
  return storedTorrents(config, createLogger('silent'));
}
