import type { Socket } from 'node:net';
import { type CommitGate, NOT_SAVED } from '../front-end/commit-gate.ts';
import { type Answerer, fateOf } from './answerer.ts';
import { HeldAnswers } from './held-answers.ts';
import type { HttpLimits } from './limits.ts';
import { type HeadKind, makeRequestHead, parseHead } from './parse.ts';
import type { SocketEnds } from './socket-ends.ts';

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly answerer: Answerer;
  readonly limits: HttpLimits;
  /** What answers to announces wait at; undefined: they do not wait. */
  readonly commits: CommitGate | undefined;
  /** A coarse clock, in milliseconds. */
  nowMs(): number;
  /** True: close after the answer. */
  readonly isStopping: boolean;
  /** The request that begins with `bytes` is not for the fast path. */
  handOver(connection: TrackerConnection, bytes: Buffer): void;
  /** The connection is no more. */
  onGone(connection: TrackerConnection, error: Error | undefined): void;
}

/** Why a connection is to be closed by its server. */
export type Overdue = 'idle' | 'slow' | 'unread';

/** Every request is parsed into this one head and answered before the next is parsed. */
const head = makeRequestHead();

/** A connection on the fast path: bytes in, answers out, in order, one write for what came in one piece. */
export class TrackerConnection {
  readonly socket: Socket;
  readonly #host: ConnectionHost;
  readonly #ends: SocketEnds;
  /** Bytes that are not answered yet: part of a head, or all that waits while the client does not read. */
  #rest: Buffer | undefined;
  #isReadingHead = true;
  /** Nothing more is answered for now: the client does not read, or answers wait for their commit. */
  #isBlocked = false;
  /** Answers that are to wait, or wait already. */
  #held: HeldAnswers | undefined;
  #isEnding = false;
  /** The client will send no more. */
  #hasEnded = false;
  #sinceMs: number;

  constructor(socket: Socket, ends: SocketEnds, host: ConnectionHost) {
    this.socket = socket;
    this.#host = host;
    this.#ends = ends;
    this.#sinceMs = host.nowMs();
    socket.on('data', this.#onData);
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** No request is under way, and everything is answered. */
  get isIdle(): boolean {
    return this.#rest === undefined && !this.#isBlocked;
  }

  /** Why the connection has waited too long, or undefined. */
  overdue(nowMs: number): Overdue | undefined {
    const waitedMs = nowMs - this.#sinceMs;
    const { writeTimeoutMs, headTimeoutMs, idleTimeoutMs } = this.#host.limits;
    if (this.#isBlocked || this.#isEnding) return waitedMs > writeTimeoutMs ? 'unread' : undefined;
    if (this.#isReadingHead) return waitedMs > headTimeoutMs ? 'slow' : undefined;
    return waitedMs > idleTimeoutMs ? 'idle' : undefined;
  }

  /** Closes after what is under way: at once when nothing is. */
  close(): void {
    if (this.isIdle) this.#end();
  }

  /** Takes our hands off the socket, for another server to go on with it. */
  detach(): void {
    const { socket } = this;
    socket.off('data', this.#onData);
    socket.off('drain', this.#onDrain);
    socket.off('end', this.#onEnd);
    socket.off('error', this.#onError);
    socket.off('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isEnding) return;
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    // While the client does not read, the socket is paused; what still arrives waits with the rest.
    if (this.#isBlocked) this.#rest = bytes;
    else this.#answer(bytes);
  };

  readonly #onDrain = (): void => {
    if (!this.#isBlocked || this.#held !== undefined) return;
    this.#isBlocked = false;
    this.#sinceMs = this.#host.nowMs();
    const bytes = this.#rest;
    this.#rest = undefined;
    if (bytes !== undefined) this.#answer(bytes);
    if (this.#isBlocked || this.#isEnding) return;
    if (this.#hasEnded || (this.#host.isStopping && this.isIdle)) this.#end();
    this.socket.resume();
  };

  readonly #onEnd = (): void => {
    this.#hasEnded = true; // while it does not read, what it asked for before still waits
    if (!this.#isBlocked) this.#end();
  };

  readonly #onError = (error: Error): void => this.#host.onGone(this, error);

  readonly #onClose = (): void => this.#host.onGone(this, undefined);

  #answer(bytes: Buffer): void {
    const { answerer } = this.#host;
    let at = 0;
    while (at < bytes.length && !this.#isBlocked && !this.#isEnding) {
      const kind = this.#parse(bytes, at);
      if (kind === 'incomplete') break;
      if (kind === 'unusual') {
        this.#flush();
        if (this.#isBlocked) break; // its turn comes when the client has read
        this.#host.handOver(this, bytes.subarray(at));
        return;
      }
      if (kind === 'announce' && this.#ends.isGone) {
        this.#flush();
        this.socket.destroy(); // else a peer would be listed at no address
        return;
      }
      if (this.#host.isStopping) head.isKeepAlive = false;
      if (kind === 'announce') this.#announce(bytes);
      else answerer.scrape(bytes, head, this.#ends);
      at = head.end;
      if (!head.isKeepAlive) this.#end();
      else if (answerer.isFull) this.#flush();
    }
    this.#flush();
    this.#keepRest(bytes, at);
  }

  #announce(bytes: Buffer): void {
    const { answerer, commits } = this.#host;
    if (commits === undefined) {
      answerer.announce(bytes, head, this.#ends);
      return;
    }
    if (!commits.hasRoom()) {
      answerer.refuse(head, NOT_SAVED);
      return;
    }
    const start = answerer.pendingBytes;
    if (!answerer.announce(bytes, head, this.#ends)) return;
    this.#held ??= new HeldAnswers();
    this.#held.add(start, answerer.pendingBytes, fateOf(head));
  }

  #parse(bytes: Buffer, at: number): HeadKind {
    const kind = parseHead(bytes, at, bytes.length, head);
    const length = (kind === 'incomplete' ? bytes.length : head.end) - at;
    return kind !== 'unusual' && length > this.#host.limits.maxHeadBytes ? 'unusual' : kind;
  }

  /** What is left of the bytes is part of a head, or has to wait. Copied, so that it does not hold all of them. */
  #keepRest(bytes: Buffer, at: number): void {
    if (this.#isEnding) return;
    const isReadingHead = at < bytes.length && !this.#isBlocked;
    // The clock of a slow head runs from its first byte.
    if (!isReadingHead || !this.#isReadingHead || at > 0) this.#sinceMs = this.#host.nowMs();
    this.#isReadingHead = isReadingHead;
    if (at < bytes.length) this.#rest = at === 0 ? bytes : Buffer.from(bytes.subarray(at));
  }

  #flush(): void {
    const { answerer } = this.#host;
    if (!answerer.isPending) return;
    if (this.#held !== undefined) {
      void this.#wait(this.#held);
      return;
    }
    const isTaken = this.socket.write(answerer.pending);
    // Mostly the system takes all of it at once; if not, the socket goes on reading from the buffer.
    answerer.taken(this.socket.writableLength > 0);
    if (!isTaken && !this.#isEnding) this.#block();
  }

  #block(): void {
    this.#isBlocked = true;
    this.#sinceMs = this.#host.nowMs();
    this.socket.pause();
  }

  /** The pending answers leave when the announces among them are saved, and as failures when they cannot be. */
  async #wait(held: HeldAnswers): Promise<void> {
    const { answerer, commits } = this.#host;
    held.keep(answerer.pending);
    answerer.taken(false);
    this.#block();
    const isSaved = await commits?.pass(held.bytes.length);
    this.#held = undefined;
    if (this.socket.destroyed) return;
    const bytes = isSaved === true ? held.bytes : held.asFailures();
    this.#sinceMs = this.#host.nowMs();
    if (this.#isEnding) this.socket.end(bytes);
    else if (this.socket.write(bytes)) this.#onDrain();
  }

  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#rest = undefined;
    this.#sinceMs = this.#host.nowMs();
    const { answerer } = this.#host;
    if (!answerer.isPending) {
      this.socket.end();
      return;
    }
    if (this.#held !== undefined) {
      void this.#wait(this.#held);
      return;
    }
    this.socket.end(answerer.pending);
    answerer.taken(this.socket.writableLength > 0);
  }
}
