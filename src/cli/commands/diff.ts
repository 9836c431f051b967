import { Command } from 'commander';
import { diffTorrents } from '../../builder/diff/diff-torrents.ts';
import { type MetainfoFile, readMetainfo } from '../../builder/read-metainfo.ts';
import { CliError, exitCode, saidNo } from '../exit.ts';
import { diffFacts, diffText } from '../torrent-file/diff-output.ts';

/** The flags of `seedbed diff`. */
interface DiffFlags {
  readonly content?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const HELP = `
Files are "renamed" when the hashes say that the data is the same, and "unsure" when they do not tell. What is to fetch is told by the
pieces roots and piece hashes of v2, wherever they lie and whatever the piece lengths; of v1 torrents by pieces of one length.
Exit codes, as those of diff and cmp: 0 no difference, 1 a difference, 2 a file that cannot be read or wrong flags.

Examples:
  seedbed diff old.torrent new.torrent
  seedbed diff --content --quiet mine.torrent theirs.torrent && echo the same files`;

/** `seedbed diff A B`. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('compare two torrents: what they say, their files, and what a holder of A must fetch for B')
    .argument('<A>', 'a .torrent file')
    .argument('<B>', 'another one')
    .option('--content', 'let the exit code tell of the files only, not of trackers, comments and the like')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print nothing but errors; the exit code tells')
    .addHelpText('after', HELP)
    .action(act);
}

async function act(pathA: string, pathB: string, flags: DiffFlags): Promise<void> {
  const a = { path: pathA, ...(await read(pathA)) };
  const b = { path: pathB, ...(await read(pathB)) };
  const diff = diffTorrents(a.metainfo, b.metainfo);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(diffFacts(a, b, diff), undefined, 2)}\n`);
  else if (flags.quiet !== true) process.stdout.write(diffText(a, b, diff));
  const isSame = flags.content === true ? diff.content === 'same' : diff.isSame;
  if (!isSame) throw saidNo();
}

/** What cannot be read is another exit code than a difference, as scripts know it from `diff`. */
async function read(path: string): Promise<MetainfoFile> {
  return readMetainfo(path).catch((cause: Error) => {
    throw new CliError(cause.message, exitCode.usage, { cause });
  });
}
