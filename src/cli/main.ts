import { Command } from 'commander';
import { VERSION } from '../config/version.ts';
import { listCommand } from './commands/list.ts';
import { publishCommand } from './commands/publish.ts';
import { seedCommand } from './commands/seed.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { runProgram } from './run-program.ts';

const EXAMPLES = `
Examples:
  seedbed publish film.mkv          publish a file: make the torrent, track it, seed it
  seedbed serve --open              run a tracker for everybody, and the seed node

Every setting can also come from the environment (SEEDBED_HTTP_PORT=80) or from a TOML file (--config).`;

/** The `seedbed` command. Sets the exit code of the process; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('seedbed')
    .description('Publish files by BitTorrent: a tracker, a torrent builder and a seed node in one process.')
    .version(VERSION, '-V, --version')
    .addHelpText('after', EXAMPLES);
  for (const command of [publishCommand(), serveCommand(), seedCommand(), listCommand(), showCommand()])
    program.addCommand(command);
  await runProgram(program, argv);
}
