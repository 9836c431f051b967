import { type Command, InvalidArgumentError } from 'commander';
import { MAX_STEP_BACK, type TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';

/** What a command line says of stepping back. */
export interface StepBackFlag {
  readonly stepBack?: number | 'default';
}

/** Adds `--step-back` for one torrent; commands that start a server have it for all. */
export function addStepBackOption(command: Command): Command {
  return command.option(
    '--step-back <SEEDERS>',
    'leave it to others while so many other seeders are there; 0: never; default: as the settings of the server say',
    read,
  );
}

/** What was chosen. */
export function stepBackOf({ stepBack }: StepBackFlag): Partial<TorrentPreferences> {
  if (stepBack === undefined) return {};
  return { stepBack: stepBack === 'default' ? null : stepBack };
}

function read(text: string): number | 'default' {
  if (text === 'default') return text;
  if (/^\d{1,6}$/.test(text) && Number(text) <= MAX_STEP_BACK) return Number(text);
  throw new InvalidArgumentError(`It takes a whole number from 0 to ${MAX_STEP_BACK}, or default.`);
}
