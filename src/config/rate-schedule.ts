import { parseRate } from './rate.ts';

/** Hours of the day and the rate in them. */
export interface ScheduleEntry {
  /** Minutes since midnight. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Null: no limit. */
  readonly bytesPerSecond: number | null;
}

const ENTRY = /^(\d{1,2}):(\d\d) ?- ?(\d{1,2}):(\d\d) +(\S.*)$/;
const MAX_ENTRIES = 50;

/**
 * Hours and rates, separated by semicolons: `08:00-18:00 2M; 22:00-06:00 none`. Hours that end before they begin go past midnight.
 * @throws {Error} a plain one that says what it takes.
 */
export function parseRateSchedule(text: string): ScheduleEntry[] {
  const parts = text.split(';').map((part) => part.trim());
  const entries = parts.filter((part) => part !== '');
  if (entries.length > MAX_ENTRIES) throw new Error(`it takes ${MAX_ENTRIES} entries at most`);
  return entries.map(parseEntry);
}

function parseEntry(text: string): ScheduleEntry {
  const match = ENTRY.exec(text);
  if (match === null)
    throw new Error(`"${text}" does not look like 08:00-18:00 2M; entries are separated by semicolons`);
  const [, fromHour, fromMinute, toHour, toMinute, rate = ''] = match;
  const from = minutes(fromHour, fromMinute);
  const to = minutes(toHour, toMinute);
  if (from === undefined || from === 1440 || to === undefined)
    throw new Error(`"${text}" names a time that no day has`);
  try {
    return { fromMinute: from, toMinute: to, bytesPerSecond: parseRate(rate) };
  } catch (cause) {
    throw new Error(`"${rate}" in "${text}": ${(cause as Error).message}`, { cause }); // parseRate throws plain Errors
  }
}

/** Undefined for a time that no day has; 24:00 is its end. */
function minutes(hours = '', minute = ''): number | undefined {
  const total = 60 * Number(hours) + Number(minute);
  return Number(minute) < 60 && total <= 1440 ? total : undefined;
}
