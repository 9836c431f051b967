import { InvalidArgumentError } from 'commander';
import type { WantedLimit } from '../api/rate-limits.ts';
import { parseRate } from '../config/rate.ts';

/** A limit on a command line. Commander takes a null for a flag without a value, so that it is `none` here. */
export type RateFlag = number | 'none' | 'default';

/** Reads a rate, `none` or `default`. */
export function rateValue(text: string): RateFlag {
  return text === 'default' ? text : ownRateValue(text);
}

/** Reads a rate, or `none`. */
export function ownRateValue(text: string): number | 'none' {
  try {
    return parseRate(text) ?? 'none';
  } catch (cause) {
    const { message } = cause as Error; // parseRate throws plain Errors
    throw new InvalidArgumentError(`${message[0]?.toUpperCase()}${message.slice(1)}.`);
  }
}

/** What a flag asks for. */
export function wantedLimit(flag: RateFlag | undefined): WantedLimit | undefined {
  return flag === 'none' ? null : flag;
}
