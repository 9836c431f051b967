import { Command } from 'commander';
import { printableLine } from '../../bittorrent/text.ts';
import type { Deletion } from '../../seeder/disk/delete-files.ts';
import { countOf, formatBytes } from '../../web/format.ts';
import { complain, saidNo } from '../exit.ts';
import type { ParsedFlags } from '../load-settings.ts';
import { addSettingOptions } from '../setting-options.ts';
import { TORRENT_HELP, withTorrents } from '../torrent-argument.ts';

const HELP = `
--with-data deletes the files that the torrent names, wherever they lie: a file that was published from a folder of yours is deleted too,
and nobody asks again. Files of other names, links and what lies behind them stay, and so do folders that are not empty then. It is refused while
another torrent is, contains or lies in the same place. What could not be deleted is told (exit code 1); the torrent is removed all the same.

Examples:
  seedbed remove 7c5cb6fb
  seedbed remove 7c5cb6fb0f7a8d9ae1ea1b3f9f4a3f6c1d0e2b45 --with-data`;

/** `seedbed remove INFO-HASH...`. */
export function removeCommand(): Command {
  const command = new Command('remove')
    .description('stop publishing: the torrent is no longer tracked nor seeded; its data stays where it is')
    .argument('<INFO-HASH...>', TORRENT_HELP)
    .option('--with-data', 'delete the files of the torrent as well')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(remove);
}

async function remove(texts: readonly string[], flags: ParsedFlags): Promise<void> {
  const isJson = flags['json'] === true;
  let isAllDeleted = true;
  await withTorrents(texts, flags, async ({ client, infoHashes }) => {
    for (const infoHash of infoHashes) {
      const deletion = flags['withData'] === true ? await client.removeWithData(infoHash) : undefined;
      if (deletion === undefined) await client.remove(infoHash);
      process.stdout.write(
        isJson ? `${JSON.stringify({ infoHash, ...deletion })}\n` : text(infoHash, deletion),
      );
      if (deletion !== undefined && !isJson) tellKept(deletion);
      isAllDeleted &&= deletion === undefined || deletion.kept.every(({ reason }) => reason === 'not-empty');
    }
  });
  if (!isAllDeleted) throw saidNo();
}

function text(infoHash: string, deletion: Deletion | undefined): string {
  if (deletion === undefined) return `Removed ${infoHash}\n`;
  const { deletedFiles, deletedBytes } = deletion;
  return `Removed ${infoHash} and ${countOf(deletedFiles, 'file')} of ${formatBytes(deletedBytes)}\n`;
}

function tellKept({ kept, keptCount }: Deletion): void {
  for (const { message } of kept) complain('seedbed', `not deleted: ${printableLine(message, 4096)}`);
  if (keptCount > kept.length) complain('seedbed', `not deleted: ${keptCount - kept.length} more`);
}
