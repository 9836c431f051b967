import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration, parseRatio } from '../config/duration.ts';
import {
  PRIORITIES,
  type Priority,
  type RuleValue,
  type TorrentPreferences,
} from '../seeder/torrents/torrent-preferences.ts';

/** What a command line chooses for one torrent; undefined where it says nothing. */
export interface PreferenceFlags {
  readonly sequential?: boolean;
  readonly priority?: Priority;
  readonly stopRatio?: RuleValue;
  readonly stopTime?: RuleValue;
  readonly stopIdle?: RuleValue;
}

/** Adds the options by which something is chosen for one torrent. */
export function addPreferenceOptions(command: Command): Command {
  return command
    .option('--sequential', 'fetch its pieces in their order')
    .option('--no-sequential', 'fetch the rarest of its pieces first (default)')
    .addOption(
      new Option('--priority <PRIORITY>', 'whose turn it is when not all torrents may run').choices(
        PRIORITIES,
      ),
    )
    .option('--stop-ratio <RATIO>', 'stop it at this share ratio: 2.0, none (never) or default', ratioValue)
    .option('--stop-time <TIME>', 'stop it when it was seeded for so long: 48h, none or default', timeValue)
    .option(
      '--stop-idle <TIME>',
      'stop it when nothing went out for so long: 30m, none or default',
      timeValue,
    );
}

/** What was chosen. */
export function preferencesOf(flags: PreferenceFlags): Partial<TorrentPreferences> {
  const { sequential, priority, stopRatio, stopTime, stopIdle } = flags;
  return {
    ...(sequential !== undefined && { isSequential: sequential }),
    ...(priority !== undefined && { priority }),
    ...(stopRatio !== undefined && { seedRatio: stopRatio }),
    ...(stopTime !== undefined && { seedTimeSeconds: stopTime }),
    ...(stopIdle !== undefined && { seedIdleSeconds: stopIdle }),
  };
}

function ratioValue(text: string): RuleValue {
  return ruleValue(text, parseRatio);
}

function timeValue(text: string): RuleValue {
  return ruleValue(text, parseDuration);
}

function ruleValue(text: string, parse: (text: string) => number): RuleValue {
  if (text === 'none' || text === 'default') return text;
  try {
    return parse(text);
  } catch (cause) {
    const { message } = cause as Error; // the parsers throw plain Errors
    throw new InvalidArgumentError(`${message[0]?.toUpperCase()}${message.slice(1)}, none, or default.`);
  }
}
