import { Router } from 'express';
import { infoHashFromHex } from '../../bittorrent/info-hash.ts';
import type { PieceSelection } from '../../seeder/integrity/piece-selection.ts';
import type { Catalogue } from '../catalogue.ts';
import { BadRequest } from '../errors.ts';
import type { RecheckRequest, Rechecks } from '../rechecks.ts';
import { recordOf } from './record-of.ts';

/** What the route of rechecks needs. */
export interface RecheckRoutesOptions {
  readonly catalogue: Catalogue;
  readonly rechecks: Rechecks;
}

/** Numbers and ranges of one request. */
const MAX_PARTS = 10_000;
/** The longest path that a torrent can have, by far. */
const MAX_PATH = 65_536;

/** `/torrents/{infoHash}/recheck`: begins a recheck, which goes on by itself, and tells of the last. */
export function recheckRoutes({ catalogue, rechecks }: RecheckRoutesOptions): Router {
  const router = Router();
  router.post('/torrents/:infoHash/recheck', (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    catalogue.require(infoHash);
    response.status(202).json(rechecks.start(infoHash, recheckFrom(request.body)));
  });
  router.get('/torrents/:infoHash/recheck', (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    catalogue.require(infoHash);
    response.json(rechecks.view(infoHash));
  });
  return router;
}

/** The body of a request to recheck; none at all is for all pieces. @throws {BadRequest} */
export function recheckFrom(body: unknown): RecheckRequest {
  const { pieces, file, ...rest } = recordOf(body);
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new BadRequest(`"${unknown}" says nothing of what is to be rechecked`);
  if (pieces !== undefined && file !== undefined)
    throw new BadRequest('either "pieces" or "file" says what is to be rechecked');
  if (file !== undefined) {
    if (typeof file === 'string' && file !== '' && file.length <= MAX_PATH) return { file };
    throw new BadRequest('"file" must be the path of a file of the torrent');
  }
  return pieces === undefined ? {} : { pieces: selectionFrom(pieces) };
}

function selectionFrom(pieces: unknown): PieceSelection {
  if (!Array.isArray(pieces) || pieces.length === 0 || pieces.length > MAX_PARTS)
    throw new BadRequest(`"pieces" must be a list of 1 to ${MAX_PARTS} numbers or ranges`);
  return pieces.map((part: unknown) => {
    if (typeof part === 'number' && Number.isSafeInteger(part) && part >= 0) return part;
    const range = typeof part === 'string' ? /^(\d{1,10})-(\d{1,10})$/.exec(part) : null;
    if (range !== null) return [Number(range[1]), Number(range[2])];
    throw new BadRequest('"pieces" must be numbers from 0, or ranges such as "0-99"');
  });
}
