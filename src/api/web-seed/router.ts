import { type Request, type Response, Router } from 'express';
import { type Address, isPrivateAddress, parseAddress } from '../../bittorrent/endpoint.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { Clock } from '../../seeder/clock.ts';
import type { WebSeedRefusal } from '../../seeder/web-seed/counters.ts';
import type { SeededFile } from '../../seeder/web-seed/seeded-file.ts';
import type { Download, WebSeed } from '../../seeder/web-seed/web-seed.ts';
import { SocketsPerAddress } from '../../tracker/front-end/sockets-per-address.ts';
import { type ContentPart, contentPartOf } from './content-range.ts';
import { parseFilePath } from './file-path.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { transfer } from './transfer.ts';
import { isWebSeeded } from './web-seed-urls.ts';

/** Downloads of one public address, or IPv6 /64, at the same time. */
const MAX_PER_ADDRESS = 16;
/** When a client is to come back that found no room, or a torrent that is being checked. */
const RETRY_SECONDS = 30;
/** The same when the torrent is left to others. */
const SPARED_RETRY_SECONDS = 600;

/** What the router of `/files` needs. */
export interface WebSeedRouterOptions {
  readonly webSeed: WebSeed;
  /** Whether a passkey is that of a user who may come in; undefined: the tracker is public, and paths have no passkey. */
  readonly isMember?: ((passkey: string) => boolean) | undefined;
  readonly clock?: Clock;
}

/** What to do with a request: serve a file, or turn it away. */
type Wanted = { readonly file: SeededFile } | { readonly refusal: WebSeedRefusal };

/** For caches in front of us. */
const CACHED = 'public, max-age=3600, no-transform';

const REFUSALS: Readonly<Record<WebSeedRefusal, readonly [status: number, text: string]>> = {
  'not-found': [404, 'There is no such file here.\n'],
  'not-a-member': [403, 'This tracker is private: the passkey is not that of a user.\n'],
  unavailable: [503, 'This torrent is not served at the moment.\n'],
  spared: [
    503,
    'Others serve this torrent at the moment, or what may be sent this month was: use BitTorrent, or come back.\n',
  ],
  busy: [503, 'Too many downloads at the moment.\n'],
  unsatisfiable: [416, 'The file has no such range.\n'],
};

/**
 * The files of the torrents that are seeded, to be mounted at `/files` (BEP 19): GET and HEAD, ranges, nothing listed. Whatever it sends is a
 * download to a browser, never a page of ours.
 */
export function webSeedRouter(options: WebSeedRouterOptions): Router {
  const perAddress = new SocketsPerAddress(MAX_PER_ADDRESS);
  const router = Router();
  router.use(oneAtATime());
  router.use(async (request, response) => {
    response.set(HEADERS);
    if (request.method === 'OPTIONS') return void response.set(PREFLIGHT_HEADERS).status(204).end();
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void response.set('Allow', 'GET, HEAD').status(405).end();
    const wanted = wantedBy(request, options);
    if ('refusal' in wanted) refuse(options, response, wanted.refusal);
    else await serve(wanted.file, request, response, { ...options, perAddress });
  });
  return router;
}

/** Scripts of other pages may read what anybody may read: WebTorrent in a browser. */
const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Length, Content-Range, ETag',
  'Cache-Control': 'no-store',
} as const;

const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers': 'Range, If-Range',
  'Access-Control-Max-Age': '86400',
} as const;

/** Who is no member learns nothing of what there is. */
function wantedBy(request: Request, { webSeed, isMember }: WebSeedRouterOptions): Wanted {
  const asked = parseFilePath(request.path, isMember !== undefined);
  if (asked === undefined) return { refusal: 'not-found' };
  if (isMember !== undefined && !isMember(asked.passkey ?? '')) return { refusal: 'not-a-member' };
  const torrent = webSeed.torrent(asked.infoHash);
  if (torrent === undefined || !isWebSeeded(torrent.metainfo, isMember === undefined ? 'public' : 'members'))
    return { refusal: 'not-found' };
  const file = webSeed.find(torrent, asked.path);
  if (file === undefined) return { refusal: 'not-found' };
  if (!webSeed.isServed(file)) return { refusal: 'unavailable' };
  return torrent.serving === 'everybody' ? { file } : { refusal: 'spared' };
}

function refuse({ webSeed }: WebSeedRouterOptions, response: Response, refusal: WebSeedRefusal): void {
  webSeed.counters.refusedTotal[refusal]++;
  const [status, text] = REFUSALS[refusal];
  if (status === 503)
    response.set('Retry-After', String(refusal === 'spared' ? SPARED_RETRY_SECONDS : RETRY_SECONDS));
  response.removeHeader('ETag');
  response.status(status).type('text').end(text); // `send` would add an ETag
}

async function serve(
  file: SeededFile,
  request: Request,
  response: Response,
  options: WebSeedRouterOptions & { readonly perAddress: SocketsPerAddress },
): Promise<void> {
  response.set({ ETag: file.etag, 'Accept-Ranges': 'bytes' });
  if (request.fresh) return void response.status(304).end();
  const part = contentPartOf(request, file.length, file.etag);
  if (part === undefined) {
    response.set('Content-Range', `bytes */${file.length}`);
    return refuse(options, response, 'unsatisfiable');
  }
  if (request.method === 'HEAD' || part.start === part.end) {
    describe(response, file, part, options);
    return void response.end();
  }
  const address = parseAddress(request.ip ?? '');
  if (address !== undefined && !options.perAddress.enter(address)) return refuse(options, response, 'busy');
  try {
    await send(file, part, response, { ...options, address });
  } finally {
    if (address !== undefined) options.perAddress.leave(address);
  }
}

async function send(
  file: SeededFile,
  part: ContentPart,
  response: Response,
  options: WebSeedRouterOptions & { readonly address: Address | undefined },
): Promise<void> {
  const { address } = options;
  const { start, end } = part;
  const isLocal = address !== undefined && isPrivateAddress(address);
  const download = options.webSeed.open(file, { start, end, isLocal });
  if (download === undefined) return refuse(options, response, 'busy');
  response.once('close', () => download.cancel());
  let isWhole = false;
  try {
    const first = await firstOf(download);
    if (first === undefined) return refuse(options, response, 'unavailable');
    describe(response, file, part, options);
    isWhole = await transfer(download, first, response, options.clock);
  } finally {
    download.end(isWhole);
  }
}

/** Nothing is promised before the first bytes are there; why they are not is told of the torrent. */
async function firstOf(download: Download): Promise<Buffer | undefined> {
  try {
    return await download.next();
  } catch {
    return undefined;
  }
}

function describe(
  response: Response,
  { name, length }: SeededFile,
  { start, end, isPartial }: ContentPart,
  { isMember }: WebSeedRouterOptions,
): void {
  response.attachment(printableLine(name));
  response.set({
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(end - start),
    // Hashes hold the content: only that it is published at all can end.
    'Cache-Control': isMember === undefined ? CACHED : 'private, no-store, no-transform',
  });
  if (isPartial) response.status(206).set('Content-Range', `bytes ${start}-${end - 1}/${length}`);
}
