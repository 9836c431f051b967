import type { Socket } from 'node:net';

/** The way to a peer: all that is written in one turn leaves in one `writev`, at the end of the turn. */
export class CorkedSocket {
  readonly #socket: Socket;
  #isCorked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true); // bursts leave whole: Nagle could only delay their ends
  }

  /** Bytes that wait in this process for the kernel to take them. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Writes bytes, which must not change before `written` is called: then the kernel has them. */
  write(bytes: Uint8Array, written?: (error?: Error | null) => void): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      queueMicrotask(this.#uncork);
    }
    this.#socket.write(bytes, written);
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
