import { Command } from 'commander';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

const HASH = '7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45';

/** `seedbed pause INFO-HASH...`. */
export function pauseCommand(): Command {
  return change('pause', true, 'neither fetch nor serve a torrent until it is resumed; its connections stay');
}

/** `seedbed resume INFO-HASH...`. */
export function resumeCommand(): Command {
  return change(
    'resume',
    false,
    'go on with a torrent that was paused or stopped by its rules, or has failed',
  );
}

function change(name: 'pause' | 'resume', isPaused: boolean, description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument('<INFO-HASH...>', '40 hexadecimal digits each, as seedbed list shows them')
    .addHelpText(
      'after',
      `\nExamples:\n  seedbed ${name} ${HASH}\n  seedbed ${name} ${HASH} --data-dir /srv/seedbed`,
    );
  return addSettingOptions(command, ['dataDir']).action(
    async (texts: readonly string[], flags: ParsedFlags) => {
      const infoHashes = texts.map(infoHashFromHex); // a bad one is told before any is changed
      const config = loadSettings(flags);
      if (config === undefined) return;
      const client = await requireServer(config.dataDir);
      for (const infoHash of infoHashes) {
        await client.call('PATCH', `/torrents/${infoHashToHex(infoHash)}`, { isPaused });
        process.stdout.write(`${isPaused ? 'Paused' : 'Resumed'} ${infoHashToHex(infoHash)}\n`);
      }
    },
  );
}
