import { MessageId } from './message.ts';

/** Bytes of a request, its length included (BEP 3). */
const REQUEST_BYTES = 17;

/**
 * Requests of one turn that leave as one write: 6 us of CPU a block less than with a buffer for each, which the collector has to find
 * again (bench mirroring).
 */
export class RequestBatch {
  /** Piece, begin and length of each. */
  #numbers: number[] = [];

  get isEmpty(): boolean {
    return this.#numbers.length === 0;
  }

  add(piece: number, begin: number, length: number): void {
    this.#numbers.push(piece, begin, length);
  }

  /** The messages, in their order; the batch is empty then. */
  take(): Buffer {
    const numbers = this.#numbers;
    this.#numbers = [];
    const messages = Buffer.allocUnsafe((numbers.length / 3) * REQUEST_BYTES);
    let at = 0;
    for (let index = 0; index < numbers.length; index += 3) {
      at = messages.writeUInt32BE(REQUEST_BYTES - 4, at);
      at = messages.writeUInt8(MessageId.request, at);
      for (let part = 0; part < 3; part++) at = messages.writeUInt32BE(numbers[index + part] ?? 0, at);
    }
    return messages;
  }
}
