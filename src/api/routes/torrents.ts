import { type Response, Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import type { AccessControl } from '../../tracker/access/access-control.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Added, Published } from '../catalogue-types.ts';
import { BadRequest } from '../errors.ts';
import type { Mirrors } from '../mirrors.ts';
import { type TorrentView, torrentView } from '../torrent-view.ts';
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

/** `/torrents`: what is published. */
export function torrentRoutes({ catalogue, mirrors, access, origin }: TorrentRoutesOptions): Router {
  const view = (published: Published): TorrentView =>
    torrentView(published, {
      magnet: catalogue.magnet(published.row.infoHash, origin()) ?? '',
      torrentPath: published.row.metainfo === null ? null : catalogue.torrentPath(published.row.infoHash),
      isSwitchedOff: access.isSwitchedOff(published.row.infoHash),
    });
  const added = (body: Readonly<Record<string, unknown>>, response: Response): Promise<Added> => {
    if (body['target'] !== undefined || body['source'] !== undefined)
      return mirrors.add(mirrorFrom(body), untilClosed(response));
    return body['torrent'] === undefined && body['infoHash'] !== undefined
      ? catalogue.register(bareTorrentFrom(body))
      : catalogue.add(publicationFrom(body));
  };
  const router = Router();
  router.get(
    '/torrents',
    (_request, response) => void response.json({ torrents: catalogue.list().map(view) }),
  );
  router.post('/torrents', async (request, response) => {
    const body = recordOf(request.body);
    const { published, isNew } = await added(body, response);
    response.status(isNew ? 201 : 200).json(view(published));
  });
  router.get('/torrents/:infoHash', (request, response) => {
    response.json(view(catalogue.require(infoHashFromHex(request.params.infoHash))));
  });
  router.patch('/torrents/:infoHash', async (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    catalogue.require(infoHash);
    const { isTracked, state, preferences } = changeFrom(request.body);
    if (preferences !== undefined) await catalogue.states.changePreferences(infoHash, preferences);
    if (state !== undefined) await catalogue.states.want(infoHash, state);
    if (isTracked !== undefined) await access.setTracked(infoHash, isTracked);
    response.json(view(catalogue.require(infoHash)));
  });
  router.delete('/torrents/:infoHash', async (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    const withData = isDataDeleted(request.query);
    const deletion = await catalogue.remove(infoHash, withData);
    if (deletion === undefined) catalogue.require(infoHash);
    await access.setTracked(infoHash, true); // published again, it begins anew
    if (withData) response.json(deletion);
    else response.status(204).end();
  });
  return router;
}

/** A signal for work that nobody waits for any more when the client has gone. */
function untilClosed(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new BadRequest('the client has gone')));
  return gone.signal;
}
