import { RATE_DIRECTIONS, type RateDirection } from '../../persistence/persistence.ts';
import { isRateLimit } from '../../seeder/rates/rate-limits.ts';
import type { WantedLimit, WantedTorrentLimits } from '../rate-limits.ts';

/** The limits that a torrent is to have of its own, as JSON; null where there are none. */
export function encodeLimits(limits: WantedTorrentLimits): string | null {
  return Object.keys(limits).length === 0 ? null : JSON.stringify(limits);
}

/** Reads them; what cannot be read is as if nobody had chosen. Never throws. */
export function decodeLimits(text: string | null): WantedTorrentLimits {
  const limits: Partial<Record<RateDirection, WantedLimit>> = {};
  for (const direction of RATE_DIRECTIONS) {
    const limit = objectFrom(text)[direction];
    if (isWantedLimit(limit)) limits[direction] = limit;
  }
  return limits;
}

function isWantedLimit(value: unknown): value is WantedLimit {
  return value === null || value === 'default' || (typeof value === 'number' && isRateLimit(value));
}

function objectFrom(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // its members are checked one by one
  } catch {
    return {}; // not JSON: nothing was chosen
  }
}
