import { isRateLimit } from './rate-limits.ts';

/** Hours of the day and the limit that holds in them. */
export interface ScheduledRate {
  /** Minutes since midnight, the first included. */
  readonly fromMinute: number;
  /** The first minute after it; not later than `fromMinute` when it goes past midnight. */
  readonly toMinute: number;
  /** Null: no limit. */
  readonly bytesPerSecond: number | null;
}

/** What holds at a minute of the day: the first entry that has it, or undefined when none has. */
export function scheduledAt(
  schedule: readonly ScheduledRate[],
  minuteOfDay: number,
): ScheduledRate | undefined {
  return schedule.find(({ fromMinute, toMinute }) =>
    fromMinute < toMinute
      ? minuteOfDay >= fromMinute && minuteOfDay < toMinute
      : minuteOfDay >= fromMinute || minuteOfDay < toMinute,
  );
}

/** Minutes since midnight by the clock on the wall of this machine. */
export function localMinuteOfDay(): number {
  const now = new Date();
  return 60 * now.getHours() + now.getMinutes();
}

/** The longest schedule that is taken. */
export const MAX_SCHEDULE_ENTRIES = 50;

/** Whether something that was stored, or sent, is a schedule. */
export function isSchedule(value: unknown): value is ScheduledRate[] {
  return Array.isArray(value) && value.length <= MAX_SCHEDULE_ENTRIES && value.every(isScheduledRate);
}

function isScheduledRate(value: unknown): value is ScheduledRate {
  if (typeof value !== 'object' || value === null) return false;
  const { fromMinute, toMinute, bytesPerSecond } = value as Partial<Record<keyof ScheduledRate, unknown>>; // each is looked at
  const isLimit = typeof bytesPerSecond === 'number' && isRateLimit(bytesPerSecond);
  return isMinute(fromMinute, 1439) && isMinute(toMinute, 1440) && (bytesPerSecond === null || isLimit);
}

function isMinute(value: unknown, latest: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= latest; // an integer is a number
}

/** `08:00` of 480 minutes since midnight; `24:00` is the end of the day. */
export function timeOfDay(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Minutes since midnight of `8:00` or `08:00`; undefined for a time that no day has. `24:00` is the end of the day. */
export function minutesOf(text: unknown): number | undefined {
  const [, hours, minutes] = (typeof text === 'string' && /^(\d{1,2}):([0-5]\d)$/.exec(text)) || [];
  const total = 60 * Number(hours) + Number(minutes);
  return total <= 1440 ? total : undefined;
}
