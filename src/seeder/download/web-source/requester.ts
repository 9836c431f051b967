import * as http from 'node:http';
import * as https from 'node:https';
import { type Address, parseAddress } from '../../../bittorrent/endpoint.ts';
import { isNearAddress, publicLookup, refuseNear } from '../../tracker-client/near-address.ts';
import { WebSourceError } from './web-source-error.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A connection that serves nobody stays open so long, and so many of a host. */
const IDLE_MS = 10_000;
const MAX_IDLE = 2;
/** Connections to one host; each source asks for less at a time. */
const MAX_SOCKETS = 4;
/** A connection that a server closed while it was idle is noticed with the next request only; that is asked again. */
const MAX_STALE = 3;

interface Moved {
  readonly from: string;
  readonly to: URL;
  readonly isPublicOnly: boolean;
}

/**
 * Asks one web seed over connections that stay open. The rule for servers that we do not know is that of trackers: one out in the world
 * does not lead us into our own network, neither by a redirect nor by a name that means another address the next time.
 */
export class Requester {
  readonly #headers: http.OutgoingHttpHeaders;
  /** By scheme, and by whether only public addresses will do: a connection is never used by both. */
  readonly #agents = new Map<string, http.Agent>();
  /** The source itself is out in the world. */
  #isSourcePublic = false;
  /** Where the last file was found that has moved: so not each of its parts takes the detour. */
  #moved: Moved | undefined;

  readonly #isNear: (address: Address) => boolean;

  /** @param userAgent such as `Seedbed/0.1.0`; `isNear` tells who answers from our own network: there is another for tests only. */
  constructor(userAgent: string, isNear: (address: Address) => boolean = isNearAddress) {
    this.#isNear = isNear;
    // Encoded bytes would not be those that were asked for.
    this.#headers = { 'User-Agent': userAgent, Accept: '*/*', 'Accept-Encoding': 'identity' };
  }

  /**
   * Resolves with an answer, whatever its status, its body unread; redirects are followed. Nothing is sent but what the URL says: its
   * name and password go to the host in it alone.
   * @throws {WebSourceError} ERR_ANSWER for a redirect too many or to nowhere; {@link TrackerClientError} ERR_REDIRECT for one into our
   *   own network; the error of the connection; the signal's reason.
   */
  async get(
    url: string,
    headers: http.OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const known = this.#moved?.from === url ? this.#moved : undefined;
    let target = known?.to ?? new URL(url);
    let isPublicOnly = known?.isPublicOnly ?? this.#isSourcePublic;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#ask(target, isPublicOnly, headers, signal);
      const isPublic = !this.#isNearEnd(response);
      if (known === undefined && redirects === 0) this.#isSourcePublic ||= isPublic;
      const { location } = response.headers;
      if (location === undefined || !REDIRECTS.has(response.statusCode ?? 0)) {
        if (redirects > 0) this.#moved = { from: url, to: target, isPublicOnly };
        return response;
      }
      response.destroy();
      if (redirects >= MAX_REDIRECTS) throw new WebSourceError('ERR_ANSWER', 'it redirects too often');
      isPublicOnly ||= isPublic;
      target = redirectTarget(location, target);
    }
  }

  /** Forgets where a file went; false when it did not go anywhere. */
  forgetMoved(url: string): boolean {
    const hasMoved = this.#moved?.from === url;
    if (hasMoved) this.#moved = undefined;
    return hasMoved;
  }

  /** Ends all connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #ask(
    target: URL,
    isPublicOnly: boolean,
    headers: http.OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    if (isPublicOnly) refuseNear(target);
    const agent = this.#agentFor(target, isPublicOnly);
    for (let tries = 0; ; tries++) {
      const asked = { agent, headers: { ...this.#headers, ...headers } };
      const result = await askOnce(target, asked, signal);
      if (result instanceof http.IncomingMessage) return result;
      if (!result.wasReused || tries >= MAX_STALE) throw result.error;
    }
  }

  #isNearEnd({ socket }: http.IncomingMessage): boolean {
    const address = parseAddress(socket.remoteAddress ?? '');
    return address !== undefined && this.#isNear(address);
  }

  #agentFor({ protocol }: URL, isPublicOnly: boolean): http.Agent {
    const key = `${protocol}${isPublicOnly}`;
    const found = this.#agents.get(key);
    if (found !== undefined) return found;
    const { Agent } = protocol === 'https:' ? https : http;
    const agent = new Agent({
      keepAlive: true,
      maxSockets: MAX_SOCKETS,
      maxFreeSockets: MAX_IDLE,
      timeout: IDLE_MS, // ends those that serve nobody alone
      ...(isPublicOnly && { lookup: publicLookup }),
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

interface Failed {
  readonly error: unknown;
  /** The connection had served before, and ended before it answered. */
  readonly wasReused: boolean;
}

function askOnce(
  target: URL,
  how: http.RequestOptions,
  signal: AbortSignal,
): Promise<http.IncomingMessage | Failed> {
  signal.throwIfAborted();
  const { request } = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const asked = request(target, how, (response) => {
      void response.socket.remoteAddress; // asked for early: a closed socket has forgotten, unless it has told before
      resolve(response);
    });
    const abort = (): void => void asked.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort);
    asked.on('close', () => signal.removeEventListener('abort', abort)); // the body has been read by then
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) return reject(signal.reason);
      const isGone = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      resolve({ error, wasReused: asked.reusedSocket && isGone });
    });
    asked.end();
  });
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.parse(location, from.href);
  if (target === null || (target.protocol !== 'http:' && target.protocol !== 'https:'))
    throw new WebSourceError('ERR_ANSWER', 'it redirects to something that is no http or https URL');
  return target;
}
