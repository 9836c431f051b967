import { checkRate, parseRate } from './rate.ts';
import { parseRateSchedule } from './rate-schedule.ts';
import { type Setting, textSetting } from './setting.ts';

/** A limit in bytes a second; undefined: none. */
export function rateSetting(flag: string, help: string): Setting<number | undefined> {
  return {
    flag,
    argument: 'RATE',
    help,
    defaultValue: undefined,
    defaultText: 'none',
    read: (value) => {
      if (typeof value === 'number') return checkRate(value);
      if (typeof value !== 'string') throw new Error('it takes a rate such as 5M, or none');
      return parseRate(value) ?? undefined;
    },
  };
}

/** Hours of the day and the limits in them, as text; undefined: none. */
export function rateScheduleSetting(flag: string, help: string): Setting<string | undefined> {
  return textSetting<string | undefined>({
    flag,
    argument: 'HOURS',
    help,
    defaultValue: undefined,
    defaultText: 'none',
    check: (text) => void parseRateSchedule(text),
  });
}
