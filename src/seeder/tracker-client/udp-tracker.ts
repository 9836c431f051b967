import { randomInt } from 'node:crypto';
import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { TrackerFailure } from '../../bittorrent/announce-response.ts';
import { type Address, familyOf } from '../../bittorrent/endpoint.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import {
  encodeUdpAnnounce,
  encodeUdpConnect,
  encodeUdpScrape,
  type UdpRequestHead,
} from '../../bittorrent/udp-request.ts';
import type { UdpReply } from '../../bittorrent/udp-response.ts';
import { ConnectionIdCache } from './connection-id-cache.ts';
import { resolveHost } from './resolve-host.ts';
import type {
  AnnounceResult,
  Exchange,
  ScrapeResult,
  TrackerClient,
  TrackerClientOptions,
} from './tracker-client.ts';
import { asTrackerClientError, TrackerClientError, timeoutError } from './tracker-client-error.ts';
import { UdpConversation } from './udp-conversation.ts';

/** Requests that are sent at most, by BEP 15's doubling: enough for two minutes of its 15 seconds. */
const MAX_ATTEMPTS = 4;
/** 1 + 2 + 4: so many first waits make the whole when nothing else is said. */
const WAITS_IN_TIMEOUT = 7;

/** What is sent once there is a connection id, and the reply that belongs to it. */
interface Task {
  readonly kind: 'announce' | 'scrape';
  readonly encode: (head: UdpRequestHead) => Buffer;
}

/** A reply to a task. */
type TaskReply = Extract<UdpReply, { kind: 'announce' | 'scrape' | 'error' }>;

/**
 * A tracker over UDP (BEP 15) with the path of its URL (BEP 41). A packet that is not answered is sent again after 15 seconds, then
 * after twice as long each time, to the host's addresses of both families by turns.
 */
export class UdpTracker implements TrackerClient {
  readonly #host: string;
  readonly #port: number;
  readonly #urlData: string;
  readonly #options: TrackerClientOptions;
  readonly #ids: ConnectionIdCache;

  /** @throws {TrackerClientError} ERR_URL when the URL has no port. */
  constructor(url: URL, options: TrackerClientOptions) {
    if (url.port === '')
      throw new TrackerClientError(
        'ERR_URL',
        'it names no port, which udp:// needs: udp://host:6969/announce',
      );
    this.#host = url.hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(url.port);
    this.#urlData = url.pathname.length > 1 || url.search !== '' ? `${url.pathname}${url.search}` : '';
    this.#options = options;
    this.#ids = options.connectionIds ?? new ConnectionIdCache();
  }

  async announce(request: AnnounceRequest, signal: AbortSignal): Promise<AnnounceResult> {
    const encode = (head: UdpRequestHead): Buffer => encodeUdpAnnounce(head, request, this.#urlData);
    const { reply, exchange } = await this.#perform({ kind: 'announce', encode }, signal);
    return { reply: reply.kind === 'announce' ? announceReply(reply) : failureOf(reply), exchange };
  }

  async scrape(infoHashes: readonly InfoHash[], signal: AbortSignal): Promise<ScrapeResult> {
    const encode = (head: UdpRequestHead): Buffer => encodeUdpScrape(head, infoHashes);
    const { reply, exchange } = await this.#perform({ kind: 'scrape', encode }, signal);
    if (reply.kind !== 'scrape') return { reply: failureOf(reply), exchange };
    // BEP 15: in the order of the request.
    const swarms = reply.swarms.slice(0, infoHashes.length);
    return {
      reply: { swarms: swarms.map((counts, i) => ({ infoHash: infoHashes[i] as InfoHash, ...counts })) },
      exchange,
    };
  }

  async #perform(task: Task, signal: AbortSignal): Promise<{ reply: TaskReply; exchange: Exchange }> {
    const { timeoutMs, family, resolve = resolveHost } = this.#options;
    const begin = performance.now();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const open = new Map<Address, UdpConversation>();
    try {
      const addresses = onePerFamily(await resolve(this.#host, family, deadline));
      const { reply, conversation } = await this.#tryInTurn(task, addresses, open, deadline);
      const { remote, local, counts } = conversation;
      const elapsedMs = performance.now() - begin;
      return { reply, exchange: { protocol: 'udp', remote, local, ...counts, elapsedMs } };
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw cause instanceof Error && cause.name === 'ProtocolError'
        ? cause
        : asTrackerClientError(cause, { timeoutMs });
    } finally {
      for (const conversation of open.values()) conversation.close();
    }
  }

  /** BEP 15: again after 15 * 2 ^ n seconds. An address where nobody listens is not asked again. */
  async #tryInTurn(
    task: Task,
    addresses: Address[],
    open: Map<Address, UdpConversation>,
    signal: AbortSignal,
  ): Promise<{ reply: TaskReply; conversation: UdpConversation }> {
    const firstWaitMs = this.#options.resendAfterMs ?? this.#options.timeoutMs / WAITS_IN_TIMEOUT;
    const transactionId = randomInt(2 ** 32); // one for all: an answer to an earlier packet is as good
    let refusal: unknown;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && addresses.length > 0; attempt++) {
      const address = addresses[attempt % addresses.length] as Address; // there is one
      try {
        const conversation = open.get(address) ?? (await UdpConversation.open({ address, port: this.#port }));
        open.set(address, conversation);
        const waitMs = firstWaitMs * 2 ** attempt;
        const reply = await this.#attempt(conversation, task, { transactionId, waitMs, signal });
        if (reply !== undefined) return { reply, conversation };
      } catch (error) {
        if (!isSystemError(error)) throw error;
        refusal = error;
        addresses.splice(addresses.indexOf(address), 1);
        attempt--;
      }
    }
    throw addresses.length === 0 ? refusal : timeoutError(this.#options.timeoutMs);
  }

  /** One try: connect when there is no id yet, then the task. Undefined when an answer did not come. */
  async #attempt(
    conversation: UdpConversation,
    task: Task,
    how: { readonly transactionId: number; readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<TaskReply | undefined> {
    const kept = this.#ids.get(conversation.remote);
    if (kept !== undefined) {
      const reply = await this.#askTask(conversation, task, kept, how);
      if (reply !== undefined && reply.kind !== 'error') return reply;
      this.#ids.delete(conversation.remote); // it may have forgotten the id: from the beginning then
      if (reply === undefined) return undefined;
    }
    const { transactionId, waitMs: timeoutMs, signal } = how;
    const packet = encodeUdpConnect(transactionId);
    const connected = await conversation.ask({ packet, transactionId, kind: 'connect', timeoutMs, signal });
    if (connected?.kind !== 'connect') return connected?.kind === 'error' ? connected : undefined;
    this.#ids.set(conversation.remote, connected.connectionId);
    return this.#askTask(conversation, task, connected.connectionId, how);
  }

  async #askTask(
    conversation: UdpConversation,
    { kind, encode }: Task,
    connectionId: Uint8Array,
    how: { readonly transactionId: number; readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<TaskReply | undefined> {
    const { transactionId, waitMs: timeoutMs, signal } = how;
    const packet = encode({ connectionId, transactionId });
    const reply = await conversation.ask({ packet, transactionId, kind, timeoutMs, signal });
    return reply?.kind === 'connect' ? undefined : reply;
  }
}

/** The first address of each family: more would make a dead tracker last longer. */
function onePerFamily(addresses: readonly Address[]): Address[] {
  return addresses.filter(
    (address, i) => addresses.findIndex((a) => familyOf(a) === familyOf(address)) === i,
  );
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function announceReply(reply: Extract<UdpReply, { kind: 'announce' }>): AnnounceResult['reply'] {
  const { intervalSeconds, complete, incomplete, peers } = reply;
  return {
    intervalSeconds,
    minIntervalSeconds: undefined,
    complete,
    incomplete,
    peers,
    externalIp: undefined,
    trackerId: undefined,
    warning: undefined,
  };
}

/** BEP 15 has no `retry in`. */
function failureOf(reply: TaskReply): TrackerFailure {
  const failure = reply.kind === 'error' ? reply.failure : '';
  return {
    failure: failure === '' ? 'the tracker refused without saying why' : failure,
    retryInSeconds: undefined,
    isFinal: false,
  };
}
