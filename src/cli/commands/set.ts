import { Command } from 'commander';
import { usageError } from '../exit.ts';
import type { ParsedFlags } from '../load-settings.ts';
import { addPreferenceOptions, type PreferenceFlags, preferencesOf } from '../preference-options.ts';
import { addSettingOptions } from '../setting-options.ts';
import { addStepBackOption, type StepBackFlag, stepBackOf } from '../step-back-option.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

const EXAMPLES = `
Examples:
  seedbed set 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --sequential
  seedbed set 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --priority high --stop-ratio 2.0 --stop-idle none
  seedbed set 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --files "0,2-5,*.srt" --file-priority "*.srt=7"
  seedbed set 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --files all --step-back 5 --data-dir /srv/seedbed

What is left out stays as it is; what is chosen holds over restarts. Files that are not wanted any more stay where they are.`;

/** `seedbed set INFO-HASH...`. */
export function setCommand(): Command {
  const command = new Command('set')
    .description('choose how a torrent of the running server is fetched and served')
    .argument('<INFO-HASH...>', TORRENT_HELP)
    .addHelpText('after', EXAMPLES);
  return addSettingOptions(addStepBackOption(addPreferenceOptions(command)), ['dataDir']).action(set);
}

async function set(
  texts: readonly string[],
  flags: ParsedFlags & PreferenceFlags & StepBackFlag,
): Promise<void> {
  const stepBack = stepBackOf(flags);
  if (Object.keys({ ...preferencesOf(flags), ...stepBack }).length === 0)
    throw usageError('say what is to change, such as --sequential: see seedbed set --help');
  const { stepBack: _own, ...others } = flags; // the setting of the same name is not meant
  await withTorrents(texts, others, async ({ client, infoHashes }) => {
    for (const infoHash of infoHashes) {
      const { preferences: chosen } = await client.torrent(infoHash);
      const preferences = { ...preferencesOf(flags, chosen?.filePriorities), ...stepBack };
      await client.call('PATCH', `/torrents/${infoHash}`, { preferences });
      process.stdout.write(`Set ${infoHash}\n`);
    }
  });
}
