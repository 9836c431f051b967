import { type Request, Router } from 'express';
import { infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { UserChange } from '../../persistence/user-store.ts';
import { BadRequest } from '../errors.ts';
import { pageFrom } from '../paging.ts';
import { timeOf, type UserDetailView, userTorrentView, userView } from '../user-view.ts';
import type { NewUser, UserState, Users } from '../users.ts';

/** What the routes of `/users` need. */
export interface UserRoutesOptions {
  readonly users: Users;
  /** The announce URLs of whoever has this passkey. */
  readonly announceUrls: (passkey: string) => readonly string[];
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

const PAGE = { limit: 100, max: 1000 };
/** The year 9999: what a Date and every database hold. */
const MAX_SECONDS = 253_402_300_799;

/** `/users`, `/freeleech` and `/torrents/.../credit`: who may use a private tracker, and how torrents count. */
export function userRoutes(options: UserRoutesOptions): Router {
  const router = Router();
  addUserRoutes(router, options);
  addCreditRoutes(router, options);
  return router;
}

function addUserRoutes(router: Router, { users, announceUrls, nowSeconds }: UserRoutesOptions): void {
  const detail = (state: UserState): UserDetailView => ({
    ...userView(state, nowSeconds()),
    passkey: state.user.passkey,
    announceUrls: announceUrls(state.user.passkey),
  });
  router.get('/users', async (request, response) => {
    const { skip, limit } = pageFrom(request.query, PAGE);
    const { users: page, total } = await users.list(skip, limit);
    response.json({ users: page.map((state) => userView(state, nowSeconds())), total });
  });
  router.post('/users', async (request, response) => {
    response.status(201).json(detail(await users.add(newUserFrom(bodyOf(request)))));
  });
  router.get('/users/:user', async (request, response) => {
    response.json(detail(await users.get(request.params.user)));
  });
  router.patch('/users/:user', async (request, response) => {
    response.json(detail(await users.change(request.params.user, changeFrom(bodyOf(request)))));
  });
  router.delete('/users/:user', async (request, response) => {
    await users.remove(request.params.user);
    response.status(204).end();
  });
  router.post('/users/:user/passkey', async (request, response) => {
    const passkey = textOf(bodyOf(request), 'passkey');
    response.json(detail(await users.newPasskey(request.params.user, passkey)));
  });
  router.get('/users/:user/torrents', async (request, response) => {
    const { skip, limit } = pageFrom(request.query, PAGE);
    const torrents = await users.torrentsOf(request.params.user, skip, limit);
    response.json({ torrents: torrents.map(userTorrentView) });
  });
}

function addCreditRoutes(router: Router, { users }: UserRoutesOptions): void {
  const freeleech = (): object => ({ until: timeOf(users.freeleechUntilSeconds ?? null) });
  router.get('/freeleech', (_request, response) => void response.json(freeleech()));
  router.put('/freeleech', async (request, response) => {
    const until = timeFrom(bodyOf(request), 'until');
    if (until === undefined) throw new BadRequest('"until" must be a time, or null to end it');
    await users.setFreeleech(until ?? 0);
    response.json(freeleech());
  });
  router.get('/credits', async (_request, response) => {
    const credits = await users.credits();
    response.json({
      credits: credits.map(({ infoHash, ...credit }) => ({ infoHash: infoHashToHex(infoHash), ...credit })),
    });
  });
  router.get('/torrents/:infoHash/credit', (request, response) => {
    response.json(users.creditOf(infoHashFromHex(request.params.infoHash)));
  });
  router.patch('/torrents/:infoHash/credit', async (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    response.json(await users.setCredit(infoHash, creditFrom(bodyOf(request))));
  });
}

type Body = Readonly<Record<string, unknown>>;

function bodyOf({ body }: Request): Body {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadRequest('the body must be a JSON object');
  return body;
}

/** A slip in the name of a member must not pass for "nothing to change". */
function refuseOthers(body: Body, known: readonly string[]): void {
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined)
    throw new BadRequest(`"${other.slice(0, 64)}" is not known here: use ${known.join(', ')}`);
}

function newUserFrom(body: Body): NewUser {
  refuseOthers(body, ['name', 'passkey', 'expiresAt']);
  const name = textOf(body, 'name');
  if (name === undefined) throw new BadRequest('"name" is missing');
  return { name, passkey: textOf(body, 'passkey'), expiresAtSeconds: timeFrom(body, 'expiresAt') };
}

function changeFrom(body: Body): UserChange {
  refuseOthers(body, ['name', 'isEnabled', 'expiresAt']);
  const { isEnabled } = body;
  if (isEnabled !== undefined && typeof isEnabled !== 'boolean')
    throw new BadRequest('"isEnabled" must be true or false');
  const name = textOf(body, 'name');
  const expiresAtSeconds = timeFrom(body, 'expiresAt');
  return {
    ...(name !== undefined && { name }),
    ...(isEnabled !== undefined && { isEnabled }),
    ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
  };
}

function creditFrom(body: Body): { uploadPercent?: number; downloadPercent?: number } {
  refuseOthers(body, ['uploadPercent', 'downloadPercent']);
  const change: { uploadPercent?: number; downloadPercent?: number } = {};
  for (const name of ['uploadPercent', 'downloadPercent'] as const) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== 'number') throw new BadRequest(`"${name}" must be a number`);
    change[name] = value;
  }
  return change;
}

function textOf(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new BadRequest(`"${name}" must be a text`);
}

/** Unix seconds of an ISO 8601 time; null for null, undefined when it is not there. */
function timeFrom(body: Body, name: string): number | null | undefined {
  const value = body[name];
  if (value === undefined || value === null) return value;
  const isTime =
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value);
  const seconds = isTime ? Math.floor(Date.parse(value) / 1000) : Number.NaN;
  if (!(seconds >= 0 && seconds <= MAX_SECONDS))
    throw new BadRequest(`"${name}" must be a time such as 2030-01-31T12:00:00Z, or null`);
  return seconds;
}
