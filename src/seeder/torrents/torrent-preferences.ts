import { SeederError } from '../errors.ts';

/** What a person chose for one torrent; it holds over restarts. */
export interface TorrentPreferences {
  /** Pieces are fetched in their order, not the rarest first. */
  readonly isSequential: boolean;
  /** Other seeders from which on the node steps back, 0 for never; null: as many as the settings say. */
  readonly stepBack: number | null;
}

/** One of the {@link TorrentPreferences}: what holds when nobody chose, and what may be chosen. */
interface Preference<Value> {
  readonly defaultValue: Value;
  /** What a value must be, for people: "true or false". */
  readonly expected: string;
  isValid(value: unknown): value is Value;
}

/** More seeders than any swarm has. */
export const MAX_STEP_BACK = 100_000;

type Preferences = {
  readonly [Name in keyof TorrentPreferences]: Preference<TorrentPreferences[Name]>;
};

const PREFERENCES: Preferences = {
  isSequential: flag(false),
  stepBack: {
    defaultValue: null,
    expected: `a whole number from 0 to ${MAX_STEP_BACK}, or null`,
    isValid: (value): value is number | null =>
      value === null ||
      (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_STEP_BACK),
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
