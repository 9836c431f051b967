/** Bytes of a line that are looked at; a longer one is told as it stands up to here. */
export const MAX_LINE_BYTES = 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Takes a line: the bytes from `start` to `end` of `bytes`, without its end, and its number from 1. */
export type OnLine = (bytes: Uint8Array, start: number, end: number, lineNumber: number) => void;

/** Cuts a file that comes in pieces into lines, which end in LF or CRLF. Holds no more than the beginning of one line. */
export class ListLines {
  readonly #onLine: OnLine;
  readonly #held = new Uint8Array(MAX_LINE_BYTES);
  #heldLength = 0;
  /** A line has begun in an earlier piece. */
  #isHolding = false;
  #lines = 0;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  /** The next piece of the file; it is not kept. */
  feed(piece: Uint8Array): void {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      this.#line(piece, start, end);
      start = end + 1;
    }
    if (start < piece.length) this.#hold(piece, start, piece.length);
  }

  /** The file has ended; its last line may have no end of its own. */
  end(): void {
    if (this.#isHolding) this.#line(this.#held, 0, 0);
  }

  #line(piece: Uint8Array, start: number, end: number): void {
    this.#lines++;
    if (!this.#isHolding) {
      this.#tell(piece, start, Math.min(end, start + MAX_LINE_BYTES));
      return;
    }
    this.#hold(piece, start, end);
    this.#isHolding = false;
    const length = this.#heldLength;
    this.#heldLength = 0;
    this.#tell(this.#held, 0, length);
  }

  #tell(bytes: Uint8Array, start: number, end: number): void {
    const last = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
    this.#onLine(bytes, start, last, this.#lines);
  }

  #hold(piece: Uint8Array, start: number, end: number): void {
    this.#isHolding = true;
    const length = Math.min(end - start, MAX_LINE_BYTES - this.#heldLength);
    this.#held.set(piece.subarray(start, start + length), this.#heldLength);
    this.#heldLength += length;
  }
}
