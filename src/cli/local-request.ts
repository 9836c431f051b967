import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request to the server of this machine. */
export interface LocalRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The only bound of the time that the answer may take. */
  readonly signal: AbortSignal;
}

/** What came back. */
export interface LocalAnswer {
  readonly status: number;
  /** Empty when there is none. */
  readonly body: string;
}

/**
 * Asks a server for an answer that may take hours, such as when terabytes are checked or peers are asked for metadata. `fetch` is no way to do
 * that: it gives up after five minutes without an answer, whatever its signal says.
 * @throws {Error} of the socket, and the reason of the signal.
 */
export async function localRequest(url: string, { body, ...options }: LocalRequest): Promise<LocalAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request(url, {
    method: options.method,
    headers: { ...options.headers, ...length },
    signal: options.signal,
    agent: false, // a connection that was kept may be closed by the server just when it is used again
  });
  sent.on('response', resolve);
  sent.on('error', reject);
  sent.end(body);
  try {
    const response = await promise;
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (error) {
    options.signal.throwIfAborted(); // its reason says more than "The operation was aborted"
    throw error;
  }
}
