import type { IncomingMessage } from 'node:http';
import { WebSourceError } from './web-source-error.ts';

/** Somebody who waits for bytes. */
interface Waiting {
  /** Where the bytes that are wanted end. */
  readonly end: number;
  readonly take: (bytes: Buffer) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Reads a body as far as it is wanted, and no further: what is not asked for stays with the server. */
export class BodyReader {
  readonly #response: IncomingMessage;
  /** Read, and not asked for yet: at most what one read of the socket brings. */
  #rest: Buffer | undefined;
  #position: number;
  #waiting: Waiting | undefined;
  #failure: unknown;
  #hasEnded = false;

  /** @param position where in its file the body begins. */
  constructor(response: IncomingMessage, position: number) {
    this.#response = response;
    this.#position = position;
    response.on('end', () => this.#ended());
    response.on('error', (error) => this.#fail(error));
    response.on('close', () => this.#fail(cutShort())); // in vain after `end`
    response.pause(); // else the listener would have it flow
    response.on('data', (bytes: Buffer) => this.#came(bytes));
  }

  /** Where in its file the next byte lies. */
  get position(): number {
    return this.#position;
  }

  /**
   * Hands over all bytes before `end`, as they come; a view is good until `take` returns.
   * @throws {WebSourceError} ERR_CUT_SHORT when the body ends before that; the error of the connection, or of `take`.
   */
  readTo(end: number, take: (bytes: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { end, take, resolve, reject };
      const rest = this.#rest;
      this.#rest = undefined;
      this.#came(rest ?? Buffer.alloc(0));
      if (this.#waiting === undefined) return;
      if (this.#failure !== undefined) this.#fail(this.#failure);
      else if (this.#hasEnded) this.#ended();
      else this.#response.resume();
    });
  }

  /**
   * All was read that there should be: the connection may serve the next request.
   * @throws {WebSourceError} ERR_ANSWER when there is more.
   */
  async finish(): Promise<void> {
    // Without a length the body ends with the connection, whenever that is.
    if (this.#response.headers['content-length'] === undefined) return this.close();
    const more = this.readTo(this.#position + 1, () => {});
    const hasMore = await more.then(
      () => true,
      (error: unknown) => {
        if (!this.#hasEnded) throw error;
        return false;
      },
    );
    if (!hasMore) return;
    this.close();
    throw new WebSourceError('ERR_ANSWER', 'it sends more than it was asked for');
  }

  /** Ends the connection. */
  close(): void {
    this.#response.destroy();
  }

  #came(bytes: Buffer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
      return;
    }
    const wanted = bytes.subarray(0, waiting.end - this.#position);
    if (wanted.length < bytes.length) this.#rest = bytes.subarray(wanted.length);
    this.#position += wanted.length;
    try {
      if (wanted.length > 0) waiting.take(wanted);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#position < waiting.end) return;
    this.#response.pause();
    this.#waiting = undefined;
    waiting.resolve();
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#fail(cutShort());
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

function cutShort(): WebSourceError {
  return new WebSourceError('ERR_CUT_SHORT', 'its answer ends too early');
}
