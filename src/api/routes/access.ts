import { type Response, Router } from 'express';
import { infoHashFromHex, infoHashToHex, swarmHashFromHex } from '../../bittorrent/info-hash.ts';
import type { AccessControl } from '../../tracker/access/access-control.ts';
import { ACCESS_MODES, type AccessMode, isAccessMode } from '../../tracker/access/access-mode.ts';
import type { AnnouncerControl } from '../../tracker/access/announcer-control.ts';
import type { ListFile } from '../../tracker/access/list-files.ts';
import type { TorrentListName } from '../../tracker/access/torrent-access.ts';
import { BadRequest, sendError } from '../errors.ts';
import { announcerRoutes } from './announcers.ts';

/** What the routes of `/access` need. */
export interface AccessParts {
  readonly control: AccessControl;
  readonly announcers: AnnouncerControl;
  readonly addresses: { readonly size: number };
  /** Announces that were refused since the start. */
  readonly refusals: () => { readonly refusedByAddress: number; readonly refusedByClient: number };
  readonly files: Readonly<Record<TorrentListName | 'addresses', { describe(): ListFile[] }>>;
  /** The mode that the settings name, which holds again after a restart. */
  readonly configuredMode: AccessMode | undefined;
}

/** Torrents that one request puts on a list or takes off. */
const MAX_HASHES = 10_000;
const DEFAULT_PAGE = 1_000;
const MAX_PAGE = 10_000;

/** `/access`: what is tracked. */
export function accessRoutes(parts: AccessParts): Router {
  const { control } = parts;
  const router = Router();
  router.get('/access', (_request, response) => void response.json(accessView(parts)));
  router.put('/access', async (request, response) => {
    await control.setMode(modeFrom(request.body));
    response.json(accessView(parts));
  });
  router.use(announcerRoutes(parts.announcers)); // its paths come before those of lists
  router.get('/access/:list', async (request, response) => {
    const { after, limit } = request.query;
    const page = await control.page(listFrom(request.params.list), afterFrom(after), limitFrom(limit));
    const infoHashes = page.map(infoHashToHex);
    response.json({ infoHashes, next: page.length < limitFrom(limit) ? null : infoHashes.at(-1) });
  });
  router.post('/access/:list', async (request, response) => {
    const { add = [], remove = [], ...others } = request.body ?? {};
    const other = Object.keys(others)[0]; // a slip must not pass for "nothing to change"
    if (other !== undefined)
      throw new BadRequest(`"${other.slice(0, 64)}" is not known here: use add, remove`);
    const list = listFrom(request.params.list);
    const [added, removed] = [hashesFrom('add', add), hashesFrom('remove', remove)];
    response.json({ added: await control.add(list, added), removed: await control.remove(list, removed) });
  });
  router.get('/access/:list/:infoHash', (request, response) => {
    const list = listFrom(request.params.list);
    const infoHash = swarmHashFromHex(request.params.infoHash);
    const { entries, file } = control.whereListed(list, infoHash);
    if (!entries && !file) return notListed(response, list);
    response.json({ infoHash: infoHashToHex(infoHash), isEntry: entries, isInFile: file });
  });
  router.put('/access/:list/:infoHash', async (request, response) => {
    await control.add(listFrom(request.params.list), [swarmHashFromHex(request.params.infoHash)]);
    response.status(204).end();
  });
  router.delete('/access/:list/:infoHash', async (request, response) => {
    const list = listFrom(request.params.list);
    const infoHash = swarmHashFromHex(request.params.infoHash);
    const removed = await control.remove(list, [infoHash]);
    if (control.whereListed(list, infoHash).file)
      return sendError(
        response,
        409,
        'ERR_LISTED_IN_FILE',
        `a file of the ${list} list has it: change the file`,
      );
    if (removed === 0) return notListed(response, list);
    response.status(204).end();
  });
  return router;
}

function notListed(response: Response, list: TorrentListName): void {
  sendError(response, 404, 'ERR_NOT_LISTED', `it is not on the ${list} list`);
}

/** The rules as the control API shows them. */
function accessView(parts: AccessParts): object {
  const { control, announcers, addresses, refusals, files, configuredMode } = parts;
  const { refusedByAddress, refusedByClient } = refusals();
  const filesOf = (name: keyof typeof files): object[] =>
    files[name].describe().map(({ readAtMs, trouble, ...file }) => ({
      ...file,
      readAt: new Date(readAtMs).toISOString(),
      trouble: trouble ?? null,
    }));
  const list = (name: TorrentListName): object => ({
    entries: control.entryCount(name),
    files: filesOf(name),
  });
  return {
    mode: control.mode,
    configuredMode: configuredMode ?? null,
    allow: list('allow'),
    deny: list('deny'),
    addresses: {
      entries: announcers.list('deny-address').length,
      ranges: addresses.size,
      files: filesOf('addresses'),
      refused: refusedByAddress,
    },
    clients: {
      allow: announcers.list('allow-client').length,
      deny: announcers.list('deny-client').length,
      refused: refusedByClient,
    },
  };
}

function modeFrom(body: unknown): AccessMode {
  const mode = typeof body === 'object' && body !== null && 'mode' in body ? body.mode : undefined;
  if (!isAccessMode(mode)) throw new BadRequest(`"mode" must be one of ${ACCESS_MODES.join(', ')}`);
  return mode;
}

function listFrom(text: string): TorrentListName {
  if (text !== 'allow' && text !== 'deny') throw new BadRequest('there are two lists: "allow" and "deny"');
  return text;
}

function hashesFrom(name: string, value: unknown): ReturnType<typeof swarmHashFromHex>[] {
  if (!Array.isArray(value) || value.length > MAX_HASHES || !value.every((one) => typeof one === 'string'))
    throw new BadRequest(`"${name}" must be a list of at most ${MAX_HASHES} info-hashes`);
  return value.map(swarmHashFromHex);
}

function afterFrom(value: unknown): ReturnType<typeof infoHashFromHex> | null {
  if (value === undefined) return null;
  if (typeof value !== 'string') throw new BadRequest('"after" must be an info-hash');
  return infoHashFromHex(value);
}

function limitFrom(value: unknown): number {
  const limit = value === undefined ? DEFAULT_PAGE : Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw new BadRequest(`"limit" must be a whole number from 1 to ${MAX_PAGE}`);
  return limit;
}
