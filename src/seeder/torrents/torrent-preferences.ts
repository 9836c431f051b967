import { isAbsolute } from 'node:path';
import { SeederError } from '../errors.ts';
import { areFileRules, type FileRule } from './file-rules.ts';

/** How much sooner a torrent has its turn, the first first. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;

/** A turn among the torrents that wait: of one priority, who came first is first. */
export type Priority = (typeof PRIORITIES)[number];

/** A rule of one torrent: that of the node, none, or a bound of its own. */
export type RuleValue = number | 'default' | 'none';

/** What a person chose for one torrent; it holds over restarts. */
export interface TorrentPreferences {
  /** Pieces are fetched in their order, not the rarest first. */
  readonly isSequential: boolean;
  /** Whose turn it is when not all torrents may run. */
  readonly priority: Priority;
  /** The share ratio at which it is stopped, 0.01 or more. */
  readonly seedRatio: RuleValue;
  /** After so many seconds of seeding it is stopped. */
  readonly seedTimeSeconds: RuleValue;
  /** After so many seconds in which nothing went out it is stopped. */
  readonly seedIdleSeconds: RuleValue;
  /** Which files are wanted, and which of them first; none: all, equally. */
  readonly filePriorities: readonly FileRule[];
  /** The absolute path of the folder to which its data moves once all that is wanted is there; null: it stays. */
  readonly moveTo: string | null;
  /** Other seeders from which on the node leaves it to them; `none`: it never does. */
  readonly stepBack: RuleValue;
}

/** The least and the largest value. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Those of stop rules. */
const RATIO_BOUNDS = { least: 0.01, most: 1e6 } as const;
const SECONDS_BOUNDS = { least: 1, most: 1e9 } as const;
/** More seeders than any swarm has. */
export const STEP_BACK_BOUNDS: Bounds = { least: 1, most: 100_000 };

/** The longest path on any system. */
const MAX_PATH = 4096;

/** One of the {@link TorrentPreferences}: what holds when nobody chose, and what may be chosen. */
interface Preference<Value> {
  readonly defaultValue: Value;
  /** What a value must be, for people: "true or false". */
  readonly expected: string;
  isValid(value: unknown): value is Value;
}

type Preferences = {
  readonly [Name in keyof TorrentPreferences]: Preference<TorrentPreferences[Name]>;
};

const PREFERENCES: Preferences = {
  isSequential: flag(false),
  priority: {
    defaultValue: 'normal',
    expected: 'one of "high", "normal" and "low"',
    isValid: (value): value is Priority => PRIORITIES.some((priority) => priority === value),
  },
  seedRatio: {
    defaultValue: 'default',
    expected: 'a number from 0.01 to 1000000, "none", or "default"',
    isValid: (value): value is RuleValue => isRule(value, RATIO_BOUNDS),
  },
  seedTimeSeconds: whole('whole seconds', SECONDS_BOUNDS),
  seedIdleSeconds: whole('whole seconds', SECONDS_BOUNDS),
  stepBack: whole('a whole number', STEP_BACK_BOUNDS),
  filePriorities: {
    defaultValue: [],
    expected: 'a list of {"files", "priority"}: numbers, ranges or globs of files, and 0 (not wanted) to 7',
    isValid: areFileRules,
  },
  moveTo: {
    defaultValue: null,
    expected: 'the absolute path of a folder, or null',
    isValid: (value): value is string | null =>
      value === null || (typeof value === 'string' && value.length <= MAX_PATH && isAbsolute(value)),
  },
};

/** What holds when nobody chose. */
export const DEFAULT_PREFERENCES: TorrentPreferences = Object.freeze(
  Object.fromEntries(Object.entries(PREFERENCES).map(([name, { defaultValue }]) => [name, defaultValue])),
) as unknown as TorrentPreferences; // one member for each of PREFERENCES

/**
 * Checks what somebody wants changed; names that are left out stay as they are.
 * @throws {SeederError} ERR_PREFERENCE when one is unknown, or its value is none.
 */
export function checkPreferences(change: Readonly<Record<string, unknown>>): Partial<TorrentPreferences> {
  for (const [name, value] of Object.entries(change)) {
    const preference = preferenceOf(name);
    if (preference === undefined)
      throw new SeederError('ERR_PREFERENCE', `a torrent has no preference ${JSON.stringify(name)}`);
    if (!preference.isValid(value))
      throw new SeederError('ERR_PREFERENCE', `"${name}" must be ${preference.expected}`);
  }
  return change; // every member was checked
}

/** The preferences as JSON, without those that are the defaults; null when all are. */
export function encodePreferences(preferences: Partial<TorrentPreferences>): string | null {
  const chosen = Object.entries(preferences).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(preferenceOf(name)?.defaultValue),
  );
  return chosen.length === 0 ? null : JSON.stringify(Object.fromEntries(chosen));
}

/** Reads them; what cannot be read, or is of a later version, is as if nobody had chosen. Never throws. */
export function decodePreferences(text: string | null): TorrentPreferences {
  const preferences: Record<string, unknown> = { ...DEFAULT_PREFERENCES };
  for (const [name, value] of Object.entries(objectFrom(text)))
    if (preferenceOf(name)?.isValid(value) === true) preferences[name] = value;
  return preferences as unknown as TorrentPreferences; // one member for each of PREFERENCES, all of them checked
}

function preferenceOf(name: string): Preference<unknown> | undefined {
  return Object.hasOwn(PREFERENCES, name) ? PREFERENCES[name as keyof TorrentPreferences] : undefined;
}

function objectFrom(text: string | null): object {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // not JSON: nothing was chosen
  }
}

function flag(defaultValue: boolean): Preference<boolean> {
  return {
    defaultValue,
    expected: 'true or false',
    isValid: (value): value is boolean => typeof value === 'boolean',
  };
}

function whole(what: string, bounds: Bounds): Preference<RuleValue> {
  return {
    defaultValue: 'default',
    expected: `${what} from ${bounds.least} to ${bounds.most}, "none", or "default"`,
    isValid: (value): value is RuleValue =>
      isRule(value, bounds) && (typeof value !== 'number' || Number.isInteger(value)),
  };
}

function isRule(value: unknown, { least, most }: Bounds): boolean {
  if (typeof value === 'number') return value >= least && value <= most;
  return value === 'default' || value === 'none';
}
