import { Command } from 'commander';
import type { TorrentView } from '../../api/torrent-view.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { Config } from '../../config/settings.ts';
import { formatBytes } from '../../web/format.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { readStoredTorrents } from '../start-server.ts';
import { formatTable } from '../table.ts';

/** Characters of a reason that are shown: it names paths. */
const MAX_REASON = 1000;

/** What is listed of a torrent; without a running server there are no swarms. */
type Row = Pick<TorrentView, 'infoHash' | 'name' | 'lengthBytes' | 'state' | 'completed'> &
  Partial<TorrentView>;

/** `seedbed list`. */
export function listCommand(): Command {
  const command = new Command('list')
    .description('list what is published, from the running server or from the data folder')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', '\nExamples:\n  seedbed list\n  seedbed list --json --data-dir /srv/seedbed');
  return addSettingOptions(command, ['dataDir', 'database', 'nodeName']).action(list);
}

async function list(flags: ParsedFlags): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await ServerClient.find(config.dataDir);
  const rows: readonly Row[] = client === undefined ? await storedRows(config) : await client.list();
  if (flags['json'] === true) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    return;
  }
  if (rows.length === 0) process.stderr.write('Nothing is published yet: seedbed publish FILE\n');
  else process.stdout.write(table(rows));
}

async function storedRows(config: Config): Promise<Row[]> {
  const { torrents, magnets } = await readStoredTorrents(config);
  const pending = magnets.map(({ infoHash, name }) => ({
    infoHash: infoHashToHex(infoHash),
    name,
    lengthBytes: 0,
    state: 'not running, without metadata',
    completed: 0,
  }));
  const published = torrents.map(({ infoHash, name, lengthBytes, completed }) => ({
    infoHash: infoHashToHex(infoHash),
    name,
    lengthBytes,
    state: 'not running',
    completed,
  }));
  return [...published, ...pending].reverse();
}

function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.infoHash,
    formatBytes(row.lengthBytes),
    stateText(row),
    String(row.seeders ?? '-'),
    String(row.leechers ?? '-'),
    String(row.completed),
    printableLine(row.name),
  ]);
  const head = ['INFO-HASH', 'SIZE', 'STATE', 'SEEDERS', 'LEECHERS', 'COMPLETED', 'NAME'];
  const lines = formatTable(head, cells).split('\n');
  // A reason is a sentence: in a column it would make every row as wide.
  return [lines[0], ...rows.flatMap((row, at) => [lines[at + 1], ...reasonOf(row)]), ''].join('\n');
}

function reasonOf({ state, reason }: Row): string[] {
  return reason === undefined ? [] : [`  ${state}: ${printableLine(reason, MAX_REASON)}`];
}

function stateText(row: Row): string {
  if (row.isTracked === false && row.untrackedBy != null)
    return `${row.state}, ${row.untrackedBy === 'deny-list' ? 'denied' : 'not tracked'}`;
  if (row.role != null && row.role !== 'seeding') return row.role;
  if (row.state === 'tracked' && row.holders !== undefined && row.holders.length > 0)
    return `on node ${row.holders.join(', ')}`; // seedbed nodes names them
  if (row.state === 'checking') return `checking ${Math.floor((row.progress ?? 0) * 100)} %`;
  if (row.state === 'downloading') return `downloading ${Math.floor((row.progress ?? 0) * 100)} %`;
  return row.state;
}
