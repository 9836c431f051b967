import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration, parseRatio } from '../config/duration.ts';
import { SeederError } from '../seeder/errors.ts';
import { type FileRule, isPriority, MAX_PRIORITY, parseFileList } from '../seeder/torrents/file-rules.ts';
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
  /** In the place of all that was chosen before. */
  readonly files?: readonly FileRule[];
  /** Beside what was chosen before. */
  readonly filePriority?: readonly FileRule[];
  readonly thenMove?: string | false;
}

const FILES_HELP =
  'the files that are wanted: numbers from 0 on in the order of the torrent, ranges and globs, or all: 0,2-5,"*.mkv"';

/** Adds the options by which something is chosen for one torrent. */
export function addPreferenceOptions(command: Command): Command {
  return command
    .option('--files <FILES>', FILES_HELP, filesFrom)
    .option(
      '--file-priority <FILES=N>',
      `fetch these files earlier, the higher the number: 1 (default) to ${MAX_PRIORITY}; 0: not at all; may be repeated`,
      (text: string, before: readonly FileRule[] = []) => [...before, priorityFrom(text)],
    )
    .option('--then-move <FOLDER>', 'move the data there once all that is wanted is there')
    .option('--no-then-move', 'leave the data where it is (default)')
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

/** What was chosen. @param filePriorities what holds for its files now. */
export function preferencesOf(
  flags: PreferenceFlags,
  filePriorities: readonly FileRule[] = [],
): Partial<TorrentPreferences> {
  const { sequential, priority, stopRatio, stopTime, stopIdle, files, filePriority, thenMove } = flags;
  return {
    ...(sequential !== undefined && { isSequential: sequential }),
    ...(thenMove !== undefined && { moveTo: thenMove === false ? null : resolve(thenMove) }),
    ...((files !== undefined || filePriority !== undefined) && {
      filePriorities: withRules(files ?? filePriorities, filePriority ?? []),
    }),
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

/** A rule for the same files takes the place of the one before, so that they do not grow without end. */
function withRules(before: readonly FileRule[], more: readonly FileRule[]): FileRule[] {
  const names = new Set(more.map(({ files }) => files));
  return [...before.filter(({ files }) => files === '*' || !names.has(files)), ...more];
}

function filesFrom(text: string): FileRule[] {
  if (text === 'all') return [];
  return [{ files: '*', priority: 0 }, ruleOf(text, 1)];
}

function priorityFrom(text: string): FileRule {
  const at = text.lastIndexOf('=');
  const priority = /^\d$/.test(text.slice(at + 1)) ? Number(text.slice(at + 1)) : undefined;
  if (at < 1 || !isPriority(priority))
    throw new InvalidArgumentError(`It must be files and a number from 0 to ${MAX_PRIORITY}: "*.mkv=7".`);
  return ruleOf(text.slice(0, at), priority);
}

function ruleOf(files: string, priority: number): FileRule {
  try {
    parseFileList(files);
    return { files, priority };
  } catch (error) {
    if (error instanceof SeederError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
