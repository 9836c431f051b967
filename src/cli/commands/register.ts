import { Command } from 'commander';
import type { TorrentView } from '../../api/torrent-view.ts';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { usageError } from '../exit.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { warnIfUntracked } from '../published-output.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

/** `seedbed register INFO-HASH...`. */
export function registerCommand(): Command {
  const command = new Command('register')
    .description(
      'let torrents be tracked of which no more is known than the info-hash; seedbed remove ends it',
    )
    .argument('<INFO-HASH...>', '40 hexadecimal digits each')
    .option('--name <NAME>', 'what a single one is called in lists')
    .addHelpText(
      'after',
      '\nExamples:\n  seedbed register 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --name film.mkv',
    );
  return addSettingOptions(command, ['dataDir']).action(register);
}

async function register(texts: readonly string[], flags: ParsedFlags): Promise<void> {
  const infoHashes = texts.map(infoHashFromHex); // a bad one is told before any is registered
  const name = flags['name'];
  if (name !== undefined && infoHashes.length > 1) throw usageError('--name goes with one info-hash');
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  for (const infoHash of infoHashes.map(infoHashToHex)) {
    const view = await client.call('POST', '/torrents', { infoHash, ...(name !== undefined && { name }) });
    process.stdout.write(`Registered ${infoHash}\n`);
    warnIfUntracked(view as TorrentView);
  }
}
