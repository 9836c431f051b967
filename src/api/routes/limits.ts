import { Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import { isRateLimit } from '../../seeder/rates/rate-limits.ts';
import type { ScheduledRate } from '../../seeder/rates/rate-schedule.ts';
import type { Catalogue } from '../catalogue.ts';
import { BadRequest } from '../errors.ts';
import type { RateLimits, WantedLimit, WantedLimits } from '../rate-limits.ts';

/** What the routes of limits need. */
export interface LimitRoutesOptions {
  readonly limits: RateLimits;
  readonly catalogue: Catalogue;
  /** Bytes a second that the seed node uploads now. */
  readonly uploadRate: () => number;
}

/** The limits of the node as the control API shows them; rates are bytes a second, null is no limit. */
export interface LimitsView {
  readonly upload: {
    readonly nodeBytesPerSecond: number | null;
    readonly eachTorrentBytesPerSecond: number | null;
    readonly eachPeerBytesPerSecond: number | null;
    /** The node's limit at this hour. */
    readonly nowBytesPerSecond: number | null;
    readonly schedule: readonly {
      readonly from: string;
      readonly to: string;
      readonly bytesPerSecond: number | null;
    }[];
    readonly isLocalLimited: boolean;
    /** What is uploaded now. */
    readonly rateBytesPerSecond: number;
    /** Peers that a limit holds back now. */
    readonly waitingPeers: number;
  };
}

/** The limit of a torrent as the control API shows it. */
export interface TorrentLimitsView {
  readonly upload: {
    /** Beside the limits of the node; null: none. */
    readonly bytesPerSecond: number | null;
    /** False: it is that of each torrent. */
    readonly isOwn: boolean;
    readonly rateBytesPerSecond: number;
  };
}

const MEMBERS = {
  nodeBytesPerSecond: 'node',
  eachTorrentBytesPerSecond: 'eachTorrent',
  eachPeerBytesPerSecond: 'eachPeer',
} as const;

/** `/limits` and `/torrents/{infoHash}/limits`: how fast the seed node may upload. */
export function limitRoutes({ limits, catalogue, uploadRate }: LimitRoutesOptions): Router {
  const { pacer } = limits;
  const nodeView = (): LimitsView => ({
    upload: {
      nodeBytesPerSecond: pacer.limits.node,
      eachTorrentBytesPerSecond: pacer.limits.eachTorrent,
      eachPeerBytesPerSecond: pacer.limits.eachPeer,
      nowBytesPerSecond: pacer.nodeLimitNow,
      schedule: pacer.schedule.map(scheduleView),
      isLocalLimited: pacer.isLocalLimited,
      rateBytesPerSecond: Math.round(uploadRate()),
      waitingPeers: pacer.waitingCount,
    },
  });
  const torrentView = (text: string): TorrentLimitsView => {
    const infoHash = infoHashFromHex(text);
    const { seed } = catalogue.require(infoHash);
    return {
      upload: {
        bytesPerSecond: pacer.torrentLimit(infoHash),
        isOwn: pacer.hasOwnLimit(infoHash),
        rateBytesPerSecond: Math.round(seed?.uploadRateBytesPerSecond ?? 0),
      },
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
    const limit = uploadOf(request.body, ['bytesPerSecond']).get('bytesPerSecond');
    if (limit !== undefined) await limits.changeTorrent(infoHash, limit);
    response.json(torrentView(request.params.infoHash));
  });
  return router;
}

function nodeChange(body: unknown): WantedLimits {
  const wanted: { -readonly [Name in keyof WantedLimits]: WantedLimits[Name] } = {};
  const given = uploadOf(body, Object.keys(MEMBERS));
  for (const [member, name] of Object.entries(MEMBERS)) {
    const limit = given.get(member);
    if (limit !== undefined) wanted[name] = limit;
  }
  return wanted;
}

/** The members of `upload` in a body; all are checked before any is used. */
function uploadOf(body: unknown, known: readonly string[]): Map<string, WantedLimit> {
  const { upload, ...others } = recordOf(body);
  const stranger = Object.keys(others)[0];
  if (stranger !== undefined) throw new BadRequest(`there is no limit "${stranger}"`);
  const members = Object.entries(recordOf(upload));
  if (members.length === 0)
    throw new BadRequest(`"upload" must have one or more of: ${known.map((name) => `"${name}"`).join(', ')}`);
  return new Map(
    members.map(([name, value]) => {
      if (!known.includes(name)) throw new BadRequest(`there is no limit "upload.${name}"`);
      return [name, limitFrom(name, value)];
    }),
  );
}

function limitFrom(name: string, value: unknown): WantedLimit {
  if (value === null || value === 'default') return value;
  if (typeof value === 'number' && Number.isInteger(value) && isRateLimit(value)) return value;
  throw new BadRequest(`"upload.${name}" must be whole bytes a second, 1024 or more; null; or "default"`);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>; // its members are checked one by one
}

function scheduleView({
  fromMinute,
  toMinute,
  bytesPerSecond,
}: ScheduledRate): LimitsView['upload']['schedule'][number] {
  return { from: timeText(fromMinute), to: timeText(toMinute), bytesPerSecond };
}

function timeText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
