import { Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import type { RateDirection } from '../../persistence/persistence.ts';
import type { Catalogue } from '../catalogue.ts';
import type { PerDirection } from '../per-direction.ts';
import type { RateLimits } from '../rate-limits.ts';
import { nodeChange, torrentChange } from './limit-bodies.ts';
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
