import { Command, InvalidArgumentError, Option } from 'commander';
import { formatMagnet, type Magnet, magnetOf } from '../../bittorrent/magnet.ts';
import { isHost } from '../../bittorrent/url.ts';
import { usageError } from '../exit.ts';
import { MAGNET_VERSIONS, withVersion } from '../torrent-file/magnet-version.ts';
import { readSource, type TorrentSource } from '../torrent-file/source.ts';

/** The flags of `seedbed magnet`. */
interface MagnetFlags {
  readonly hash: (typeof MAGNET_VERSIONS)[number];
  readonly trackers: boolean;
  readonly webSeeds: boolean;
  readonly peer: readonly string[];
  readonly selectOnly?: string;
  readonly json?: true;
}

const HELP = `
A magnet link goes in as well, and comes out in the spelling that every client takes.

Examples:
  seedbed magnet film.torrent
  seedbed magnet --hash v1 --peer 203.0.113.9:6881 *.torrent`;

/** `seedbed magnet TORRENT...`. */
export function magnetCommand(): Command {
  return new Command('magnet')
    .description('print the magnet links of torrents, one a line')
    .argument('<TORRENT...>', '.torrent files, or magnet links in quotes')
    .addOption(
      new Option('--hash <WHICH>', 'the info-hashes to name: those of a hybrid are two')
        .choices(MAGNET_VERSIONS)
        .default('both'),
    )
    .option('--no-trackers', 'leave the trackers out')
    .option('--no-web-seeds', 'leave the web seeds out')
    .addOption(
      new Option('--peer <HOST:PORT>', 'a peer to try at once (x.pe); repeat for more')
        .argParser(peers)
        .default([], 'none'),
    )
    .option(
      '--select-only <FILES>',
      'only these files, by number from 0 on, such as 0,2,4-6 (BEP 53)',
      fileNumbers,
    )
    .option('--json', 'print one JSON array')
    .addHelpText('after', HELP)
    .action(act);
}

async function act(texts: readonly string[], flags: MagnetFlags): Promise<void> {
  const links: string[] = [];
  for (const text of texts) links.push(linkOf(text, await readSource(text), flags)); // all or none
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify(links, undefined, 2)}\n`
      : links.map((link) => `${link}\n`).join(''),
  );
}

function linkOf(text: string, source: TorrentSource, flags: MagnetFlags): string {
  const magnet = source.kind === 'magnet' ? source.magnet : magnetOf(source.metainfo);
  const chosen = withVersion(magnet, flags.hash);
  if (chosen === undefined)
    throw usageError(`${JSON.stringify(text)} has no ${flags.hash} info-hash: leave --hash out`);
  if (flags.selectOnly !== undefined && source.kind === 'file')
    checkFileNumbers(flags.selectOnly, source.metainfo.info.files.length);
  return `${formatMagnet(trimmed(chosen, flags))}${moreParameters(flags)}`;
}

function trimmed(magnet: Magnet, { trackers, webSeeds }: MagnetFlags): Magnet {
  return {
    ...magnet,
    ...(!trackers && { trackers: [] }),
    ...(!webSeeds && { webSeeds: [] }),
  };
}

function moreParameters({ peer, selectOnly }: MagnetFlags): string {
  const select = selectOnly === undefined ? '' : `&so=${selectOnly}`;
  return `${peer.map((endpoint) => `&x.pe=${endpoint}`).join('')}${select}`;
}

function peers(text: string, before: readonly string[]): readonly string[] {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const isGood = isHost(bracketed ?? plain ?? '') && Number(port) >= 1 && Number(port) <= 65_535;
  if (!isGood) throw new InvalidArgumentError('It must look like 203.0.113.9:6881 or [2001:db8::1]:6881.');
  return [...before, text];
}

function fileNumbers(text: string): string {
  const isList = /^\d{1,7}(-\d{1,7})?(,\d{1,7}(-\d{1,7})?)*$/.test(text);
  if (!isList) throw new InvalidArgumentError('It must look like 0,2,4-6.');
  return text;
}

function checkFileNumbers(list: string, count: number): void {
  const highest = Math.max(...list.split(/[,-]/).map(Number));
  if (highest >= count)
    throw usageError(
      `--select-only names file ${highest}, but the torrent has ${count === 1 ? 'only file 0' : `files 0 to ${count - 1}`}`,
    );
}
