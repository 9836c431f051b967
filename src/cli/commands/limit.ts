import { Command } from 'commander';
import type { PerDirection } from '../../api/per-direction.ts';
import type { LimitsView, TorrentLimitsView } from '../../api/routes/limits-view.ts';
import { usageError } from '../exit.ts';
import { nodeLimitsText, torrentLimitsText } from '../limits-text.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { type ScheduleFlag, scheduleValue, switchValue } from '../rate-rule-values.ts';
import { type RateFlag, rateValue, wantedLimit } from '../rate-value.ts';
import { requireServer, type ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

const HELP = `
A RATE is bytes a second (800K, 1.5M, 65536), or bits (10mbit); "none" lifts a limit, "default" goes back to what the settings say, or for
a torrent to the limit of each torrent. HOURS are those of the day and the rate in them: "08:00-18:00 2M; 22:00-06:00 none". What is changed
holds at once and for the next runs of this node.

Examples:
  seedbed limit --upload 5M --download 20M
  seedbed limit --download-schedule "08:00-18:00 2M" --limit-local on
  seedbed limit 7c5cb6fb --upload 800K`;

/** `seedbed limit [INFO-HASH]`. */
export function limitCommand(): Command {
  const command = new Command('limit')
    .description(
      'show or change how fast the running server may upload and download, in all or of one torrent',
    )
    .argument('[INFO-HASH]', `a torrent, ${TORRENT_HELP}; without it, the whole server`)
    .option('--upload <RATE>', 'of the server, or of the torrent', rateValue)
    .option('--per-torrent <RATE>', 'uploads of each torrent that has no limit of its own', rateValue)
    .option('--per-peer <RATE>', 'uploads to each peer', rateValue)
    .option('--download <RATE>', 'of the server, or of the torrent', rateValue)
    .option(
      '--download-per-torrent <RATE>',
      'downloads of each torrent that has no limit of its own',
      rateValue,
    )
    .option('--download-per-peer <RATE>', 'downloads from each peer', rateValue)
    .option(
      '--upload-schedule <HOURS>',
      'hours in which another limit takes the place of --upload',
      scheduleValue,
    )
    .option(
      '--download-schedule <HOURS>',
      'hours in which another limit takes the place of --download',
      scheduleValue,
    )
    .option(
      '--limit-local <on|off>',
      'whether limits, in both directions, bind peers at private addresses too; or default',
      switchValue,
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(limit);
}

async function limit(text: string | undefined, given: ParsedFlags): Promise<void> {
  const flags = given as LimitFlags; // as the options above make them
  const { uploadSchedule: _up, downloadSchedule: _down, limitLocal: _local, ...others } = given; // the settings of these names are not meant
  if (text !== undefined) return limitTorrent(text, flags, others);
  const config = loadSettings(others);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  const view = (await ask(client, '/limits', nodeChange(flags))) as LimitsView;
  print(flags, view, nodeLimitsText(view));
}

async function limitTorrent(text: string, flags: LimitFlags, given: ParsedFlags): Promise<void> {
  requireNoneOfServer(flags);
  await withTorrents([text], given, async ({ client, infoHashes: [infoHash] }) => {
    const change = {
      upload: { bytesPerSecond: wantedLimit(flags.upload) },
      download: { bytesPerSecond: wantedLimit(flags.download) },
    };
    const view = (await ask(client, `/torrents/${infoHash}/limits`, change)) as TorrentLimitsView;
    print(flags, view, torrentLimitsText(view));
  });
}

interface LimitFlags {
  readonly upload?: RateFlag;
  readonly perTorrent?: RateFlag;
  readonly perPeer?: RateFlag;
  readonly download?: RateFlag;
  readonly downloadPerTorrent?: RateFlag;
  readonly downloadPerPeer?: RateFlag;
  readonly uploadSchedule?: ScheduleFlag;
  readonly downloadSchedule?: ScheduleFlag;
  readonly limitLocal?: boolean | 'default';
  readonly json?: true;
}

function requireNoneOfServer(flags: LimitFlags): void {
  for (const [flag, name] of [
    [flags.perTorrent, '--per-torrent'],
    [flags.perPeer, '--per-peer'],
    [flags.downloadPerTorrent, '--download-per-torrent'],
    [flags.downloadPerPeer, '--download-per-peer'],
    [flags.uploadSchedule, '--upload-schedule'],
    [flags.downloadSchedule, '--download-schedule'],
    [flags.limitLocal, '--limit-local'],
  ])
    if (flag !== undefined) throw usageError(`${name} is for the whole server: leave the info-hash out`);
}

type Change = PerDirection<Readonly<Record<string, unknown>>>;

function nodeChange(flags: LimitFlags): Change {
  return {
    upload: {
      nodeBytesPerSecond: wantedLimit(flags.upload),
      eachTorrentBytesPerSecond: wantedLimit(flags.perTorrent),
      eachPeerBytesPerSecond: wantedLimit(flags.perPeer),
      schedule: flags.uploadSchedule,
      isLocalLimited: flags.limitLocal,
    },
    download: {
      nodeBytesPerSecond: wantedLimit(flags.download),
      eachTorrentBytesPerSecond: wantedLimit(flags.downloadPerTorrent),
      eachPeerBytesPerSecond: wantedLimit(flags.downloadPerPeer),
      schedule: flags.downloadSchedule,
      isLocalLimited: flags.limitLocal,
    },
  };
}

/** Changes what is given; asks only, when nothing is. */
function ask(client: ServerClient, path: string, change: Change): Promise<unknown> {
  const given = Object.entries(change).filter(([, limits]) =>
    Object.values(limits).some((value) => value !== undefined),
  );
  return given.length > 0 ? client.call('PATCH', path, Object.fromEntries(given)) : client.call('GET', path);
}

function print({ json }: LimitFlags, view: object, text: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(view)}\n` : text);
}
