import type { ActivePiece } from './active-piece.ts';
import type { Leech } from './leech.ts';

/** What one peer has to give a whole piece, when another could give it: so long, and so much longer for each byte. */
const FIRST_MS = 60_000;
const MS_PER_BYTE = 1000 / 16_384;

/**
 * Who may give a piece that one peer is to give alone. One that is silent, chokes or dawdles would hold such a piece back for
 * ever: it loses it, and does not get it again while there is another to ask.
 */
export class ExclusiveOwners {
  readonly #leeches: ReadonlySet<Leech>;
  /** By piece: those that had it and did not give it. */
  readonly #barred = new Map<number, Set<Leech>>();
  readonly #deadlines = new WeakMap<ActivePiece<Leech>, { atMs: number; lookedMs: number }>();

  constructor(leeches: ReadonlySet<Leech>) {
    this.#leeches = leeches;
  }

  /** Whether the peer may be asked for blocks of the piece. */
  isOpen(piece: ActivePiece<Leech>, leech: Leech): boolean {
    if (!piece.isExclusive || piece.owner === leech) return true;
    if (piece.owner !== undefined || leech.window.isSnubbed) return false;
    if (this.#barred.get(piece.index)?.has(leech) !== true) return true;
    if (this.#hasOther(piece.index, leech)) return false;
    this.#barred.delete(piece.index); // nobody else is there: all begin anew
    return true;
  }

  /** The peer lost a piece that it alone was to give. */
  lost(index: number, leech: Leech): void {
    if (!this.#leeches.has(leech)) return;
    const barred = this.#barred.get(index) ?? new Set();
    this.#barred.set(index, barred.add(leech));
  }

  /** All of the piece is here. */
  done(index: number): void {
    this.#barred.delete(index);
  }

  /** The peer is gone. */
  left(leech: Leech): void {
    for (const [index, barred] of this.#barred)
      if (barred.delete(leech) && barred.size === 0) this.#barred.delete(index);
  }

  /** Whether the piece's owner has had it for too long, and there is another to ask. Call it once a second or so. */
  isLate(piece: ActivePiece<Leech>, nowMs: number): boolean {
    if (!piece.isExclusive || piece.owner === undefined) return false;
    const deadline = this.#deadlines.get(piece) ?? {
      atMs: nowMs + FIRST_MS + piece.length * MS_PER_BYTE,
      lookedMs: nowMs,
    };
    this.#deadlines.set(piece, deadline);
    const { asked, allowance } = piece.owner;
    // A limit of ours keeps it from being asked: that is no fault of the peer.
    if (asked.size === 0 && allowance.isLimited) deadline.atMs += nowMs - deadline.lookedMs;
    deadline.lookedMs = nowMs;
    return nowMs >= deadline.atMs && this.#hasOther(piece.index, piece.owner);
  }

  #hasOther(index: number, than: Leech): boolean {
    const barred = this.#barred.get(index);
    for (const leech of this.#leeches) {
      const { wire, window } = leech;
      if (leech === than || wire.peerChoking || wire.isClosed || window.isSnubbed) continue;
      if (barred?.has(leech) === true) continue;
      if (wire.theirPieces.isComplete || wire.theirPieces.has(index)) return true;
    }
    return false;
  }
}
