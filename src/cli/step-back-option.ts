import { type Command, InvalidArgumentError } from 'commander';
import {
  type RuleValue,
  STEP_BACK_BOUNDS,
  type TorrentPreferences,
} from '../seeder/torrents/torrent-preferences.ts';

/** What a command line says of stepping back. */
export interface StepBackFlag {
  readonly stepBack?: RuleValue;
}

/** Adds `--step-back` for one torrent; commands that start a server have it for all. */
export function addStepBackOption(command: Command): Command {
  return command.option(
    '--step-back <SEEDERS>',
    'leave it to others while so many other seeders are there: 5, none (never) or default',
    read,
  );
}

/** What was chosen. */
export function stepBackOf({ stepBack }: StepBackFlag): Partial<TorrentPreferences> {
  return stepBack === undefined ? {} : { stepBack };
}

function read(text: string): RuleValue {
  if (text === 'default' || text === 'none') return text;
  const { least, most } = STEP_BACK_BOUNDS;
  if (/^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}, none, or default.`);
}
