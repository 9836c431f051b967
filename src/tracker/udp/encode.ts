import { UDP_MAX_REPLY_BYTES } from '../../bittorrent/udp-tracker.ts';

/** Replies that are written before the memory is used again. */
const SLOTS = 256;

/**
 * Where replies are written, one after another, in one buffer. The system nearly always takes a reply at once; when it does not,
 * the socket holds on to the bytes, so before a place is used again the socket is asked whether any wait, and a new buffer
 * is taken then. Asking once a round rather than once a reply keeps it cheap.
 */
export class ReplySlots {
  #out = Buffer.allocUnsafeSlow(SLOTS * UDP_MAX_REPLY_BYTES);
  #slot = 0;

  /** The buffer in which {@link next} names a place. */
  get out(): Buffer {
    return this.#out;
  }

  /** Where the next reply begins, with room for the largest; -1 when more than `maxQueued` wait. */
  next(queued: () => number, maxQueued: number): number {
    if (this.#slot === SLOTS) {
      const waiting = queued();
      if (waiting > maxQueued) return -1;
      if (waiting > 0) this.#out = Buffer.allocUnsafeSlow(SLOTS * UDP_MAX_REPLY_BYTES);
      this.#slot = 0;
    }
    return this.#slot * UDP_MAX_REPLY_BYTES;
  }

  /** The place that {@link next} named was given to the socket. */
  taken(): void {
    this.#slot++;
  }
}
