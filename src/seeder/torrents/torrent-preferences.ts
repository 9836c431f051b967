import { isAbsolute } from 'node:path';
import { SeederError } from '../errors.ts';
import { areFileRules, type FileRule } from './file-rules.ts';

/** What a person chose for one torrent; it holds over restarts. */
export interface TorrentPreferences {
  /** Pieces are fetched in their order, not the rarest first. */
  readonly isSequential: boolean;
  /** Which files are wanted, and which of them first; none: all, equally. */
  readonly filePriorities: readonly FileRule[];
  /** The absolute path of the folder to which its data moves once all that is wanted is there; null: it stays. */
  readonly moveTo: string | null;
}

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
