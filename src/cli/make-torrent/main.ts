import { stat } from 'node:fs/promises';
import { HashPool } from '../../builder/hashing/pool.ts';
import { packageVersion } from '../../builder/version.ts';
import { runCommand } from '../exit.ts';
import { asCliError } from './errors.ts';
import { type MakeTorrentOptions, makeCommand } from './options.ts';

/** Runs `make-torrent` with these arguments and returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  const command = makeCommand(packageVersion(), act);
  command.exitOverride().showSuggestionAfterError();
  return runCommand('make-torrent', async () => {
    await command.parseAsync(args, { from: 'user' });
  });
}

async function act(paths: readonly string[], options: MakeTorrentOptions): Promise<void> {
  try {
    await using pool = new HashPool({ threads: options.threads, callerHelps: true });
    if (options.dryRun !== true && options.reuse === undefined && (await isLarge(paths))) pool.start();
    const { makeTorrent } = await import('./make.ts'); // --help need not load the builder
    await makeTorrent(paths, options, pool);
  } catch (error) {
    throw asCliError(error);
  }
}

/** Input from which threads are sure to be needed. */
const LARGE_BYTES = 64 << 20;

/** Threads take as long to start as the rest of the program to load: for a large file they start meanwhile. */
async function isLarge([path = '']: readonly string[]): Promise<boolean> {
  return stat(path).then(
    (found) => found.size >= LARGE_BYTES,
    () => false, // the builder says what is wrong
  );
}
