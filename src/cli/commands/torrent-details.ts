import { Command } from 'commander';
import type { ConnectionsView, FilesView, TrackersView } from '../../api/routes/torrent-details.ts';
import type { ConnectionView, FileView, TrackerView } from '../../api/torrent-details.ts';
import { printableLine } from '../../bittorrent/text.ts';
import { formatBytes } from '../../web/format.ts';
import { formatDuration } from '../format.ts';
import type { ParsedFlags } from '../load-settings.ts';
import type { ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { formatTable } from '../table.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

/** Rows that are shown in turn, and how they look as a table. */
interface Details<Row> {
  readonly name: string;
  readonly description: string;
  readonly help?: string;
  readonly head: readonly string[];
  cells(row: Row): readonly string[];
  /** What is said when there are no rows. */
  readonly none: string;
  rows(client: ServerClient, infoHash: string): Promise<readonly Row[]>;
}

/** `seedbed peers INFO-HASH`. */
export function peersCommand(): Command {
  return detailsCommand<ConnectionView>({
    name: 'peers',
    description: 'the peers to which the running server is connected for a torrent',
    help: `
FLAGS: E encrypted, i it wants blocks of us, c but may not ask for them, I we want blocks of it, C but may not ask for them, s it owes us blocks and sends none.
These are connections of the seed node; how many peers the tracker knows is in seedbed list.
`,
    head: ['ADDRESS', 'PORT', 'CLIENT', 'DIRECTION', 'HAS', 'UP', 'DOWN', 'FLAGS'],
    cells: (peer) => [
      peer.address,
      String(peer.port),
      peer.client,
      peer.direction,
      percent(peer.progress),
      `${formatBytes(peer.uploadBytesPerSecond)}/s`,
      `${formatBytes(peer.downloadBytesPerSecond)}/s`,
      peerFlags(peer),
    ],
    none: 'No peer is connected',
    rows: async (client, infoHash) =>
      ((await client.call('GET', `/torrents/${infoHash}/connections`)) as ConnectionsView).connections,
  });
}

/** `seedbed files INFO-HASH`. */
export function filesCommand(): Command {
  return detailsCommand<FileView>({
    name: 'files',
    description: 'the files of a torrent, and how much of each is here',
    head: ['INDEX', 'SIZE', 'HERE', 'PRIORITY', 'PATH'],
    cells: ({ index, lengthBytes, completedBytes, priority, path }) => [
      String(index),
      formatBytes(lengthBytes),
      percent(lengthBytes === 0 ? 1 : completedBytes / lengthBytes),
      priority === 0 ? 'not wanted' : String(priority),
      printableLine(path, 1000),
    ],
    none: 'The torrent has no files',
    rows: allFiles,
  });
}

/** `seedbed trackers INFO-HASH`. */
export function trackersCommand(): Command {
  return detailsCommand<TrackerView>({
    name: 'trackers',
    description: 'the trackers to which a torrent is announced, without passkeys, and what they answered',
    help: `
PEERS is how many the tracker named last; none are asked for while nothing is missing. MESSAGE is what it says, what is wrong, or what was wrong last.
`,
    head: ['TIER', 'STATE', 'SEEDERS', 'LEECHERS', 'PEERS', 'LAST', 'NEXT', 'FAILED', 'URL', 'MESSAGE'],
    cells: (tracker) => [
      tracker.tier === null ? '-' : String(tracker.tier),
      tracker.state,
      String(tracker.seeders ?? '-'),
      String(tracker.leechers ?? '-'),
      String(tracker.peers.length),
      ago(tracker.secondsSinceAnnounce),
      ago(tracker.secondsUntilAnnounce),
      String(tracker.failures),
      tracker.url,
      tracker.message ?? lastErrorOf(tracker),
    ],
    none: 'The torrent is announced to no tracker',
    rows: async (client, infoHash) =>
      ((await client.call('GET', `/torrents/${infoHash}/trackers`)) as TrackersView).trackers,
  });
}

function detailsCommand<Row>(details: Details<Row>): Command {
  const { name, description, help = '' } = details;
  const command = new Command(name)
    .description(`list ${description}`)
    .argument('<INFO-HASH>', TORRENT_HELP)
    .option('--json', 'print one JSON object a line')
    .addHelpText(
      'after',
      `${help}\nExamples:\n  seedbed ${name} 7c5cb6fb\n  seedbed ${name} 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --json`,
    );
  return addSettingOptions(command, ['dataDir']).action((text: string, flags: ParsedFlags) =>
    withTorrents([text], flags, async ({ client, infoHashes: [infoHash = ''] }) => {
      const rows = await details.rows(client, infoHash);
      if (flags['json'] === true) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      else if (rows.length === 0) process.stderr.write(`${details.none}\n`);
      else process.stdout.write(formatTable(details.head, rows.map(details.cells)));
    }),
  );
}

/** Files that are asked for at a time. */
const PAGE = 10_000;

async function allFiles(client: ServerClient, infoHash: string): Promise<FileView[]> {
  const all: FileView[] = [];
  for (;;) {
    const path = `/torrents/${infoHash}/files?skip=${all.length}&limit=${PAGE}`;
    const { files, total } = (await client.call('GET', path)) as FilesView;
    for (const file of files) all.push(file);
    if (files.length === 0 || all.length >= total) return all;
  }
}

function peerFlags(peer: ConnectionView): string {
  const { isEncrypted, isInterested, isChoked, areWeInterested, areWeChoked, isSnubbed } = peer;
  const flags: readonly (readonly [flag: string, isSet: boolean])[] = [
    ['E', isEncrypted],
    ['i', isInterested],
    ['c', isInterested && isChoked],
    ['I', areWeInterested],
    ['C', areWeInterested && areWeChoked],
    ['s', isSnubbed],
  ];
  return flags.flatMap(([flag, isSet]) => (isSet ? [flag] : [])).join('') || '-';
}

function lastErrorOf({ lastError, secondsSinceError }: TrackerView): string {
  return lastError === null ? '' : `${ago(secondsSinceError)} ago: ${lastError}`;
}

function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}

function ago(seconds: number | null): string {
  return seconds === null ? '-' : formatDuration(seconds);
}
