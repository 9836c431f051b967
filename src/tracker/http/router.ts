import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { isPasskey } from '../../bittorrent/announce-path.ts';
import { encodeFailureReply } from '../../bittorrent/announce-response.ts';
import { type AnnounceContext, UNKNOWN_SENDER } from '../announce-context.ts';
import { type CommitGate, NOT_SAVED } from '../front-end/commit-gate.ts';
import { FLOOD_REFUSAL, type FloodGate } from '../front-end/flood-gate.ts';
import { TrustedProxies } from '../front-end/trusted-proxies.ts';
import {
  answerAnnounce,
  encodeAnnounceAnswer,
  encodeScrapeAnswer,
  type HttpTracker,
  isFailure,
  type QueryBytes,
} from './answer.ts';
import { type HttpCounters, makeHttpCounters } from './limits.ts';
import { RequestContext } from './request-context.ts';
import { SocketEnds } from './socket-ends.ts';

/** How a {@link trackerRouter} differs from the usual. */
export interface TrackerRouterOptions {
  /** Networks of reverse proxies whose X-Forwarded-For header counts. */
  readonly trustedProxies?: readonly string[];
  /** Sheds what one sender sends beyond its share; left out: nothing is shed. */
  readonly gate?: FloodGate | undefined;
  /** Strict durability: announces are answered after their commit. */
  readonly commits?: CommitGate | undefined;
  /** Where announces, scrapes, failures and what is shed are counted; left out: nowhere. */
  readonly counters?: HttpCounters;
}

/**
 * The tracker as an Express router, for an app of your own: `GET announce` and `GET scrape`, alone or with `/<passkey>`, below where it is mounted. It gives the
 * same answers as the fast path. Express parses no query for it: info-hashes are bytes, not text.
 * @throws {TypeError} when a trusted proxy is no network.
 */
export function trackerRouter(core: HttpTracker, options: TrackerRouterOptions = {}): Router {
  const proxies = new TrustedProxies(options.trustedProxies);
  /** A proxy that we trust sends for many, so what it sends in its own name is never too much. */
  const isFlood = ({ source }: AnnounceContext, ends: SocketEnds): boolean =>
    options.gate !== undefined &&
    !options.gate.admits(source) &&
    (source !== ends.source || !proxies.isTrusted(source));
  const { commits, counters = makeHttpCounters() } = options;
  const router = express.Router({ caseSensitive: true, strict: true });
  const onlyPasskeys = (request: Request, _response: Response, next: NextFunction): void =>
    passkeyOf(request) === undefined ? next('route') : next();
  const shed = (response: Response): void => {
    counters.shedFlood++;
    send(response, REFUSAL);
  };
  const announce = (request: Request, response: Response): void => {
    const ends = new SocketEnds(request.socket);
    if (ends.isGone) {
      response.destroy(); // else a peer would be listed at no address
      return;
    }
    counters.announces++;
    const context = contextOf(request, ends, proxies);
    if (isFlood(context, ends)) return shed(response);
    if (commits?.hasRoom() === false) {
      counters.failures++;
      return send(response, NOT_SAVED_BODY);
    }
    const reply = answerAnnounce(core, queryOf(request), context);
    if (isFailure(reply)) counters.failures++;
    const body = encodeAnnounceAnswer(reply);
    if (commits === undefined || isFailure(reply)) send(response, body);
    else void sendCommitted(response, body, commits);
  };
  const scrape = (request: Request, response: Response): void => {
    const ends = new SocketEnds(request.socket);
    counters.scrapes++;
    if (!ends.isGone && isFlood(contextOf(request, ends, proxies), ends)) return shed(response);
    const context = { protocol: 'http', passkey: passkeyOf(request) } as const;
    send(response, encodeScrapeAnswer(core, queryOf(request), context));
  };
  // To Express a HEAD is a GET whose body is left out: a link checker would be listed as a peer.
  router.head(['/announce', '/announce/:passkey'], refuseHead);
  router.get('/announce', announce);
  router.get('/announce/:passkey', onlyPasskeys, announce);
  router.get('/scrape', scrape);
  router.get('/scrape/:passkey', onlyPasskeys, scrape);
  return router;
}

/** As it stands in the path, which is not decoded: `%61` is no "a" here, as it is none on the fast path. */
function passkeyOf({ path }: Request): string | undefined {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return isPasskey(last) ? last : undefined;
}

/** Encoded once: floods are made of refusals. */
const NOT_SAVED_BODY = encodeFailureReply(NOT_SAVED);
const REFUSAL = encodeFailureReply(FLOOD_REFUSAL);

function queryOf(request: Request): QueryBytes {
  const bytes = Buffer.from(request.url, 'latin1'); // node:http gives the bytes of the URL as latin1
  const mark = bytes.indexOf('?');
  return { bytes, start: mark < 0 ? bytes.length : mark + 1, end: bytes.length };
}

function contextOf(request: Request, ends: SocketEnds, proxies: TrustedProxies): AnnounceContext {
  const header = request.headers['x-forwarded-for'];
  const passkey = passkeyOf(request);
  if (header === undefined || !proxies.isTrusted(ends.source))
    return passkey === undefined ? ends : new RequestContext(ends, passkey);
  const source = proxies.clientOf(typeof header === 'string' ? header : header.join(',')) ?? UNKNOWN_SENDER;
  return { source, localAddress: undefined, protocol: 'http', passkey };
}

/** An announce without an answer serves nobody. */
function refuseHead(_request: Request, response: Response): void {
  response.writeHead(405, { Allow: 'GET' }).end();
}

async function sendCommitted(response: Response, body: Uint8Array, commits: CommitGate): Promise<void> {
  const isSaved = await commits.pass(body.length);
  send(response, isSaved ? body : NOT_SAVED_BODY);
}

/** Not `send()`, which would add a charset and an ETag. */
function send(response: Response, body: Uint8Array): void {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
  response.end(body);
}
