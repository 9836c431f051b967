/**
 * Refusals without an accepted request between them after which a peer is a flood. A client that was choked with a full
 * pipeline comes to its own `reqq` at most.
 */
const MAX_REFUSALS = 4000;
/** Without BEP 6 there is no way to refuse: a request is dropped in silence, and some too many end the connection. */
const MAX_SILENT_REFUSALS = 2000;
/** Cancels beyond the requests that came: each looks through the queue, so that a stream of them would be work for nothing. */
const SPARE_CANCELS = 1000;
/** Chokes without a block between them: each takes back what the peer was asked for. */
const MAX_CHOKES = 1000;

/** Tells a peer that makes work for nothing from one that is merely behind the times. */
export class FloodGuard {
  #refusals = 0;
  #cancelsLeft = SPARE_CANCELS;
  #chokes = 0;

  /** A request came, whatever becomes of it. */
  requested(): void {
    this.#cancelsLeft++;
  }

  /** A request was accepted. */
  accepted(): void {
    this.#refusals = 0;
  }

  /** A request was refused, with BEP 6 by a message; true when that was one too many. */
  refused(hasFast: boolean): boolean {
    this.#refusals++;
    return this.#refusals > (hasFast ? MAX_REFUSALS : MAX_SILENT_REFUSALS);
  }

  /** A cancel came; true when that was one too many. */
  cancelled(): boolean {
    this.#cancelsLeft--;
    return this.#cancelsLeft < 0;
  }

  /** The peer choked us; true when that was one too many. */
  choked(): boolean {
    this.#chokes++;
    return this.#chokes > MAX_CHOKES;
  }

  /** A block came. */
  gave(): void {
    this.#chokes = 0;
  }
}
