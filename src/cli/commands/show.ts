import { Command, InvalidArgumentError } from 'commander';
import { magnetFacts, torrentFacts, torrentFactsWithFiles } from '../torrent-file/facts.ts';
import { factsText, filesText } from '../torrent-file/facts-text.ts';
import { wholeNumber } from '../torrent-file/numbers.ts';
import { readSource, type TorrentSource } from '../torrent-file/source.ts';

/** The flags of `seedbed show`. */
interface ShowFlags {
  readonly files: number;
  readonly json?: true;
}

const HELP = `
Files are shown as a tree, in the torrent's order: "*" marks what is executable, "->" where a link points. A tracker tier is a line.
With --json the keys are those of docs/torrent-files.md.

Examples:
  seedbed show film.torrent
  seedbed show --json "magnet:?xt=urn:btih:..."`;

/** `seedbed show FILE|MAGNET`. */
export function showCommand(): Command {
  return new Command('show')
    .description('show what a .torrent file (v1, v2 or hybrid) or a magnet link says')
    .argument('<FILE|MAGNET>', 'a .torrent file, or a magnet link in quotes')
    .option('--files <N|all>', 'lines of the tree of files', filesShown, 1000)
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .action(async (text: string, flags: ShowFlags) => {
      const source = await readSource(text);
      process.stdout.write(flags.json === true ? asJson(source) : asText(source, flags.files));
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
