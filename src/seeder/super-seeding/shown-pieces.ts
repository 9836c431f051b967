import { hasBit, setBit } from '../bits.ts';
import type { CloseReason } from '../counters.ts';
import type { BlockSink } from '../wire/wire-types.ts';
import type { CountedPieces } from './piece-spread.ts';

/** The part of a peer's wire that super-seeding needs. */
export interface ShownWire {
  readonly isClosed: boolean;
  /** Whether the peer is choked. */
  readonly amChoking: boolean;
  readonly peerInterested: boolean;
  readonly theirPieces: { has(piece: number): boolean; readonly bits: Uint8Array | undefined };
  /** Bytes that wait for it in this process. */
  readonly queuedBytes: number;
  have(piece: number): void;
  close(reason: CloseReason): void;
}

/** The piece that a peer was shown last, and what became of it. */
export interface ShownPiece {
  readonly piece: number;
  /** Blocks that it was asked for. */
  asked: number;
  /** When something last happened to it: it was shown, a block was asked for, the peer has it. */
  changedAtMs: number;
  /** The peer has it. */
  isThere: boolean;
}

/** What the torrent of a peer is told. */
export interface ShownListener {
  /** The peer has pieces that it did not have. */
  onPieces(peer: ShownPieces): void;
  onPiece(peer: ShownPieces, piece: number): void;
  onAsked(peer: ShownPieces, piece: number): void;
  onLeft(peer: ShownPieces): void;
}

/** What it is made of. */
export interface ShownPiecesParts {
  readonly wire: ShownWire;
  readonly pieceCount: number;
  readonly patienceMs: number;
  readonly listener: ShownListener;
}

/** One peer that believes that we have what it was shown, and no more (BEP 16). */
export class ShownPieces implements BlockSink {
  readonly wire: ShownWire;
  /** What it has, or was shown. */
  readonly counted: CountedPieces;
  /** How long it is waited for what becomes of a piece. */
  patienceMs: number;
  /** The last that it was shown; undefined before the first, and once all are. */
  last: ShownPiece | undefined;
  /** Pieces in a row that it did not want. */
  unwanted = 0;
  /** From here on it has yet to be told what we have, once super-seeding is over. */
  revealedUpTo = 0;
  readonly #listener: ShownListener;
  /** What it is known to have. */
  readonly #known: Uint8Array;

  constructor({ wire, pieceCount, patienceMs, listener }: ShownPiecesParts) {
    this.wire = wire;
    this.counted = new Uint8Array(Math.ceil(pieceCount / 8));
    this.#known = new Uint8Array(this.counted.length);
    this.patienceMs = patienceMs;
    this.#listener = listener;
  }

  /** The pieces of its bitfield that are new; some clients send that again and again, in the place of haves. */
  newPieces(): number[] {
    const pieces: number[] = [];
    for (const [at, byte] of (this.wire.theirPieces.bits ?? []).entries()) {
      if ((byte & ~(this.#known[at] ?? 0)) === 0) continue;
      for (let piece = 8 * at; piece < 8 * at + 8; piece++)
        if ((byte & (0x80 >> (piece & 7))) !== 0 && !hasBit(this.#known, piece)) pieces.push(piece);
      this.#known[at] = byte;
    }
    return pieces;
  }

  /** It asks for a block of a piece. */
  requested(piece: number): void {
    this.#listener.onAsked(this, piece);
  }

  /** The connection is over. */
  leave(): void {
    this.#listener.onLeft(this);
  }

  onPieces(): void {
    this.#listener.onPieces(this);
  }

  onHave(piece: number): void {
    setBit(this.#known, piece, true);
    this.#listener.onPiece(this, piece);
  }

  onBlock(): void {
    this.wire.close('bad-message'); // nobody asked it for anything
  }

  onChoke(): void {
    // We want nothing from it.
  }

  onUnchoke(): void {
    // We want nothing from it.
  }

  onRejected(): void {
    // It refuses what nobody asked for: no harm.
  }

  onAllowedFast(): void {
    // We want nothing from it.
  }

  onLost(piece: number): void {
    setBit(this.#known, piece, false); // it may come to have it again
  }
}
