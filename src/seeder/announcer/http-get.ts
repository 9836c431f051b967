import * as http from 'node:http';
import * as https from 'node:https';

/** Bounds of a request to a server that we do not know. */
export interface HttpGetOptions {
  readonly maxBytes: number;
  /** For the whole exchange, redirects included. */
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** An answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches an `http:` or `https:` URL within bounds. The messages of its errors hold no URL, since that may carry a passkey.
 * @throws {Error} when the server cannot be reached, is too slow, sends too much or redirects too often; the signal's reason.
 */
export async function httpGet(url: string, options: HttpGetOptions): Promise<HttpAnswer> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  let target = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const answer = await getOnce(target, options, signal).catch((cause: unknown) => {
      throw plainError(cause, options);
    });
    if (answer.location === undefined) return answer;
    if (redirects >= options.maxRedirects) throw new Error('it redirects too often');
    target = redirectTarget(answer.location, target);
  }
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (target === undefined || (target.protocol !== 'http:' && target.protocol !== 'https:'))
    throw new Error('it redirects to something that is no http or https URL');
  return target;
}

function getOnce(
  url: URL,
  { maxBytes, userAgent }: HttpGetOptions,
  signal: AbortSignal,
): Promise<HttpAnswer & { readonly location: string | undefined }> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const headers = { 'User-Agent': userAgent, Accept: '*/*', Connection: 'close' };
    const sent = request(url, { headers, signal, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      const location = REDIRECTS.has(status) ? response.headers.location : undefined;
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length <= maxBytes) return void parts.push(part);
        reject(new Error(`its answer is larger than ${maxBytes} bytes`));
        sent.destroy();
      });
      response.on('error', reject);
      response.on('close', () => reject(new Error('it closed the connection'))); // in vain after `end`
      response.on('end', () => resolve({ status, location, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** A sentence for a person instead of a system error with an address in it. */
function plainError(cause: unknown, { signal, timeoutMs }: HttpGetOptions): Error {
  if (signal.aborted) return signal.reason as Error; // AbortController's default reason is an Error
  const { code, name, message } = cause as NodeJS.ErrnoException; // the http client rejects with errors only
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'it closed the connection',
    ENOTFOUND: 'its host name is not known',
    EAI_AGAIN: 'its host name cannot be looked up now',
    ETIMEDOUT: 'it cannot be reached',
    EHOSTUNREACH: 'it cannot be reached',
  };
  if (name === 'TimeoutError' || name === 'AbortError')
    return new Error(`it did not answer within ${timeoutMs / 1000} seconds`, { cause });
  return new Error(words[code ?? ''] ?? code ?? message, { cause });
}
