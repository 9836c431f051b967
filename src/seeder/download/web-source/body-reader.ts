import type { IncomingMessage } from 'node:http';
import { WebSourceError } from './web-source-error.ts';

/** Reads a body as far as it is wanted, and no further: what is not asked for stays with the server. */
export class BodyReader {
  readonly #response: IncomingMessage;
  readonly #parts: AsyncIterator<Buffer>;
  /** Read, and not asked for yet: at most what one read of the socket brings. */
  #rest: Buffer | undefined;
  #position: number;

  /** @param position where in its file the body begins. */
  constructor(response: IncomingMessage, position: number) {
    this.#response = response;
    this.#parts = response.iterator({ destroyOnReturn: false });
    this.#position = position;
  }

  /** Where in its file the next byte lies. */
  get position(): number {
    return this.#position;
  }

  /**
   * Hands over all bytes before `end`, as they come; a view is good until `take` returns.
   * @throws {WebSourceError} ERR_CUT_SHORT when the body ends before that; the error of the connection.
   */
  async readTo(end: number, take: (bytes: Buffer) => void): Promise<void> {
    while (this.#position < end) {
      const bytes = this.#rest ?? (await this.#next());
      if (bytes === undefined) throw new WebSourceError('ERR_CUT_SHORT', 'its answer ends too early');
      const wanted = bytes.subarray(0, end - this.#position);
      this.#rest = wanted.length < bytes.length ? bytes.subarray(wanted.length) : undefined;
      this.#position += wanted.length;
      take(wanted);
    }
  }

  /**
   * All was read that there should be: the connection may serve the next request.
   * @throws {WebSourceError} ERR_ANSWER when there is more.
   */
  async finish(): Promise<void> {
    // Without a length the body ends with the connection, whenever that is.
    if (this.#response.headers['content-length'] === undefined) return this.close();
    if (this.#rest === undefined && (await this.#next()) === undefined) return;
    this.close();
    throw new WebSourceError('ERR_ANSWER', 'it sends more than it was asked for');
  }

  /** Ends the connection. */
  close(): void {
    this.#response.destroy();
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#parts.next();
    return done === true ? undefined : value;
  }
}
