import type { Socket } from 'node:net';
import type { Rc4 } from './encryption/rc4.ts';

/** The way to a peer: all that is written in one turn leaves in one `writev`, at the end of the turn. */
export class CorkedSocket {
  readonly #socket: Socket;
  #isCorked = false;
  #cipher: Rc4 | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true); // bursts leave whole: Nagle could only delay their ends
  }

  /** Bytes that wait in this process for the kernel to take them. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Whether what is written is encrypted, and so copied: the bytes may change as soon as `write` returns. */
  get isEncrypted(): boolean {
    return this.#cipher !== undefined;
  }

  /** Encrypts all that is written from now on. */
  encryptWith(cipher: Rc4): void {
    this.#cipher = cipher;
  }

  /** Writes bytes, which must not change before `written` is called: then the kernel has them. */
  write(bytes: Uint8Array, written?: (error?: Error | null) => void): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      queueMicrotask(this.#uncork);
    }
    this.#socket.write(this.#cipher === undefined ? bytes : encrypted(bytes, this.#cipher), written);
  }

  /** Ends the connection at once; what waits is dropped. */
  destroy(): void {
    this.#socket.destroy();
  }

  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.#socket.uncork();
  };
}

/** A copy: the bytes may be a slice of the cache, which other peers are sent too. */
function encrypted(bytes: Uint8Array, cipher: Rc4): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length);
  cipher.applyTo(bytes, copy);
  return copy;
}
