import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { type Address, type AddressFamily, type Endpoint, parseAddress } from '../../bittorrent/endpoint.ts';
import { isNearAddress, publicLookup, refuseNear } from './near-address.ts';
import { asTrackerClientError, TrackerClientError } from './tracker-client-error.ts';

/** Bounds of a request to a server that we do not know. */
export interface HttpGetOptions {
  readonly maxBytes: number;
  /** For the whole exchange, redirects included. */
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Only addresses of this family. */
  readonly family?: AddressFamily | undefined;
  readonly isAnyCertificateTaken?: boolean | undefined;
  /** More headers; left out: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** An answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** Who answered, and from which of our addresses we asked. */
  readonly remote: Endpoint | undefined;
  readonly local: Address | undefined;
  /** Of the last request, redirects not counted. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches an `http:` or `https:` URL within bounds; a server out in the world cannot send us into our own network. The messages of its errors hold no URL, since that may carry a passkey.
 * @throws {TrackerClientError} when the server cannot be reached, is too slow, sends too much or redirects too often; the signal's reason.
 */
export async function httpGet(url: string, options: HttpGetOptions): Promise<HttpAnswer> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  let target = new URL(url);
  let isPublicOnly = false;
  for (let redirects = 0; ; redirects++) {
    const answer: HttpAnswer = await getOnce(target, { ...options, isPublicOnly }, signal).catch(
      (cause: unknown) => {
        if (options.signal.aborted) throw options.signal.reason;
        throw asTrackerClientError(cause, options);
      },
    );
    const { location } = answer.headers;
    if (location === undefined || !REDIRECTS.has(answer.status)) return answer;
    if (redirects >= options.maxRedirects)
      throw new TrackerClientError('ERR_REDIRECT', 'it redirects too often', { location });
    isPublicOnly ||= answer.remote === undefined || !isNearAddress(answer.remote.address);
    target = redirectTarget(location, target);
    if (isPublicOnly) refuseNear(target);
  }
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (target === undefined || (target.protocol !== 'http:' && target.protocol !== 'https:'))
    throw new TrackerClientError('ERR_REDIRECT', 'it redirects to something that is no http or https URL');
  return target;
}

interface OneRequest extends HttpGetOptions {
  readonly isPublicOnly: boolean;
}

function getOnce(url: URL, options: OneRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { maxBytes, userAgent, family, isAnyCertificateTaken = false, isPublicOnly } = options;
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, 'User-Agent': userAgent, Accept: '*/*', Connection: 'close' };
    const how = {
      headers,
      signal,
      agent: false,
      rejectUnauthorized: !isAnyCertificateTaken,
      ...(family !== undefined && { family }),
      ...(isPublicOnly && { lookup: publicLookup }),
    };
    const sent = request(url, how, (response) => {
      const ends = endsOf(response.socket);
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length <= maxBytes) return void parts.push(part);
        reject(new TrackerClientError('ERR_TOO_LARGE', `its answer is larger than ${maxBytes} bytes`));
        sent.destroy();
      });
      response.on('error', reject);
      response.on('close', () => reject(new TrackerClientError('ERR_CLOSED', 'it closed the connection'))); // in vain after `end`
      response.on('end', () => {
        const { bytesWritten: bytesSent, bytesRead: bytesReceived } = response.socket;
        const status = response.statusCode ?? 0;
        const { headers: received } = response;
        resolve({ status, headers: received, body: Buffer.concat(parts), ...ends, bytesSent, bytesReceived });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Asked for early: a closed socket has forgotten. */
function endsOf(socket: Socket): Pick<HttpAnswer, 'remote' | 'local'> {
  const { remoteAddress = '', remotePort = 0, localAddress = '' } = socket;
  const address = parseAddress(remoteAddress);
  return {
    remote: address === undefined ? undefined : { address, port: remotePort },
    local: parseAddress(localAddress),
  };
}
