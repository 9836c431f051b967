import { RATE_DIRECTIONS, type RateDirection } from '../../persistence/persistence.ts';
import { isRateLimit } from '../../seeder/rates/rate-limits.ts';
import { MAX_SCHEDULE_ENTRIES, minutesOf, type ScheduledRate } from '../../seeder/rates/rate-schedule.ts';
import { BadRequest } from '../errors.ts';
import type { PerDirection } from '../per-direction.ts';
import type { WantedLimit, WantedRates, WantedTorrentLimits } from '../rate-limits.ts';
import { recordOf } from './record-of.ts';

const MEMBERS = {
  nodeBytesPerSecond: 'node',
  eachTorrentBytesPerSecond: 'eachTorrent',
  eachPeerBytesPerSecond: 'eachPeer',
} as const;

const RULES = ['schedule', 'isLocalLimited'] as const;

/** The body of `PATCH /limits`. @throws {BadRequest} */
export function nodeChange(body: unknown): Partial<PerDirection<WantedRates>> {
  return perDirection(body, [...Object.keys(MEMBERS), ...RULES], ratesFrom);
}

/** The body of `PATCH /torrents/{infoHash}/limits`. @throws {BadRequest} */
export function torrentChange(body: unknown): WantedTorrentLimits {
  return perDirection(body, ['bytesPerSecond'], (direction, { bytesPerSecond }) =>
    limitFrom(`${direction}.bytesPerSecond`, bytesPerSecond),
  );
}

type Members = Readonly<Record<string, unknown>>;

/** What is read of `upload` and `download` in a body, of those that it has; all are checked before any is used. */
function perDirection<Value>(
  body: unknown,
  known: readonly string[],
  read: (direction: RateDirection, members: Members) => Value,
): Partial<PerDirection<Value>> {
  const { upload, download, ...others } = recordOf(body);
  const stranger = Object.keys(others)[0];
  if (stranger !== undefined) throw new BadRequest(`there is no limit "${stranger}"`);
  const given = { upload, download };
  const wanted: Partial<Record<RateDirection, Value>> = {};
  for (const direction of RATE_DIRECTIONS)
    if (given[direction] !== undefined)
      wanted[direction] = read(direction, membersOf(direction, given[direction], known));
  if (Object.keys(wanted).length === 0) throw new BadRequest('it must have "upload" or "download"');
  return wanted;
}

function membersOf(direction: RateDirection, value: unknown, known: readonly string[]): Members {
  const members = recordOf(value);
  const names = Object.keys(members);
  if (names.length === 0)
    throw new BadRequest(
      `"${direction}" must have one or more of: ${known.map((name) => `"${name}"`).join(', ')}`,
    );
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new BadRequest(`there is no limit "${direction}.${stranger}"`);
  return members;
}

function ratesFrom(direction: RateDirection, members: Members): WantedRates {
  const limits = Object.entries(MEMBERS).flatMap(([member, name]) =>
    members[member] === undefined
      ? []
      : [[name, limitFrom(`${direction}.${member}`, members[member])] as const],
  );
  const { schedule, isLocalLimited } = members;
  return {
    ...Object.fromEntries(limits),
    ...(schedule !== undefined && { schedule: scheduleFrom(`${direction}.schedule`, schedule) }),
    ...(isLocalLimited !== undefined && {
      isLocalLimited: localFrom(`${direction}.isLocalLimited`, isLocalLimited),
    }),
  };
}

function limitFrom(name: string, value: unknown): WantedLimit {
  if (value === null || value === 'default') return value;
  if (typeof value === 'number' && Number.isInteger(value) && isRateLimit(value)) return value;
  throw new BadRequest(`"${name}" must be whole bytes a second, 1024 or more; null; or "default"`);
}

function localFrom(name: string, value: unknown): boolean | 'default' {
  if (value === 'default' || typeof value === 'boolean') return value;
  throw new BadRequest(`"${name}" must be true, false or "default"`);
}

function scheduleFrom(name: string, value: unknown): readonly ScheduledRate[] | 'default' {
  if (value === 'default') return value;
  if (!Array.isArray(value) || value.length > MAX_SCHEDULE_ENTRIES)
    throw new BadRequest(`"${name}" must be a list of ${MAX_SCHEDULE_ENTRIES} entries at most, or "default"`);
  return value.map((entry: unknown, index) => entryFrom(`${name}[${index}]`, recordOf(entry)));
}

function entryFrom(name: string, { from, to, bytesPerSecond, ...others }: Members): ScheduledRate {
  const stranger = Object.keys(others)[0];
  if (stranger !== undefined) throw new BadRequest(`"${name}" has no "${stranger}"`);
  const [fromMinute, toMinute] = [minutesOf(from), minutesOf(to)];
  if (fromMinute === undefined || fromMinute === 1440 || toMinute === undefined)
    throw new BadRequest(`"${name}" must have "from" and "to" such as "08:00" and "24:00"`);
  const limit = limitFrom(`${name}.bytesPerSecond`, bytesPerSecond);
  if (limit === 'default') throw new BadRequest(`"${name}.bytesPerSecond" must be a number or null`);
  return { fromMinute, toMinute, bytesPerSecond: limit };
}
