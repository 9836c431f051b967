import {
  announceReplySize,
  encodeFailureReply,
  type FailureReply,
  writeAnnounceReply,
} from '../../bittorrent/announce-response.ts';
import { type AnnounceContext, UNKNOWN_SENDER } from '../announce-context.ts';
import { FLOOD_REFUSAL, type FloodGate } from '../front-end/flood-gate.ts';
import type { TrustedProxies } from '../front-end/trusted-proxies.ts';
import {
  answerAnnounce,
  encodeAnnounceAnswer,
  encodeScrapeAnswer,
  type HttpTracker,
  isFailure,
} from './answer.ts';
import { type ConnectionFate, encodeHead, MAX_HEAD_BYTES, writeAnswer } from './encode.ts';
import type { HttpCounters } from './limits.ts';
import type { RequestHead } from './parse.ts';
import { RequestContext } from './request-context.ts';

const OUT_BYTES = 128 * 1024;
/** Room that must be left for the next answer: more than 200 peers as dictionaries take. */
const ROOM_BYTES = 32 * 1024;

/** What an answerer works with. */
export interface AnswererParts {
  readonly tracker: HttpTracker;
  readonly proxies: TrustedProxies;
  readonly counters: HttpCounters;
  /** Sheds what one sender sends beyond its share; undefined sheds nothing. */
  readonly gate?: FloodGate | undefined;
  /** An answer could not be made: our fault. */
  readonly onError: (error: unknown) => void;
}

/**
 * Answers requests into one buffer that all connections share: the answers to what came in one piece leave in one write.
 * The caller takes {@link pending} and writes it before another connection's turn.
 */
export class Answerer {
  readonly #tracker: HttpTracker;
  readonly #proxies: TrustedProxies;
  readonly #counters: HttpCounters;
  readonly #gate: FloodGate | undefined;
  readonly #onError: (error: unknown) => void;
  #out = Buffer.allocUnsafeSlow(OUT_BYTES);
  /** The pending answers lie between these. What lies before belongs to sockets that have not sent it yet. */
  #start = 0;
  #end = 0;
  /** A refusal is encoded once for as long as the core gives the same one: floods are made of refusals. */
  readonly #failures = new WeakMap<FailureReply, Uint8Array>();

  constructor({ tracker, proxies, counters, gate, onError }: AnswererParts) {
    this.#tracker = tracker;
    this.#proxies = proxies;
    this.#counters = counters;
    this.#gate = gate;
    this.#onError = onError;
  }

  /** The answers since the last {@link taken}: a view. */
  get pending(): Buffer {
    return this.#out.subarray(this.#start, this.#end);
  }

  /** The length of {@link pending}. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Answers wait to be written. */
  get isPending(): boolean {
    return this.#end > this.#start;
  }

  /** There may be no room for another answer to an announce. */
  get isFull(): boolean {
    return this.#out.length - this.#end < ROOM_BYTES;
  }

  /** The pending answers were written. `isKept`: the socket still holds the view, so these bytes are left to it. */
  taken(isKept: boolean): void {
    if (isKept) this.#start = this.#end;
    this.#end = this.#start;
    if (!this.isFull && this.#out.length <= OUT_BYTES) return;
    this.#out = Buffer.allocUnsafeSlow(OUT_BYTES);
    this.#start = this.#end = 0;
  }

  /** Answers an announce. Returns whether it was taken in: neither refused nor failed. */
  announce(bytes: Uint8Array, head: RequestHead, ends: AnnounceContext): boolean {
    this.#counters.announces++;
    let isTaken = false;
    const context = this.#contextOf(bytes, head, ends);
    if (this.#isFlood(context, ends)) {
      this.#shed(head, ends);
      return false;
    }
    const body = this.#guard(() => {
      const query = { bytes, start: head.queryStart, end: head.queryEnd };
      const reply = answerAnnounce(this.#tracker, query, context);
      if (isFailure(reply)) {
        this.#counters.failures++;
        return this.#encodeFailure(reply);
      }
      isTaken = true;
      if (announceReplySize(reply) + MAX_HEAD_BYTES > this.#out.length - this.#end)
        return encodeAnnounceAnswer(reply); // more peers than usual are allowed here
      const write = (out: Buffer, at: number): number => writeAnnounceReply(out, at, reply);
      this.#end = writeAnswer(this.#out, this.#end, fateOf(head), write);
      return undefined;
    });
    if (body !== undefined) this.#append(body, fateOf(head));
    return isTaken;
  }

  /** Refuses an announce without asking the core. */
  refuse(head: RequestHead, failure: FailureReply): void {
    this.#counters.announces++;
    this.#counters.failures++;
    this.#append(this.#encodeFailure(failure), fateOf(head));
  }

  /** Answers a scrape. */
  scrape(bytes: Uint8Array, head: RequestHead, ends: AnnounceContext): void {
    this.#counters.scrapes++;
    if (this.#isFlood(this.#contextOf(bytes, head, ends), ends)) return this.#shed(head, ends);
    const query = { bytes, start: head.queryStart, end: head.queryEnd };
    const context = { protocol: 'http', passkey: passkeyOf(bytes, head) } as const;
    const body = this.#guard(() => encodeScrapeAnswer(this.#tracker, query, context));
    if (body !== undefined) this.#append(body, fateOf(head));
  }

  /** A proxy that we trust sends for many, so what it sends in its own name is never too much. */
  #isFlood({ source }: AnnounceContext, ends: AnnounceContext): boolean {
    if (this.#gate === undefined || this.#gate.admits(source)) return false;
    return source !== ends.source || !this.#proxies.isTrusted(source);
  }

  /** What is shed is the last on its connection, unless others come by the same one. */
  #shed(head: RequestHead, ends: AnnounceContext): void {
    this.#counters.shedFlood++;
    if (!this.#proxies.isTrusted(ends.source)) head.isKeepAlive = false;
    this.#append(this.#encodeFailure(FLOOD_REFUSAL), fateOf(head));
  }

  /** Runs `answer`; when it throws, which is our fault, the client gets a failure that says no more. */
  #guard(answer: () => Uint8Array | undefined): Uint8Array | undefined {
    try {
      return answer();
    } catch (error) {
      this.#onError(error);
      return encodeFailureReply({ reason: 'internal error', retryInSeconds: 60 });
    }
  }

  /** What is wrong with a single request is told once only, and not remembered: a frozen refusal is given again and again. */
  #encodeFailure(failure: FailureReply): Uint8Array {
    if (!Object.isFrozen(failure)) return encodeFailureReply(failure);
    const known = this.#failures.get(failure);
    if (known !== undefined) return known;
    const encoded = encodeFailureReply(failure);
    this.#failures.set(failure, encoded);
    return encoded;
  }

  #append(body: Uint8Array, fate: ConnectionFate): void {
    const head = encodeHead(body.length, fate);
    const needed = this.#end + head.length + body.length;
    if (needed > this.#out.length) {
      // A scrape of everything: the next batch begins with a buffer of the usual size again.
      const larger = Buffer.allocUnsafeSlow(needed);
      this.#out.copy(larger, 0, 0, this.#end);
      this.#out = larger;
    }
    this.#out.set(head, this.#end);
    this.#out.set(body, this.#end + head.length);
    this.#end = needed;
  }

  /** Where the announce came from: behind a trusted proxy, our own address is none of the client's business. */
  #contextOf(bytes: Uint8Array, head: RequestHead, ends: AnnounceContext): AnnounceContext {
    const passkey = passkeyOf(bytes, head);
    if (head.forwardedEnd === 0 || !this.#proxies.isTrusted(ends.source))
      return passkey === undefined ? ends : new RequestContext(ends, passkey);
    const header = textOf(bytes, head.forwardedStart, head.forwardedEnd);
    const source = this.#proxies.clientOf(header) ?? UNKNOWN_SENDER;
    return { source, localAddress: undefined, protocol: 'http', passkey };
  }
}

function passkeyOf(bytes: Uint8Array, { passkeyStart, passkeyEnd }: RequestHead): string | undefined {
  return passkeyEnd === 0 ? undefined : textOf(bytes, passkeyStart, passkeyEnd);
}

function textOf({ buffer, byteOffset }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset + start, end - start).toString('latin1');
}

/** What becomes of the connection after the answer to a request. */
export function fateOf(head: RequestHead): ConnectionFate {
  if (!head.isKeepAlive) return 'close';
  return head.isHttp10 ? 'keep-http10' : 'keep';
}
