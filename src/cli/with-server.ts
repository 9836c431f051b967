import type { Config } from '../config/settings.ts';
import { CliError } from './exit.ts';
import { warnOfIgnoredFlags } from './ignored-flags.ts';
import type { ParsedFlags } from './load-settings.ts';
import { ServerClient } from './server-client.ts';
import { startServer } from './start-server.ts';

/**
 * Runs `work` with the server of the data folder: the one that runs, or one that is started for as long as it takes, on ports of loopback
 * that nobody knows.
 */
export async function withServer<Result>(
  { config, flags }: { readonly config: Config; readonly flags: ParsedFlags },
  work: (client: ServerClient) => Promise<Result>,
): Promise<Result> {
  const running = await ServerClient.find(config.dataDir);
  if (running !== undefined) {
    warnOfIgnoredFlags(flags);
    return work(running);
  }
  const quiet = {
    host: '127.0.0.1',
    httpPort: 0,
    peerPort: 0,
    udp: false,
    ws: false,
    tlsCert: undefined,
    tlsKey: undefined,
  };
  const app = await startServer({ ...config, ...quiet }, 'warn');
  try {
    const client = await ServerClient.find(config.dataDir);
    if (client === undefined)
      throw new CliError(`no server could be started on the data folder ${config.dataDir}`);
    return await work(client);
  } finally {
    await app.stop();
  }
}
