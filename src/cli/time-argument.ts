import { usageError } from './exit.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/**
 * A time on the command line as ISO 8601: `now`, a date, a time with its zone, or a span from now such as `90m`, `48h`, `30d` or `2w`.
 * Null for `never`.
 * @throws {CliError} for anything else.
 */
export function timeArgument(text: string, nowMs = Date.now()): string | null {
  if (text === 'never') return null;
  if (text === 'now') return isoSeconds(nowMs);
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return isoSeconds(nowMs + Number(count) * (UNITS[unit] ?? 0) * 1000);
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(ms))
    throw usageError(
      `"${text.slice(0, 100)}" is no time: use 2030-01-31, 2030-01-31T12:00:00Z, 30d, now or never`,
    );
  return isoSeconds(ms);
}

function isoSeconds(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}
