import { Command } from 'commander';
import { addContentOptions, type ContentFlags } from '../content-options.ts';
import { bytesValue, wholeNumberValue } from '../content-values.ts';

/** What the command line of `make-torrent` says. */
export interface MakeTorrentOptions extends ContentFlags {
  readonly output?: string;
  readonly stdout?: true;
  readonly dryRun?: true;
  readonly expectInfohash?: string;
  readonly reuse?: string;
  readonly length?: number;
  readonly threads?: number;
  readonly force?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const EXAMPLES = `
Examples:
  make-torrent video.mkv -a https://tracker.example/announce
  make-torrent photos/ --hybrid -a udp://one.example:6969,udp://two.example:6969 -a https://backup.example/announce -o photos.torrent
  tar c photos | tee photos.tar | make-torrent - --name photos.tar
  make-torrent photos/ --dry-run

Several URLs in one -a, with commas, are one tier; each further -a is the next tier (BEP 12).
The automatic piece length is libtorrent's: 16K up to 2.5 MiB of data, 512K at 1 GiB, 16M from 656 GiB on; 1M for standard input.
Exit codes: 0 done, 1 failed, 2 wrong flags, 130 interrupted.`;

/** The command; `act` is called with what was parsed. Throws commander's errors instead of ending the process. */
export function makeCommand(
  version: string,
  act: (paths: readonly string[], options: MakeTorrentOptions) => Promise<void>,
): Command {
  const command = new Command('make-torrent')
    .description(
      'Makes a .torrent file of a file, a folder, or several paths, and prints its info-hash and magnet link.',
    )
    .argument('<path...>', 'file or folder; several become one folder (with --name); - is standard input')
    .option('-o, --output <file>', 'where to write (default: <name>.torrent in this folder)')
    .option('--stdout', 'write the .torrent file to standard output instead, and print no more')
    .option('-f, --force', 'overwrite the output file')
    .option('--dry-run', 'only say what the torrent would hold: nothing is read or written')
    .option('--expect-infohash <hash>', 'fail, and write nothing, when another info-hash comes out')
    .option(
      '--reuse <torrent>',
      'take the hashes of an older .torrent of the same files; samples are checked',
    )
    .option(
      '--length <bytes>',
      'bytes that standard input will give: their piece length is chosen then',
      bytesValue,
    )
    .option('-t, --threads <n>', 'hashing threads (default: one a core)', wholeNumberValue)
    .option('--json', 'print the result as JSON, and progress as lines of JSON on standard error')
    .option('-q, --quiet', 'no progress, and no result but with --json');
  return addContentOptions(command, 'v1')
    .version(version, '-V, --version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', EXAMPLES)
    .action(act);
}
