import { usageError } from '../exit.ts';
import type { MakeTorrentOptions } from './options.ts';

const STANDARD_INPUT = '-';

/** Whether the data comes from standard input. */
export function isStandardInput(paths: readonly string[]): boolean {
  return paths.length === 1 && paths[0] === STANDARD_INPUT;
}

/**
 * Refuses what cannot be together, before anything is read.
 * @throws {CliError} of usage, naming the flags.
 */
export function requireFlags(paths: readonly string[], options: MakeTorrentOptions): void {
  const isStream = isStandardInput(paths);
  if (!isStream && paths.includes(STANDARD_INPUT))
    throw usageError('standard input (-) is one file, and cannot be with others');
  if (isStream && options.name === undefined)
    throw usageError('standard input has no name: give one with --name');
  if (isStream && options.dryRun === true) throw usageError('--dry-run has nothing to say of standard input');
  if (isStream && options.reuse !== undefined) throw usageError('--reuse needs files, not standard input');
  if (isStream && process.stdin.isTTY)
    throw usageError('standard input is a terminal: pipe the data in, or name a file');
  if (!isStream && options.length !== undefined)
    throw usageError('--length goes with standard input (-) only');
  if (options.stdout === true && options.dryRun !== true && process.stdout.isTTY)
    throw usageError(
      '--stdout writes binary data, which no terminal can show: send it to a file or a program',
    );
  if (options.stdout === true && options.output !== undefined)
    throw usageError('--stdout and --output: the .torrent file goes to one place');
  if (options.stdout === true && options.json === true)
    throw usageError('--stdout and --json: both want standard output');
}
