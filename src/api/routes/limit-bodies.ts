import { RATE_DIRECTIONS, type RateDirection } from '../../persistence/persistence.ts';
import { isRateLimit } from '../../seeder/rates/rate-limits.ts';
import { BadRequest } from '../errors.ts';
import type { PerDirection, WantedLimit, WantedLimits, WantedTorrentLimits } from '../rate-limits.ts';
import { recordOf } from './record-of.ts';

const MEMBERS = {
  nodeBytesPerSecond: 'node',
  eachTorrentBytesPerSecond: 'eachTorrent',
  eachPeerBytesPerSecond: 'eachPeer',
} as const;

/** The body of `PATCH /limits`. @throws {BadRequest} */
export function nodeChange(body: unknown): Partial<PerDirection<WantedLimits>> {
  const wanted: Partial<Record<RateDirection, Record<string, WantedLimit>>> = {};
  for (const [direction, given] of limitsOf(body, Object.keys(MEMBERS))) {
    const named: Record<string, WantedLimit> = {};
    wanted[direction] = named;
    for (const [member, name] of Object.entries(MEMBERS)) {
      const limit = given.get(member);
      if (limit !== undefined) named[name] = limit;
    }
  }
  return wanted;
}

/** The body of `PATCH /torrents/{infoHash}/limits`. @throws {BadRequest} */
export function torrentChange(body: unknown): WantedTorrentLimits {
  const wanted: Partial<Record<RateDirection, WantedLimit>> = {};
  for (const [direction, given] of limitsOf(body, ['bytesPerSecond'])) {
    const limit = given.get('bytesPerSecond');
    if (limit !== undefined) wanted[direction] = limit;
  }
  return wanted;
}

/** The members of `upload` and `download` in a body, of those that it has; all are checked before any is used. */
function limitsOf(body: unknown, known: readonly string[]): Map<RateDirection, Map<string, WantedLimit>> {
  const { upload, download, ...others } = recordOf(body);
  const stranger = Object.keys(others)[0];
  if (stranger !== undefined) throw new BadRequest(`there is no limit "${stranger}"`);
  const given = { upload, download };
  const result = new Map<RateDirection, Map<string, WantedLimit>>();
  for (const direction of RATE_DIRECTIONS)
    if (given[direction] !== undefined)
      result.set(direction, directionOf(direction, given[direction], known));
  if (result.size === 0) throw new BadRequest('it must have "upload" or "download"');
  return result;
}

function directionOf(
  direction: RateDirection,
  value: unknown,
  known: readonly string[],
): Map<string, WantedLimit> {
  const members = Object.entries(recordOf(value));
  if (members.length === 0) {
    const names = known.map((name) => `"${name}"`).join(', ');
    throw new BadRequest(`"${direction}" must have one or more of: ${names}`);
  }
  return new Map(
    members.map(([name, limit]) => {
      if (!known.includes(name)) throw new BadRequest(`there is no limit "${direction}.${name}"`);
      return [name, limitFrom(`${direction}.${name}`, limit)];
    }),
  );
}

function limitFrom(name: string, value: unknown): WantedLimit {
  if (value === null || value === 'default') return value;
  if (typeof value === 'number' && Number.isInteger(value) && isRateLimit(value)) return value;
  throw new BadRequest(`"${name}" must be whole bytes a second, 1024 or more; null; or "default"`);
}
