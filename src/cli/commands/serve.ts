import { Command } from 'commander';
import { startApp } from '../../app.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { createLogger } from '../log-output.ts';
import { ALL_SETTINGS, addSettingOptions } from '../setting-options.ts';
import { stopSignal } from '../stop-signal.ts';

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
  const stop = stopSignal();
  const app = await startApp(config, { logger: createLogger(config.logLevel) });
  process.stdout.write(
    `Seedbed is running. Its page: ${app.origin}/\nAnnounce URL: ${app.catalogue.announceUrl}\nData folder: ${config.dataDir}\n`,
  );
  await stop.requested;
  await app.stop();
}
