import Wire from 'bittorrent-protocol';
import type { CloseReason } from '../counters.ts';

/**
 * The package's wire for a seed that asks for nothing: without its streams, and without its debug texts. What breaks a rule ends the
 * connection at once.
 */
export abstract class StrictWire extends Wire {
  /** Ends the connection, once; the first reason counts. */
  abstract close(reason: CloseReason): void;

  /** The package makes a string for each message, whether it is shown or not. */
  override _debug(): void {
    // Nothing: see above.
  }

  /** The package ends a stream when a peer breaks a rule; we end the connection. */
  override end(): void {
    this.close('bad-message');
  }

  override destroy(): void {
    this.close('bad-message');
  }

  /** Nobody was asked for a block, so nobody sends one. */
  override _onPiece(): void {
    this.close('bad-message');
  }

  override _onAllowedFast(): void {
    if (!this.hasFast) this.close('bad-message'); // BEP 6; and we want nothing
  }
}
