import { Command } from 'commander';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { AccessClient } from '../access-client.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { warnIfUntracked } from '../published-output.ts';
import { addSettingOptions } from '../setting-options.ts';

/** `seedbed track INFO-HASH...`. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description('switch the tracking of published torrents off, or on again; they stay published')
    .argument('<INFO-HASH...>', '40 hexadecimal digits each, as seedbed list shows them')
    .option('--off', 'refuse announces until it is switched on again')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed track --off 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45\n  seedbed track 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45',
    );
  return addSettingOptions(command, ['dataDir']).action(track);
}

async function track(texts: readonly string[], flags: ParsedFlags): Promise<void> {
  const infoHashes = texts.map(infoHashFromHex); // a bad one is told before any is switched
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await AccessClient.find(config.dataDir);
  const isTracked = flags['off'] !== true;
  for (const infoHash of infoHashes) {
    const view = await client.setTracked(infoHashToHex(infoHash), isTracked);
    const done = view.isTracked ? 'Tracked' : isTracked ? 'Switched on' : 'Switched off';
    process.stdout.write(`${done} ${infoHashToHex(infoHash)}\n`);
    if (isTracked) warnIfUntracked(view);
  }
}
