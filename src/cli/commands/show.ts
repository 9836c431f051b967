import { Command, InvalidArgumentError } from 'commander';
import type { ParsedFlags } from '../load-settings.ts';
import { publishedText } from '../published-text.ts';
import { addSettingOptions } from '../setting-options.ts';
import { isInfoHashLike, withTorrents } from '../torrent-argument.ts';
import { magnetFacts, torrentFacts, torrentFactsWithFiles } from '../torrent-file/facts.ts';
import { factsText, filesText } from '../torrent-file/facts-text.ts';
import { wholeNumber } from '../torrent-file/numbers.ts';
import { readSource, type TorrentSource } from '../torrent-file/source.ts';

/** The flags of `seedbed show`. */
type ShowFlags = ParsedFlags & {
  readonly files: number;
  readonly json?: true;
};

const HELP = `
Files are shown as a tree, in the torrent's order: "*" marks what is executable, "->" where a link points. A tracker tier is a line.
With --json the keys are those of docs/torrent-files.md; of an info-hash, those of the control API. A file whose name looks like an info-hash is named with its folder: ./7c5cb6fb

Examples:
  seedbed show film.torrent
  seedbed show 7c5cb6fb
  seedbed show --json "magnet:?xt=urn:btih:..."`;

/** `seedbed show FILE|MAGNET|INFO-HASH`. */
export function showCommand(): Command {
  const command = new Command('show')
    .description(
      'show what a .torrent file (v1, v2 or hybrid) or a magnet link says, or a torrent of the running server',
    )
    .argument(
      '<FILE|MAGNET|INFO-HASH>',
      'a .torrent file, a magnet link in quotes, or an info-hash as seedbed list shows it, of which the first digits will do',
    )
    .option('--files <N|all>', 'lines of the tree of files', filesShown, 1000)
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(async (text: string, flags: ShowFlags) => {
    if (isInfoHashLike(text)) return showPublished(text, flags);
    const source = await readSource(text);
    process.stdout.write(flags.json === true ? asJson(source) : asText(source, flags.files));
  });
}

function showPublished(text: string, flags: ShowFlags): Promise<void> {
  return withTorrents([text], flags, async ({ client, infoHashes: [infoHash = ''] }) => {
    const view = await client.torrent(infoHash);
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(view, undefined, 2)}\n` : publishedText(view),
    );
  });
}

function asJson(source: TorrentSource): string {
  const facts =
    source.kind === 'magnet' ? magnetFacts(source.magnet) : torrentFactsWithFiles(source.metainfo);
  return `${JSON.stringify(facts, undefined, 2)}\n`;
}

function asText(source: TorrentSource, maxFiles: number): string {
  if (source.kind === 'magnet') return factsText(magnetFacts(source.magnet));
  const { metainfo } = source;
  return `${factsText(torrentFacts(metainfo))}${filesText(metainfo.info, maxFiles)}`;
}

function filesShown(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  try {
    return wholeNumber(0, Number.MAX_SAFE_INTEGER)(text);
  } catch {
    throw new InvalidArgumentError('It must be a whole number, or "all".');
  }
}
