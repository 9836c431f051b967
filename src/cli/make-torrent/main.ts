import { packageVersion } from '../../builder/version.ts';
import { runCommand } from '../exit.ts';
import { makeCommand } from './options.ts';

/** Runs `make-torrent` with these arguments and returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  const command = makeCommand(packageVersion(), async (paths, options) => {
    const { makeTorrent } = await import('./make.ts'); // --help need not load the builder
    await makeTorrent(paths, options);
  });
  command.exitOverride().showSuggestionAfterError();
  return runCommand('make-torrent', async () => {
    await command.parseAsync(args, { from: 'user' });
  });
}
