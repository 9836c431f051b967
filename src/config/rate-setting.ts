import { checkRate, parseRate } from './rate.ts';
import type { Setting } from './setting.ts';

/** A rate in bytes a second; undefined: none. */
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
