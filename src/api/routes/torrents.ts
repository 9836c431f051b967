import { type Response, Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import type { AccessControl } from '../../tracker/access/access-control.ts';
import type { BareTorrent } from '../bare-torrents.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Added, Publication, Published } from '../catalogue-types.ts';
import { BadRequest } from '../errors.ts';
import type { MirrorRequest, Mirrors } from '../mirrors.ts';
import { type TorrentView, torrentView } from '../torrent-view.ts';

/** What the routes of `/torrents` need. */
export interface TorrentRoutesOptions {
  readonly catalogue: Catalogue;
  readonly mirrors: Mirrors;
  readonly access: AccessControl;
  /** Scheme, host and port for links. */
  readonly origin: () => string;
}

/** The longest name of a file on any system. */
const MAX_NAME_BYTES = 255;

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
    const { isTracked, isPaused } = changeFrom(request.body);
    if (isPaused !== undefined)
      await (isPaused ? catalogue.states.pause(infoHash) : catalogue.states.resume(infoHash));
    if (isTracked !== undefined) await access.setTracked(infoHash, isTracked);
    response.json(view(catalogue.require(infoHash)));
  });
  router.delete('/torrents/:infoHash', async (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    if (!(await catalogue.remove(infoHash))) catalogue.require(infoHash);
    await access.setTracked(infoHash, true); // published again, it begins anew
    response.status(204).end();
  });
  return router;
}

/** A signal for work that nobody waits for any more when the client has gone. */
function untilClosed(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new BadRequest('the client has gone')));
  return gone.signal;
}

/** The body of `PATCH /torrents/{infoHash}`. */
function changeFrom(body: unknown): { readonly isTracked?: boolean; readonly isPaused?: boolean } {
  const { isTracked, isPaused, ...rest } = recordOf(body);
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new BadRequest(`"${unknown}" of a torrent cannot be changed`);
  if (isTracked === undefined && isPaused === undefined)
    throw new BadRequest('"isTracked" must be true or false, or "isPaused"');
  return { ...flagFrom('isTracked', isTracked), ...flagFrom('isPaused', isPaused) };
}

function flagFrom<Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: boolean } {
  if (value === undefined) return {};
  if (typeof value !== 'boolean') throw new BadRequest(`"${name}" must be true or false`);
  return { [name]: value } as { readonly [Key in Name]?: boolean }; // the one member that the type has
}

function recordOf(body: unknown): Readonly<Record<string, unknown>> {
  return (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>; // its members are checked one by one
}

/** The body of `POST /torrents` for a torrent of which only the info-hash is known. */
function bareTorrentFrom({
  infoHash,
  name = '',
  lengthBytes = 0,
}: Readonly<Record<string, unknown>>): BareTorrent {
  if (typeof infoHash !== 'string') throw new BadRequest('"infoHash" must be 40 hexadecimal digits');
  if (typeof name !== 'string' || Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new BadRequest(`"name" must be a text of ${MAX_NAME_BYTES} bytes at most`);
  if (!Number.isSafeInteger(lengthBytes) || (lengthBytes as number) < 0)
    throw new BadRequest('"lengthBytes" must be a whole number that is not negative');
  return { infoHash: infoHashFromHex(infoHash), name, lengthBytes: lengthBytes as number };
}

/** The body of `POST /torrents` for a torrent that is to be fetched. */
function mirrorFrom({
  torrent,
  source,
  target,
  isPaused = false,
}: Readonly<Record<string, unknown>>): MirrorRequest {
  if (typeof target !== 'string' || !target.startsWith('/'))
    throw new BadRequest('"target" must be the absolute path of a folder on the server');
  if (typeof isPaused !== 'boolean') throw new BadRequest('"isPaused" must be true or false');
  if (typeof source === 'string' && torrent === undefined) return { source, target, isPaused };
  if (source !== undefined || typeof torrent !== 'string' || torrent === '')
    throw new BadRequest(
      'either "torrent" must be a .torrent file in base64, or "source" a magnet link or URL',
    );
  return { source: Buffer.from(torrent, 'base64'), target, isPaused };
}

/** The body of `POST /torrents`. */
function publicationFrom({ torrent, dataPath, resume }: Readonly<Record<string, unknown>>): Publication {
  if (typeof torrent !== 'string' || torrent === '')
    throw new BadRequest('"torrent" must be the .torrent file in base64');
  if (
    dataPath !== undefined &&
    dataPath !== null &&
    (typeof dataPath !== 'string' || !dataPath.startsWith('/'))
  ) {
    throw new BadRequest('"dataPath" must be an absolute path on the server, or null');
  }
  if (resume !== undefined && resume !== null && typeof resume !== 'string')
    throw new BadRequest('"resume" must be a text or null');
  return { torrent: Buffer.from(torrent, 'base64'), dataPath: dataPath ?? null, resume: resume ?? null };
}
