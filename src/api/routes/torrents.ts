import { type Response, Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import type { AccessControl } from '../../tracker/access/access-control.ts';
import type { Catalogue } from '../catalogue.ts';
import { CatalogueError } from '../catalogue-error.ts';
import { BadRequest } from '../errors.ts';
import type { Mirrored, Mirrors } from '../mirrors.ts';
import { NOTHING_DELETED } from '../remove-torrent.ts';
import { TorrentViews } from '../torrent-views.ts';
import { recordOf } from './record-of.ts';
import { bareTorrentFrom, changeFrom, isDataDeleted, mirrorFrom, publicationFrom } from './torrent-bodies.ts';

/** What the routes of `/torrents` need. */
export interface TorrentRoutesOptions {
  readonly catalogue: Catalogue;
  readonly mirrors: Mirrors;
  readonly access: AccessControl;
  /** Scheme, host and port for links. */
  readonly origin: () => string;
}

/** `/torrents`: what is published, and magnet links that wait for their metadata. */
export function torrentRoutes({ catalogue, mirrors, access, origin }: TorrentRoutesOptions): Router {
  const views = new TorrentViews({ catalogue, mirrors, access, origin });
  const added = (body: Readonly<Record<string, unknown>>, response: Response): Promise<Mirrored> => {
    if (body['target'] !== undefined || body['source'] !== undefined)
      return mirrors.add(mirrorFrom(body), untilClosed(response));
    return body['torrent'] === undefined && body['infoHash'] !== undefined
      ? catalogue.register(bareTorrentFrom(body))
      : catalogue.add(publicationFrom(body));
  };
  const router = Router();
  router.get('/torrents', (_request, response) => void response.json({ torrents: views.list() }));
  router.post('/torrents', async (request, response) => {
    const mirrored = await added(recordOf(request.body), response);
    response.status(mirrored.isNew ? 201 : 200).json(views.mirrored(mirrored));
  });
  router.get('/torrents/:infoHash', (request, response) => {
    response.json(views.of(infoHashFromHex(request.params.infoHash)));
  });
  router.patch('/torrents/:infoHash', async (request, response) => {
    const asked = infoHashFromHex(request.params.infoHash);
    views.of(asked); // there is one
    const { isTracked, ...change } = changeFrom(request.body);
    const { preferences, state } = change;
    const isPending = await mirrors.pending.change(asked, change);
    const infoHash = catalogue.overview.nameOf(asked);
    if (!isPending && preferences !== undefined)
      await catalogue.states.changePreferences(infoHash, preferences);
    if (!isPending && state !== undefined) await catalogue.states.want(infoHash, state);
    if (isTracked !== undefined) await access.setTracked(infoHash, isTracked);
    response.json(views.of(asked));
  });
  router.delete('/torrents/:infoHash', async (request, response) => {
    const asked = infoHashFromHex(request.params.infoHash);
    const withData = isDataDeleted(request.query);
    const isPending = await mirrors.pending.remove(asked);
    const infoHash = catalogue.overview.nameOf(asked);
    const deletion = isPending ? NOTHING_DELETED : await catalogue.remove(infoHash, withData);
    if (deletion === undefined) catalogue.require(infoHash);
    await access.setTracked(infoHash, true); // published again, it begins anew
    if (withData) response.json(deletion);
    else response.status(204).end();
  });
  // Nothing more can be asked of what is not known yet.
  router.use('/torrents/:infoHash/:what', (request, _response, next) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    if (mirrors.pending.get(infoHash) !== undefined && catalogue.get(infoHash) === undefined)
      throw new CatalogueError('ERR_TORRENT_STATE', 'the metadata of the magnet link is not here yet');
    next();
  });
  return router;
}

/** A signal for work that nobody waits for any more when the client has gone. */
function untilClosed(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new BadRequest('the client has gone')));
  return gone.signal;
}
