import { Command } from 'commander';
import type { WantedState } from '../../api/torrent-intent.ts';
import type { ParsedFlags } from '../load-settings.ts';
import { addSettingOptions } from '../setting-options.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

/** `seedbed start INFO-HASH...`. */
export function startCommand(): Command {
  return change('start', 'started', 'go on with a torrent that was paused or stopped, or has failed');
}

/** `seedbed pause INFO-HASH...`. */
export function pauseCommand(): Command {
  return change(
    'pause',
    'paused',
    'neither fetch nor serve a torrent until it is started; its connections stay',
  );
}

/** `seedbed resume INFO-HASH...`: what `start` does, by the name that goes with `pause`. */
export function resumeCommand(): Command {
  return change('resume', 'started', 'the same as start');
}

/** `seedbed stop INFO-HASH...`. */
export function stopCommand(): Command {
  return change(
    'stop',
    'stopped',
    'end all connections and announces of a torrent until it is started; it stays published, and tracked',
  );
}

const DONE: Readonly<Record<WantedState, string>> = {
  started: 'Started',
  paused: 'Paused',
  stopped: 'Stopped',
};

function change(name: string, state: WantedState, description: string): Command {
  const command = new Command(name)
    .description(`${description}; it holds over restarts`)
    .argument('<INFO-HASH...>', TORRENT_HELP)
    .addHelpText(
      'after',
      `\nExamples:\n  seedbed ${name} 7c5cb6fb\n  seedbed ${name} 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --data-dir /srv/seedbed`,
    );
  return addSettingOptions(command, ['dataDir']).action((texts: readonly string[], flags: ParsedFlags) =>
    withTorrents(texts, flags, async ({ client, infoHashes }) => {
      for (const infoHash of infoHashes) {
        await client.call('PATCH', `/torrents/${infoHash}`, { state });
        process.stdout.write(`${name === 'resume' ? 'Resumed' : DONE[state]} ${infoHash}\n`);
      }
    }),
  );
}
