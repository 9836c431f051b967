import { encodeFailureReply } from '../../bittorrent/announce-response.ts';
import { NOT_SAVED } from '../front-end/commit-gate.ts';
import { type ConnectionFate, encodeHead } from './encode.ts';

const FAILURE = encodeFailureReply(NOT_SAVED);

/** Where the answer to an accepted announce lies among those of its connection. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly fate: ConnectionFate;
}

/** The answers of one connection that wait together until the announces among them are saved. */
export class HeldAnswers {
  readonly #spans: Span[] = [];
  #bytes: Buffer = Buffer.alloc(0);

  /** The answers lie here, as they were made. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The answer to an accepted announce lies from `start` to `end`. */
  add(start: number, end: number, fate: ConnectionFate): void {
    this.#spans.push({ start, end, fate });
  }

  /** Copies all answers, from which the spans count. */
  keep(bytes: Buffer): void {
    this.#bytes = Buffer.from(bytes);
  }

  /** The same answers, in their order, with a failure in the place of each announce. */
  asFailures(): Buffer {
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const { start, end, fate } of this.#spans) {
      parts.push(this.#bytes.subarray(at, start), encodeHead(FAILURE.length, fate), FAILURE);
      at = end;
    }
    return Buffer.concat([...parts, this.#bytes.subarray(at)]);
  }
}
