import type { Socket } from 'node:net';

/** A line that takes nothing of what waits for so long is no slow one. */
const STUCK_MS = 60_000;

/** When a peer last spoke, and last took what waits for it. Milliseconds of the node's clock. */
export class Liveness {
  readonly #socket: Pick<Socket, 'bytesRead' | 'bytesWritten'>;
  #bytesRead = 0;
  #heardAtMs: number;
  #takenBytes = 0;
  #takenAtMs: number;
  #spokeBytes = 0;
  #spokeAtMs: number;

  constructor(socket: Pick<Socket, 'bytesRead' | 'bytesWritten'>, nowMs: number) {
    this.#socket = socket;
    this.#heardAtMs = this.#takenAtMs = this.#spokeAtMs = nowMs;
  }

  /**
   * Looks once a second or so: the socket counts bytes anyway, so that it costs nothing while data flows.
   * @param uploadedBytes of blocks that the kernel took so far; `queuedBytes` wait for it.
   */
  look(nowMs: number, uploadedBytes: number, queuedBytes: number): void {
    if (this.#socket.bytesRead !== this.#bytesRead) this.#heardAtMs = nowMs;
    this.#bytesRead = this.#socket.bytesRead;
    if (this.#socket.bytesWritten !== this.#spokeBytes) this.#spokeAtMs = nowMs;
    this.#spokeBytes = this.#socket.bytesWritten;
    if (uploadedBytes !== this.#takenBytes || queuedBytes === 0) this.#takenAtMs = nowMs;
    this.#takenBytes = uploadedBytes;
  }

  /** How long it has said nothing. */
  silentMs(nowMs: number): number {
    return nowMs - this.#heardAtMs;
  }

  /** How long it has taken nothing though something waits. */
  stalledMs(nowMs: number): number {
    return nowMs - this.#takenAtMs;
  }

  /** Whether it has taken nothing for so long that it keeps no slot by what waits for it. */
  isStuck(nowMs: number): boolean {
    return this.stalledMs(nowMs) >= STUCK_MS;
  }

  /** How long we have said nothing. */
  quietMs(nowMs: number): number {
    return nowMs - this.#spokeAtMs;
  }
}
