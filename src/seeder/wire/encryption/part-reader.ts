/** Reads a handshake part by part, however its bytes come: keeps what has come of the part that is being read, and no more. */
export class PartReader {
  #kept: Buffer = Buffer.alloc(0);

  /**
   * Hands what was kept and what came to `read`, and again what that returns as being behind a part: undefined when all was used or
   * kept. A part of no bytes is read without more to come when `isEmptyPartDue` says so.
   */
  push(
    chunk: Buffer,
    read: (bytes: Buffer) => Buffer | undefined,
    isEmptyPartDue: () => boolean = () => false,
  ): void {
    let rest: Buffer | undefined = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = Buffer.alloc(0);
    while (rest !== undefined && (rest.length > 0 || isEmptyPartDue())) rest = read(rest);
  }

  /** Hands over a part of known length when it is whole, and keeps it until then. */
  take(bytes: Buffer, length: number, read: (part: Buffer) => void): Buffer | undefined {
    if (bytes.length < length) return this.keep(bytes);
    read(bytes.subarray(0, length));
    return bytes.subarray(length);
  }

  keep(bytes: Buffer): undefined {
    this.#kept = Buffer.from(bytes);
  }
}
