import { Command } from 'commander';
import type { NodesView } from '../../api/routes/nodes.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { formatTable } from '../table.ts';

/** `seedbed nodes`. */
export function nodesCommand(): Command {
  const command = new Command('nodes')
    .description('list the nodes that share a database, as the running server of the data folder sees them')
    .option('--forget <NAME>', 'forget a node that was stopped or died and will not come back')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  seedbed nodes\n  seedbed nodes --forget old-machine-abcd');
  return addSettingOptions(command, ['dataDir']).action(nodes);
}

async function nodes(flags: ParsedFlags): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  const name = flags['forget'];
  if (typeof name === 'string') {
    await client.call('DELETE', `/nodes/${encodeURIComponent(name)}`);
    process.stderr.write(`forgot the node ${printableLine(name)}\n`);
    return;
  }
  const view = (await client.call('GET', '/nodes')) as NodesView;
  process.stdout.write(flags['json'] === true ? `${JSON.stringify(view)}\n` : text(view));
}

function text({ nodes: rows, database }: NodesView): string {
  const cells = rows.map(({ id, name, state, isThis, heartbeatAt }) => [
    String(id),
    isThis ? `${state} (this one)` : state,
    heartbeatAt === null ? '-' : new Date(heartbeatAt * 1_000).toISOString(),
    printableLine(name),
  ]);
  const table = formatTable(['ID', 'STATE', 'LAST SIGN OF LIFE', 'NAME'], cells);
  if (database.isReachable) return table;
  const since = new Date((database.unreachableSince ?? 0) * 1_000).toISOString();
  return `${table}The database has not answered since ${since}; ${database.backlog} records wait for it.\n`;
}
