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
/** Pieces that it loses (BEP 54) without giving a block, beside each piece once: a whole disk may be gone. */
const SPARE_LOSSES = 1000;
/** Times that a peer which lacks pieces says it has all: each is work for every piece, and is said once as a rule. */
const MAX_HAVE_ALLS = 16;

/** Tells a peer that makes work for nothing from one that is merely behind the times. */
export class FloodGuard {
  #refusals = 0;
  #cancelsLeft = SPARE_CANCELS;
  #chokes = 0;
  #losses = 0;
  #haveAlls = 0;

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

  /** It has lost one of the torrent's pieces; true when that was one too many. */
  lost(pieceCount: number): boolean {
    this.#losses++;
    return this.#losses > pieceCount + SPARE_LOSSES;
  }

  /** It says that it has all, which it had not; true when that was one too many. */
  saidAll(): boolean {
    this.#haveAlls++;
    return this.#haveAlls > MAX_HAVE_ALLS;
  }

  /** A block came. */
  gave(): void {
    this.#chokes = 0;
    this.#losses = 0;
  }
}
