import { Command } from 'commander';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

/** `seedbed remove INFO-HASH...`. */
export function removeCommand(): Command {
  const command = new Command('remove')
    .description('stop publishing: the torrent is no longer tracked nor seeded; the data stays where it is')
    .argument('<INFO-HASH...>', '40 hexadecimal digits each, as seedbed list shows them')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed remove 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45\n  seedbed remove 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --data-dir /srv/seedbed',
    );
  return addSettingOptions(command, ['dataDir']).action(remove);
}

async function remove(texts: readonly string[], flags: ParsedFlags): Promise<void> {
  const infoHashes = texts.map(infoHashFromHex); // a bad one is told before any is removed
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  for (const infoHash of infoHashes) {
    await client.remove(infoHashToHex(infoHash));
    process.stdout.write(`Removed ${infoHashToHex(infoHash)}\n`);
  }
}
