import { Router } from 'express';
import type { QueueKind, TorrentQueue } from '../../seeder/queue/torrent-queue.ts';
import { BadRequest } from '../errors.ts';
import { isMaximum, MAX_ACTIVE, type QueueLimits, type WantedMaxima } from '../queue-limits.ts';
import { recordOf } from './record-of.ts';

/** The places of one kind as the control API shows them. */
export interface PlacesView {
  /** May run at the same time; 0: no limit. */
  readonly maximum: number;
  readonly running: number;
  /** Run without a place, since they have moved nothing for long. */
  readonly stalled: number;
  readonly waiting: number;
}

/** The queue as the control API shows it. */
export type QueueView = Readonly<Record<QueueKind, PlacesView>>;

/** `/queue`: how many torrents may run. */
export function queueRoutes(limits: QueueLimits): Router {
  const view = (): QueueView => ({
    downloads: placesView(limits.queue, 'downloads'),
    seeds: placesView(limits.queue, 'seeds'),
  });
  const router = Router();
  router.get('/queue', (_request, response) => void response.json(view()));
  router.patch('/queue', async (request, response) => {
    await limits.change(changeFrom(request.body));
    response.json(view());
  });
  return router;
}

function placesView(queue: TorrentQueue, kind: QueueKind): PlacesView {
  const { maximum, ...counts } = queue.status(kind);
  return { maximum: Number.isFinite(maximum) ? maximum : 0, ...counts };
}

function changeFrom(body: unknown): WantedMaxima {
  const entries = Object.entries(recordOf(body));
  if (entries.length === 0) throw new BadRequest('the body must have "downloads", "seeds" or both');
  for (const [kind, maximum] of entries) {
    if (kind !== 'downloads' && kind !== 'seeds')
      throw new BadRequest(`there is no queue ${JSON.stringify(kind)}`);
    if (!isMaximum(maximum))
      throw new BadRequest(
        `"${kind}" must be a whole number from 0 (no limit) to ${MAX_ACTIVE}, or "default"`,
      );
  }
  return Object.fromEntries(entries); // every member was checked
}
