import { InvalidArgumentError } from 'commander';
import type { DirectionView } from '../api/routes/limits-view.ts';
import { parseRateSchedule } from '../config/rate-schedule.ts';
import { timeOfDay } from '../seeder/rates/rate-schedule.ts';

/** Hours and rates as the control API takes them; none when empty. */
export type ScheduleFlag = DirectionView['schedule'] | 'default';

/** Reads `08:00-18:00 2M; 22:00-06:00 none`, `none` or `default`. */
export function scheduleValue(text: string): ScheduleFlag {
  if (text === 'default') return text;
  try {
    return parseRateSchedule(text === 'none' ? '' : text).map(({ fromMinute, toMinute, bytesPerSecond }) => ({
      from: timeOfDay(fromMinute),
      to: timeOfDay(toMinute),
      bytesPerSecond,
    }));
  } catch (cause) {
    const { message } = cause as Error; // parseRateSchedule throws plain Errors
    throw new InvalidArgumentError(`${message[0]?.toUpperCase()}${message.slice(1)}.`);
  }
}

/** Reads `on`, `off` or `default`. */
export function switchValue(text: string): boolean | 'default' {
  if (text === 'default') return text;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('It takes on, off or default.');
}
