import { Command } from 'commander';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { usageError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { addPreferenceOptions, type PreferenceFlags, preferencesOf } from '../preference-options.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';
import { addStepBackOption, type StepBackFlag, stepBackOf } from '../step-back-option.ts';

const EXAMPLES = `
Examples:
  seedbed set 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --sequential
  seedbed set 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --step-back 5 --data-dir /srv/seedbed

What is left out stays as it is; what is chosen holds over restarts.`;

/** `seedbed set INFO-HASH...`. */
export function setCommand(): Command {
  const command = new Command('set')
    .description('choose how a torrent of the running server is fetched and served')
    .argument('<INFO-HASH...>', '40 hexadecimal digits each, as seedbed list shows them')
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(addStepBackOption(addPreferenceOptions(command)), ['dataDir']).action(set);
}

async function set(
  texts: readonly string[],
  flags: ParsedFlags & PreferenceFlags & StepBackFlag,
): Promise<void> {
  const infoHashes = texts.map(infoHashFromHex); // a bad one is told before any is changed
  const preferences = { ...preferencesOf(flags), ...stepBackOf(flags) };
  if (Object.keys(preferences).length === 0)
    throw usageError('say what is to change, such as --sequential: see seedbed set --help');
  const { stepBack: _ofTheTorrent, ...others } = flags; // the setting of the same name is not meant
  const config = loadSettings(others);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  for (const infoHash of infoHashes) {
    await client.call('PATCH', `/torrents/${infoHashToHex(infoHash)}`, { preferences });
    process.stdout.write(`Set ${infoHashToHex(infoHash)}\n`);
  }
}
