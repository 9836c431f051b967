import { Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import { RATE_DIRECTIONS, type RateDirection } from '../../persistence/persistence.ts';
import { isRateLimit } from '../../seeder/rates/rate-limits.ts';
import type { Catalogue } from '../catalogue.ts';
import { BadRequest } from '../errors.ts';
import type { PerDirection, RateLimits, WantedLimit, WantedLimits } from '../rate-limits.ts';
import { type BudgetView, directionView, type LimitsView, type TorrentLimitsView } from './limits-view.ts';

/** What the routes of limits need. */
export interface LimitRoutesOptions {
  readonly limits: RateLimits;
  /** Left out, or undefined: there is none. */
  readonly budget?: () => BudgetView | undefined;
  readonly catalogue: Catalogue;
  /** Bytes a second that the seed node uploads, and downloads, now. */
  readonly rates: PerDirection<() => number>;
}

const MEMBERS = {
  nodeBytesPerSecond: 'node',
  eachTorrentBytesPerSecond: 'eachTorrent',
  eachPeerBytesPerSecond: 'eachPeer',
} as const;

/** `/limits` and `/torrents/{infoHash}/limits`: how fast the seed node may upload and download. */
export function limitRoutes({ limits, budget, catalogue, rates }: LimitRoutesOptions): Router {
  const { pacers } = limits;
  const nodeView = (): LimitsView => ({
    upload: directionView(pacers.upload, rates.upload()),
    download: directionView(pacers.download, rates.download()),
    budget: budget?.() ?? null,
  });
  const torrentView = (text: string): TorrentLimitsView => {
    const infoHash = infoHashFromHex(text);
    const { seed } = catalogue.require(infoHash);
    const viewOf = (direction: RateDirection, rate = 0) => ({
      bytesPerSecond: pacers[direction].torrentLimit(infoHash),
      isOwn: pacers[direction].hasOwnLimit(infoHash),
      rateBytesPerSecond: Math.round(rate),
    });
    return {
      upload: viewOf('upload', seed?.uploadRateBytesPerSecond),
      download: viewOf('download', seed?.downloadRateBytesPerSecond),
    };
  };
  const router = Router();
  router.get('/limits', (_request, response) => void response.json(nodeView()));
  router.patch('/limits', async (request, response) => {
    await limits.change(nodeChange(request.body));
    response.json(nodeView());
  });
  router.get('/torrents/:infoHash/limits', (request, response) => {
    response.json(torrentView(request.params.infoHash));
  });
  router.patch('/torrents/:infoHash/limits', async (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    catalogue.require(infoHash);
    await limits.changeTorrent(infoHash, torrentChange(request.body));
    response.json(torrentView(request.params.infoHash));
  });
  return router;
}

function nodeChange(body: unknown): Partial<PerDirection<WantedLimits>> {
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

function torrentChange(body: unknown): Partial<PerDirection<WantedLimit>> {
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

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>; // its members are checked one by one
}
