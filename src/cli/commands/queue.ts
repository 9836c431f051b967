import { Command, InvalidArgumentError } from 'commander';
import { MAX_ACTIVE, type WantedMaximum } from '../../api/queue-limits.ts';
import type { PlacesView, QueueView } from '../../api/routes/queue.ts';
import { loadSettings, type ParsedFlags } from '../load-settings.ts';
import { requireServer } from '../server-client.ts';
import { addSettingOptions } from '../setting-options.ts';

const HELP = `
Torrents that may not run yet wait in the state "queued", and start when another ends, pauses, fails or is removed: those of higher
priority first (seedbed set INFO-HASH --priority high), then those that were added first. A change holds at once and for the next runs
of this node; "default" goes back to what the settings say, 0 sets no limit.

Examples:
  seedbed queue
  seedbed queue --downloads 3 --seeds default`;

interface QueueFlags {
  readonly downloads?: WantedMaximum;
  readonly seeds?: WantedMaximum;
  readonly json?: true;
}

/** `seedbed queue`. */
export function queueCommand(): Command {
  const command = new Command('queue')
    .description('show or change how many torrents of the running server run at the same time')
    .option('--downloads <N>', 'torrents that are fetched', maximumValue)
    .option('--seeds <N>', 'complete torrents that are served', maximumValue)
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP);
  return addSettingOptions(command, ['dataDir']).action(queue);
}

async function queue(flags: ParsedFlags & QueueFlags): Promise<void> {
  const { downloads, seeds, json } = flags;
  const config = loadSettings(flags);
  if (config === undefined) return;
  const client = await requireServer(config.dataDir);
  const change = { ...(downloads !== undefined && { downloads }), ...(seeds !== undefined && { seeds }) };
  const isChange = Object.keys(change).length > 0;
  const view = (await (isChange
    ? client.call('PATCH', '/queue', change)
    : client.call('GET', '/queue'))) as QueueView;
  process.stdout.write(
    json === true
      ? `${JSON.stringify(view)}\n`
      : `Downloads: ${placesText(view.downloads)}\nSeeds:     ${placesText(view.seeds)}\n`,
  );
}

function placesText({ maximum, running, stalled, waiting }: PlacesView): string {
  const most = maximum === 0 ? 'no limit' : `of ${maximum}`;
  return `${running} running (${most}), ${stalled} stalled, ${waiting} waiting`;
}

function maximumValue(text: string): WantedMaximum {
  if (text === 'default') return text;
  if (!/^\d{1,7}$/.test(text) || Number(text) > MAX_ACTIVE)
    throw new InvalidArgumentError(`It takes a whole number from 0 (no limit) to ${MAX_ACTIVE}, or default.`);
  return Number(text);
}
