import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import { parseAddress } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import {
  decodeWebSocketReply,
  formatWebSocketAnnounce,
  formatWebSocketScrape,
  type WebSocketReply,
} from '../../bittorrent/websocket-client-messages.ts';
import type {
  AnnounceResult,
  Exchange,
  ScrapeResult,
  TrackerClient,
  TrackerClientOptions,
} from './tracker-client.ts';
import { asTrackerClientError, TrackerClientError } from './tracker-client-error.ts';

const MAX_BYTES = 1024 * 1024;
/** Offers of other peers that may come before our answer. */
const MAX_PASSED_OVER = 100;

/**
 * A WebTorrent tracker over WebSocket. We speak no WebRTC, so we make no offers and get no peers: an announce brings the counts. Each
 * exchange has a socket of its own, and such a tracker forgets us when it closes.
 */
export class WebSocketTracker implements TrackerClient {
  readonly #url: URL;
  readonly #options: TrackerClientOptions;

  constructor(url: URL, options: TrackerClientOptions) {
    this.#url = url;
    this.#options = options;
  }

  async announce(request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceResult> {
    const isOurs = (reply: WebSocketReply): boolean =>
      reply.kind === 'announce' &&
      (reply.infoHash === undefined || bytesEqual(reply.infoHash, request.infoHash));
    const { reply, exchange } = await this.#ask(formatWebSocketAnnounce(request), isOurs, signal);
    if (reply.kind !== 'announce') throw new Error('unreachable: only announce replies were awaited');
    return { reply: reply.reply, exchange };
  }

  async scrape(infoHashes: readonly InfoHash[], signal: AbortSignal): Promise<ScrapeResult> {
    const isOurs = (reply: WebSocketReply): boolean =>
      reply.kind === 'scrape' || (reply.kind === 'announce' && 'failure' in reply.reply);
    const { reply, exchange } = await this.#ask(formatWebSocketScrape(infoHashes), isOurs, signal);
    if (reply.kind === 'scrape') return { reply: { swarms: reply.swarms }, exchange };
    if (reply.kind === 'announce' && 'failure' in reply.reply) return { reply: reply.reply, exchange };
    throw new Error('unreachable: only scrape replies and failures were awaited');
  }

  async #ask(
    message: string,
    isOurs: (reply: WebSocketReply) => boolean,
    signal: AbortSignal,
  ): Promise<{ reply: WebSocketReply; exchange: Exchange }> {
    const { timeoutMs } = this.#options;
    const begin = performance.now();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const socket = this.#open();
    try {
      const { reply, body, ends } = await answerTo(message, { socket, isOurs, signal: deadline });
      const exchange = {
        protocol: this.#url.protocol === 'wss:' ? 'wss' : 'ws',
        ...ends,
        bytesSent: Buffer.byteLength(message),
        bytesReceived: body.length,
        elapsedMs: performance.now() - begin,
        body,
      } as const;
      return { reply, exchange };
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      if (cause instanceof Error && cause.name === 'ProtocolError') throw cause;
      throw asTrackerClientError(withoutUpgrade(cause), timeoutMs);
    } finally {
      socket.close();
      // A tracker that does not close the socket in return is not waited for.
      setTimeout(() => socket.terminate(), 1000).unref();
    }
  }

  #open(): WebSocket {
    const { userAgent, timeoutMs, family, isAnyCertificateTaken = false } = this.#options;
    const socket = new WebSocket(this.#url, {
      headers: { 'User-Agent': userAgent },
      perMessageDeflate: false,
      maxPayload: MAX_BYTES,
      handshakeTimeout: timeoutMs,
      followRedirects: false,
      rejectUnauthorized: !isAnyCertificateTaken,
      ...(family !== undefined && { family }),
    });
    socket.on('error', () => {}); // also after the answer
    return socket;
  }
}

/** Where the two ends of a socket lie. */
type Ends = Pick<Exchange, 'remote' | 'local'>;

function answerTo(
  message: string,
  {
    socket,
    isOurs,
    signal,
  }: {
    readonly socket: WebSocket;
    readonly isOurs: (reply: WebSocketReply) => boolean;
    readonly signal: AbortSignal;
  },
): Promise<{ reply: WebSocketReply; body: Buffer; ends: Ends }> {
  return new Promise((resolve, reject) => {
    let ends: Ends = { remote: undefined, local: undefined };
    let passedOver = 0;
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.on('upgrade', ({ socket: raw }) => {
      ends = endsOf(raw);
    });
    socket.on('open', () => socket.send(message));
    socket.on('message', (data: Buffer) => {
      try {
        const reply = decodeWebSocketReply(data.toString());
        if (isOurs(reply)) resolve({ reply, body: data, ends });
        else if (++passedOver > MAX_PASSED_OVER)
          reject(new TrackerClientError('ERR_ANSWER', 'it sends messages, but no answer'));
      } catch (error) {
        reject(error);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      reject(new TrackerClientError('ERR_CLOSED', 'it closed the connection')); // in vain after the answer
    });
  });
}

function endsOf({ remoteAddress = '', remotePort = 0, localAddress = '' }: Socket): Ends {
  const address = parseAddress(remoteAddress);
  return {
    remote: address === undefined ? undefined : { address, port: remotePort },
    local: parseAddress(localAddress),
  };
}

/** `ws` says "Unexpected server response: 404" of a server that speaks HTTP alone. */
function withoutUpgrade(cause: unknown): unknown {
  const status = /^Unexpected server response: (\d{3})$/.exec(
    cause instanceof Error ? cause.message : '',
  )?.[1];
  return status === undefined
    ? cause
    : new TrackerClientError('ERR_STATUS', `it does not speak WebSocket there: HTTP status ${status}`, {
        cause,
      });
}
