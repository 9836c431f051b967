import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import type { ShutdownView } from '../../api/routes/server.ts';
import { readServerPid } from '../../api/server-file.ts';
import { isDataFolderInUse } from '../../persistence/data-folder-lock.ts';
import { CliError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

/** A server gives up a database that takes nothing after one and a half minutes. */
const TIMEOUT_MS = 3 * 60_000;
const RETRY_MS = 100;

const HELP = `
As Ctrl-C or SIGTERM does: trackers are told, and all that was acknowledged is kept. It returns when the data folder is free again.
A service manager may start the server anew: tell it to stop the service instead.

Examples:
  seedbed shutdown
  seedbed shutdown --data-dir /srv/seedbed`;

/** `seedbed shutdown`. */
export function shutdownCommand(): Command {
  const command = new Command('shutdown')
    .description('end the running server of the data folder in order, and wait until it is gone')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(shutdown);
}

async function shutdown(flags: ParsedFlags): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  const { pid } = (await client.call('POST', '/shutdown')) as ShutdownView;
  await untilGone(config.dataDir, pid);
  process.stdout.write('The server has ended\n');
}

/** Resolves when the server of this process has the folder no more: it is free, or another has it already. */
async function untilGone(dataDir: string, pid: number): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (isDataFolderInUse(dataDir)) {
    const other = await readServerPid(dataDir);
    if (other !== undefined && other !== pid) return;
    if (performance.now() > end)
      throw new CliError(`the server (process ${pid}) is still ending after ${TIMEOUT_MS / 60_000} minutes`);
    await setTimeout(RETRY_MS);
  }
}
