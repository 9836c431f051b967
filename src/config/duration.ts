const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** More than thirty years is a mistake. */
const MAX_SECONDS = 1e9;

/**
 * Seconds as people write them: `90s`, `30m`, `48h`, `7d`, `2w`.
 * @throws {Error} a plain one that says what it takes.
 */
export function parseDuration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,10})([smhdw])$/.exec(text.trim()) ?? [];
  return checkDuration(Number(count) * (UNITS[unit] ?? Number.NaN));
}

/**
 * Whole seconds within bounds.
 * @throws {Error} a plain one that says what it takes.
 */
export function checkDuration(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw new Error('it takes a time such as 90s, 30m, 48h or 7d');
}

/**
 * A share ratio: `2`, `1.5`.
 * @throws {Error} a plain one that says what it takes.
 */
export function parseRatio(text: string): number {
  return checkRatio(/^\d{1,7}(?:\.\d{1,3})?$/.test(text.trim()) ? Number(text) : Number.NaN);
}

/**
 * A share ratio within bounds.
 * @throws {Error} a plain one that says what it takes.
 */
export function checkRatio(ratio: number): number {
  if (ratio >= 0.01 && ratio <= 1e6) return ratio;
  throw new Error('it takes a share ratio from 0.01 to 1000000, such as 2.0');
}
