import { Command } from 'commander';
import { packageVersion } from '../builder/version.ts';
import { accessCommand } from './commands/access.ts';
import { allowCommand, denyCommand } from './commands/access-list.ts';
import { announceCommand } from './commands/announce.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { editCommand } from './commands/edit.ts';
import { creditCommand, freeleechCommand } from './commands/freeleech.ts';
import { importCommand } from './commands/import.ts';
import { limitCommand } from './commands/limit.ts';
import { lintCommand } from './commands/lint.ts';
import { listCommand } from './commands/list.ts';
import { magnetCommand } from './commands/magnet.ts';
import { mirrorCommand } from './commands/mirror.ts';
import { moveCommand } from './commands/move.ts';
import { nodesCommand } from './commands/nodes.ts';
import { publishCommand } from './commands/publish.ts';
import { queueCommand } from './commands/queue.ts';
import { recheckCommand } from './commands/recheck.ts';
import { registerCommand } from './commands/register.ts';
import { removeCommand } from './commands/remove.ts';
import { scrapeCommand } from './commands/scrape.ts';
import { seedCommand } from './commands/seed.ts';
import { serveCommand } from './commands/serve.ts';
import { setCommand } from './commands/set.ts';
import { showCommand } from './commands/show.ts';
import { shutdownCommand } from './commands/shutdown.ts';
import { pauseCommand, resumeCommand, startCommand, stopCommand } from './commands/state.ts';
import { filesCommand, peersCommand, trackersCommand } from './commands/torrent-details.ts';
import { trackCommand } from './commands/track.ts';
import { userCommand } from './commands/user.ts';
import { verifyCommand } from './commands/verify.ts';
import { runCommand } from './exit.ts';

const EXAMPLES = `
Examples:
  seedbed publish film.mkv          publish a file: make the torrent, track it, seed it
  seedbed serve --open              run a tracker for everybody, and the seed node

Every setting can also come from the environment (SEEDBED_HTTP_PORT=80) or from a TOML file (--config).
Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 130 interrupted.`;

/** The command `seedbed` with all that stands below it. */
export function seedbedCommand(): Command {
  const program = new Command('seedbed')
    .description('Publish files by BitTorrent: a tracker, a torrent builder and a seed node in one process.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', EXAMPLES);
  for (const [heading, commands] of Object.entries(commandsByTask())) {
    program.commandsGroup(`${heading}:`);
    for (const command of commands) program.addCommand(command);
  }
  program.commandsGroup('Help:').helpCommand('help [command]');
  prepare(program);
  return program;
}

/** Runs `seedbed` with these arguments and returns its exit code. */
export function main(args: readonly string[]): Promise<number> {
  const program = seedbedCommand();
  return runCommand('seedbed', async () => {
    await program.parseAsync(args, { from: 'user' });
  });
}

/** The commands, in the order in which help shows them. */
function commandsByTask(): Readonly<Record<string, readonly Command[]>> {
  return {
    Publish: [
      publishCommand(),
      seedCommand(),
      mirrorCommand(),
      listCommand(),
      startCommand(),
      pauseCommand(),
      resumeCommand(),
      stopCommand(),
      setCommand(),
      recheckCommand(),
      moveCommand(),
      removeCommand(),
      filesCommand(),
      peersCommand(),
      trackersCommand(),
    ],
    'Run the server': [
      serveCommand(),
      shutdownCommand(),
      limitCommand(),
      queueCommand(),
      nodesCommand(),
      importCommand(),
    ],
    'Look at and change .torrent files': [
      showCommand(),
      verifyCommand(),
      editCommand(),
      diffCommand(),
      lintCommand(),
      magnetCommand(),
    ],
    'What the tracker tracks': [
      accessCommand(),
      allowCommand(),
      denyCommand(),
      trackCommand(),
      registerCommand(),
    ],
    'Users of a private tracker': [userCommand(), freeleechCommand(), creditCommand()],
    'Look at any tracker': [doctorCommand(), announceCommand(), scrapeCommand()],
  };
}

/** Errors of usage are thrown, by the commands of commands as well, rather than ending the process. */
function prepare(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  for (const below of command.commands) prepare(below);
}
