import { type NextFunction, type Request, type Response, Router } from 'express';
import { withPasskey } from '../bittorrent/announce-path.ts';
import { type InfoHash, infoHashFromHex } from '../bittorrent/info-hash.ts';
import { printableLine } from '../bittorrent/text.ts';
import { filesPage } from './files-page.ts';
import { indexPage, privatePage } from './index-page.ts';
import type { Listing } from './listing.ts';
import type { PublicStats } from './public-stats.ts';
import { requestOrigin } from './request-origin.ts';
import { statsPage } from './stats-page.ts';
import { STYLE } from './style.ts';

/** What the pages need. */
export interface WebOptions {
  readonly listing: Listing;
  /** Where we are reached when a request does not tell, such as `http://192.0.2.7:6969`. */
  readonly fallbackOrigin: () => string;
  /** The configured public URL, without a slash at its end. */
  readonly publicUrl?: string | undefined;
  /**
   * Whether a passkey is that of a user who may come in; undefined: everybody may. Pages of a private tracker are for those who
   * bring their passkey as `?passkey=`, and what they link to is theirs.
   */
  readonly isMember?: ((passkey: string) => boolean) | undefined;
  /** How busy the tracker is; undefined: that is nobody's business. */
  readonly stats?: (() => PublicStats) | undefined;
}

const TORRENTS_PER_PAGE = 100;
const FILES_PER_PAGE = 500;

/** The pages for people: `/`, `/style.css`, `/torrents/<info-hash>`, `/torrents/<info-hash>.torrent`, and `/stats` when it is wanted. */
export function webRouter(options: WebOptions): Router {
  const router = Router();
  router.use(secureHeaders);
  router.get('/', (request, response) => sendIndex(options, request, response));
  router.get('/style.css', (_request, response) => {
    response.type('css').set('Cache-Control', 'max-age=3600').send(STYLE);
  });
  const { stats } = options;
  if (stats !== undefined) {
    router.get('/stats', (_request, response) => void response.type('html').send(statsPage(stats()).markup));
    router.get('/stats.json', (_request, response) => void response.json(stats()));
  }
  router.get('/torrents/:file', (request, response, next) => {
    const isFile = request.params.file.endsWith('.torrent');
    (isFile ? sendTorrent : sendFiles)(options, request, response, next);
  });
  return router;
}

/** Nothing on the pages runs, frames, or comes from elsewhere. */
function secureHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store', // links carry the host that was asked for
  });
  next();
}

function originOf(request: Request, { fallbackOrigin, publicUrl }: WebOptions): string {
  return requestOrigin(request, { fallback: fallbackOrigin(), publicUrl });
}

/** Who asks: a user of a private tracker, or anybody of a public one (whose passkey says nothing). */
function visitorOf({ isMember }: WebOptions, { query }: Request): Visitor | undefined {
  if (isMember === undefined) return { passkey: undefined };
  const { passkey } = query;
  return typeof passkey === 'string' && isMember(passkey) ? { passkey } : undefined;
}

interface Visitor {
  readonly passkey: string | undefined;
}

function sendIndex(options: WebOptions, request: Request, response: Response): void {
  const visitor = visitorOf(options, request);
  if (visitor === undefined) return void response.type('html').send(privatePage().markup);
  const { listing } = options;
  const { passkey } = visitor;
  const origin = originOf(request, options);
  const pageCount = Math.max(1, Math.ceil(listing.size / TORRENTS_PER_PAGE));
  const page = Math.min(pageOf(request), pageCount);
  const torrents = listing
    .page((page - 1) * TORRENTS_PER_PAGE, TORRENTS_PER_PAGE)
    .map((torrent) => ({ ...torrent, magnet: listing.magnet(torrent.infoHash, origin, passkey) ?? '' }));
  response.type('html').send(
    indexPage({
      torrents,
      pending: listing.pending,
      page,
      pageCount,
      announceUrl: announceUrlFor(origin, passkey),
      passkey,
    }).markup,
  );
}

/** The page that a request asks for, from 1; 1 when it asks for none that could be. */
function pageOf({ query }: Request): number {
  const asked = typeof query['page'] === 'string' ? Number(query['page']) : 1;
  return Number.isSafeInteger(asked) && asked >= 1 ? asked : 1;
}

function sendFiles(options: WebOptions, request: Request, response: Response, next: NextFunction): void {
  const infoHash = infoHashOf(`${request.params['file']}.torrent`);
  const visitor = visitorOf(options, request);
  if (visitor === undefined) return void response.status(403).type('html').send(privatePage().markup);
  if (infoHash === undefined) return next();
  const { listing } = options;
  const { passkey } = visitor;
  const page = pageOf(request);
  const listed = listing.files(infoHash, (page - 1) * FILES_PER_PAGE, FILES_PER_PAGE, passkey);
  if (listed === undefined) return next();
  const pageCount = Math.max(1, Math.ceil(listed.fileCount / FILES_PER_PAGE));
  const magnet = listing.magnet(infoHash, originOf(request, options), passkey) ?? '';
  response
    .type('html')
    .send(
      filesPage({ ...listed, infoHash, magnet, page: Math.min(page, pageCount), pageCount, passkey }).markup,
    );
}

function sendTorrent(options: WebOptions, request: Request, response: Response, next: NextFunction): void {
  const infoHash = infoHashOf(request.params['file']);
  const visitor = visitorOf(options, request);
  if (visitor === undefined)
    return void response.status(403).type('text').send('This tracker is private: bring your passkey.\n');
  const torrent =
    infoHash && options.listing.torrentFile(infoHash, originOf(request, options), visitor.passkey);
  if (torrent === undefined) return next();
  response
    .type('application/x-bittorrent')
    .attachment(`${printableLine(torrent.name)}.torrent`)
    .send(Buffer.from(torrent.bytes));
}

function announceUrlFor(origin: string, passkey: string | undefined): string {
  const url = `${origin}/announce`;
  return passkey === undefined ? url : withPasskey(url, passkey);
}

/** The info-hash in `<40 hex digits>.torrent`; the only part of a path that anybody can choose. */
function infoHashOf(file: unknown): InfoHash | undefined {
  const match = typeof file === 'string' ? /^([0-9a-f]{40})\.torrent$/i.exec(file) : null;
  return match?.[1] === undefined ? undefined : infoHashFromHex(match[1]);
}
