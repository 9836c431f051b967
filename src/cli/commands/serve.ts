import { Command } from 'commander';
import { abortOnInterrupt } from '../interrupt.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { ALL_SETTINGS, addSettingOptions } from '../setting-options.ts';
import { startServer } from '../start-server.ts';
import { untilAborted } from '../stay.ts';

/** `seedbed serve`. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'run the tracker, the seed node and the web page until it is told to stop (Ctrl-C or SIGTERM)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed serve\n  seedbed serve --open --http-port 80 --public-url https://tracker.example.org',
    );
  return addSettingOptions(command, ALL_SETTINGS).action(serve);
}

async function serve(flags: ParsedFlags): Promise<void> {
  const config = loadSettings(flags);
  if (config === undefined) return;
  using interrupt = abortOnInterrupt();
  const app = await startServer(config, config.logLevel);
  process.stdout.write(
    `Seedbed is running.\n  Page:         ${app.origin}/\n  Announce URL: ${app.announceUrls.join('\n                ')}\n  Data folder:  ${config.dataDir}\n`,
  );
  await untilAborted(interrupt.signal);
  await app.stop();
}
