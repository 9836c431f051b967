import { Command, InvalidArgumentError } from 'commander';
import type { WantedLimit } from '../../api/rate-limits.ts';
import type { LimitsView, TorrentLimitsView } from '../../api/routes/limits.ts';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { formatRate, parseRate } from '../../config/rate.ts';
import { usageError } from '../exit.ts';
import { INFO_HASH_HELP, readInfoHash } from '../info-hash-argument.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer, type ServerClient } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

const HELP = `
A RATE is bytes a second (800K, 1.5M, 65536), or bits (10mbit); "none" lifts a limit, "default" goes back to what the settings say, or for
a torrent to the limit of each torrent. A limit holds at once and for the next runs of this node. Peers at private addresses are bound
only with --limit-local of the server.

Examples:
  seedbed limit --upload 5M
  seedbed limit 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --upload 800K`;

/** `seedbed limit [INFO-HASH]`. */
export function limitCommand(): Command {
  const command = new Command('limit')
    .description('show or change how fast the running server may upload, in all or of one torrent')
    .argument('[INFO-HASH]', `a torrent: ${INFO_HASH_HELP}; without it, the whole server`)
    .option('--upload <RATE>', 'of the server, or of the torrent', rateValue)
    .option('--per-torrent <RATE>', 'of each torrent that has no limit of its own', rateValue)
    .option('--per-peer <RATE>', 'to each peer', rateValue)
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(limit);
}

async function limit(text: string | undefined, flags: ParsedFlags): Promise<void> {
  const infoHash = text === undefined ? undefined : infoHashToHex(await readInfoHash(text));
  const { upload, perTorrent, perPeer, json } = flags as LimitFlags; // as the options above make them
  if (infoHash !== undefined && (perTorrent !== undefined || perPeer !== undefined))
    throw usageError('--per-torrent and --per-peer are for the whole server: leave the info-hash out');
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  if (infoHash === undefined) {
    const view = (await ask(client, '/limits', {
      nodeBytesPerSecond: wanted(upload),
      eachTorrentBytesPerSecond: wanted(perTorrent),
      eachPeerBytesPerSecond: wanted(perPeer),
    })) as LimitsView;
    process.stdout.write(json === true ? `${JSON.stringify(view)}\n` : nodeText(view));
  } else {
    const path = `/torrents/${infoHash}/limits`;
    const view = (await ask(client, path, { bytesPerSecond: wanted(upload) })) as TorrentLimitsView;
    process.stdout.write(json === true ? `${JSON.stringify(view)}\n` : torrentText(view));
  }
}

/** Commander takes a null for a flag without a value. */
type RateFlag = number | 'none' | 'default';

interface LimitFlags {
  readonly upload?: RateFlag;
  readonly perTorrent?: RateFlag;
  readonly perPeer?: RateFlag;
  readonly json?: true;
}

/** Changes what is given; asks only, when nothing is. */
function ask(
  client: ServerClient,
  path: string,
  upload: Readonly<Record<string, WantedLimit | undefined>>,
): Promise<unknown> {
  const isChange = Object.values(upload).some((value) => value !== undefined);
  return isChange ? client.call('PATCH', path, { upload }) : client.call('GET', path);
}

function nodeText({ upload }: LimitsView): string {
  const { nodeBytesPerSecond: node, nowBytesPerSecond: now } = upload;
  const held = upload.waitingPeers > 0 ? `, ${upload.waitingPeers} peers held back` : '';
  return lines([
    [
      'Upload limit',
      now === node ? formatRate(node) : `${formatRate(now)} at this hour, else ${formatRate(node)}`,
    ],
    ['Of each torrent', formatRate(upload.eachTorrentBytesPerSecond)],
    ['To each peer', formatRate(upload.eachPeerBytesPerSecond)],
    ...upload.schedule.map(
      ({ from, to, bytesPerSecond }) => [`${from}-${to}`, formatRate(bytesPerSecond)] as const,
    ),
    ['Local network', upload.isLocalLimited ? 'limited too' : 'not limited'],
    ['Uploading now', `${formatRate(upload.rateBytesPerSecond)}${held}`],
  ]);
}

function torrentText({ upload }: TorrentLimitsView): string {
  const origin = upload.isOwn ? '' : ' (that of each torrent)';
  return lines([
    ['Upload limit', `${formatRate(upload.bytesPerSecond)}${origin}`],
    ['Uploading now', formatRate(upload.rateBytesPerSecond)],
  ]);
}

function lines(rows: readonly (readonly [name: string, value: string])[]): string {
  return rows.map(([name, value]) => `${`${name}:`.padEnd(17)}${value}\n`).join('');
}

function wanted(flag: RateFlag | undefined): WantedLimit | undefined {
  return flag === 'none' ? null : flag;
}

function rateValue(text: string): RateFlag {
  if (text === 'default') return text;
  try {
    return parseRate(text) ?? 'none';
  } catch (cause) {
    const { message } = cause as Error; // parseRate throws plain Errors
    throw new InvalidArgumentError(`${message[0]?.toUpperCase()}${message.slice(1)}.`);
  }
}
