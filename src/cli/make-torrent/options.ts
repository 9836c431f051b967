import { Command, InvalidArgumentError } from 'commander';
import { addContentOptions, type ContentFlags } from '../content-options.ts';

/** What the command line of `make-torrent` says. */
export interface MakeTorrentOptions extends ContentFlags {
  readonly output?: string;
  readonly threads?: number;
  readonly force?: true;
  readonly json?: true;
  readonly quiet?: true;
}

const EXAMPLES = `
Examples:
  make-torrent video.mkv -a https://tracker.example/announce
  make-torrent photos/ -a udp://one.example:6969,udp://two.example:6969 -a https://backup.example/announce --no-date -o photos.torrent

Several URLs in one -a, with commas, are one tier; each further -a is the next tier (BEP 12).
The automatic piece length is libtorrent's: 16K up to 2.5 MiB of data, 512K at 1 GiB, 16M from 656 GiB on.
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
    .argument('<path...>', 'file or folder; several paths become one folder (with --name)')
    .option('-o, --output <file>', 'where to write (default: <name>.torrent in this folder)');
  return addContentOptions(command)
    .option('-t, --threads <n>', 'hashing threads (default: one a core)', wholeNumber)
    .option('-f, --force', 'overwrite the output file')
    .option('--json', 'print the result as JSON')
    .option('-q, --quiet', 'no progress, and no result but with --json')
    .version(version, '-V, --version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', EXAMPLES)
    .action(act);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
