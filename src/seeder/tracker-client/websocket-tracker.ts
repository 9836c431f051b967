import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { TrackerFailure, TrackerReply } from '../../bittorrent/announce-response.ts';
import { parseAddress } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import { encodeWsAnnounce, encodeWsScrape } from '../../bittorrent/ws-request.ts';
import { decodeWsReply, type WsReply } from '../../bittorrent/ws-response.ts';
import type {
  AnnounceResult,
  Exchange,
  ScrapeResult,
  TrackerClient,
  TrackerClientOptions,
} from './tracker-client.ts';
import { asTrackerClientError, TrackerClientError } from './tracker-client-error.ts';

const DEFAULT_INTERVAL_SECONDS = 1800;
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
    const { infoHash } = request;
    const message = encodeWsAnnounce({ ...request, numWant: 0 });
    const { reply, exchange } = await this.#ask(message, (each) => announceReply(each, infoHash), signal);
    return { reply, exchange };
  }

  async scrape(infoHashes: readonly InfoHash[], signal: AbortSignal): Promise<ScrapeResult> {
    const { reply, exchange } = await this.#ask(encodeWsScrape(infoHashes), scrapeReply, signal);
    return { reply, exchange };
  }

  /** Sends a message and waits for one that `read` takes for its answer. */
  async #ask<Reply>(
    message: string,
    read: (reply: WsReply) => Reply | undefined,
    signal: AbortSignal,
  ): Promise<{ reply: Reply; exchange: Exchange }> {
    const { timeoutMs } = this.#options;
    const begin = performance.now();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const socket = this.#open();
    try {
      const { reply, body, ends } = await answerTo(message, { socket, read, signal: deadline });
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
      throw asTrackerClientError(withoutUpgrade(cause), this.#options);
    } finally {
      socket.close();
      // A tracker that does not close the socket in return is not waited for.
      setTimeout(() => socket.terminate(), 1000).unref();
    }
  }

  #open(): WebSocket {
    const { userAgent, family, isAnyCertificateTaken = false } = this.#options;
    const socket = new WebSocket(this.#url, {
      headers: { 'User-Agent': userAgent },
      perMessageDeflate: false,
      maxPayload: MAX_BYTES,
      followRedirects: false,
      rejectUnauthorized: !isAnyCertificateTaken,
      ...(family !== undefined && { family }),
    });
    socket.on('error', () => {}); // also after the answer
    return socket;
  }
}

/** Other peers' offers are none, and neither are answers about other torrents. */
function announceReply(reply: WsReply, infoHash: InfoHash): TrackerReply | TrackerFailure | undefined {
  if (reply.kind === 'failure')
    return reply.infoHash === undefined || bytesEqual(reply.infoHash, infoHash)
      ? failureOf(reply)
      : undefined;
  if (reply.kind !== 'announce' || !bytesEqual(reply.infoHash, infoHash)) return undefined;
  const { intervalSeconds = DEFAULT_INTERVAL_SECONDS, minIntervalSeconds, complete, incomplete } = reply;
  const counts = { intervalSeconds, minIntervalSeconds, complete, incomplete };
  return { ...counts, peers: [], externalIp: undefined, trackerId: undefined, warning: reply.warning };
}

function scrapeReply(reply: WsReply): ScrapeResult['reply'] | undefined {
  if (reply.kind === 'failure') return failureOf(reply);
  return reply.kind === 'scrape' ? { swarms: reply.swarms } : undefined;
}

function failureOf({
  failure,
  retryInSeconds,
  isFinal,
}: Extract<WsReply, { kind: 'failure' }>): TrackerFailure {
  return { failure, retryInSeconds, isFinal };
}

/** Where the two ends of a socket lie. */
type Ends = Pick<Exchange, 'remote' | 'local'>;

/** A socket that opens, and what is awaited there. */
interface Conversation<Reply> {
  readonly socket: WebSocket;
  readonly read: (reply: WsReply) => Reply | undefined;
  readonly signal: AbortSignal;
}

function answerTo<Reply>(
  message: string,
  { socket, read, signal }: Conversation<Reply>,
): Promise<{ reply: Reply; body: Buffer; ends: Ends }> {
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
        const reply = read(decodeWsReply(data.toString()));
        if (reply !== undefined) resolve({ reply, body: data, ends });
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
