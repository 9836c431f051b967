import { type Info, lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';
import { BLOCK_LENGTH } from '../wire/message.ts';
import { PieceSpread } from './piece-spread.ts';
import { type ShownListener, ShownPieces, type ShownWire } from './shown-pieces.ts';

/**
 * A peer that has a piece, or does not ask for one, is shown another after so long though nobody else was seen to have it. That is halved
 * each time it happens and doubled when a piece is seen elsewhere: peers that cannot reach each other are soon served as by any seed.
 */
const PATIENCE_MS = 20_000;
const MIN_PATIENCE_MS = 1000;
/** Who is not interested by then does not want what it was shown: it fetches some of the files only. */
const UNWANTED_MS = 2000;
/** More pieces than these are never shown at a time: 2 to the power of it. */
const MAX_DOUBLINGS = 12;
/** Pieces that are told a peer at a time once super-seeding is over, and the bytes that may wait for it then. */
const REVEALED_AT_A_TIME = 4096;
const REVEALING_BYTES = 128 * 1024;

/** What it is made of. */
export interface SuperSeededOptions {
  readonly info: Info;
  readonly nowMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * A torrent of which we have the only full copy (BEP 16). Its peers are shown one piece at a time, each another, and the next when the
 * last was seen at somebody else: so they give each piece on, and we send each about once. Nobody waits for ever: a peer that is
 * alone, that gives nothing on or wants something else is shown more.
 */
export class SuperSeededTorrent implements ShownListener {
  readonly #options: SuperSeededOptions;
  readonly #spread: PieceSpread;
  readonly #peers = new Set<ShownPieces>();
  /** Who was shown which piece and still waits for it to be seen elsewhere. */
  readonly #awaited = new Map<number, Set<ShownPieces>>();
  #isOver = false;

  constructor(options: SuperSeededOptions) {
    this.#options = options;
    this.#spread = new PieceSpread(options.info.pieceCount, options.random);
  }

  /** Peers that have not been told of all pieces yet. */
  get peerCount(): number {
    return this.#peers.size;
  }

  /** A peer that was told that we have nothing. */
  join(wire: ShownWire): ShownPieces {
    const { pieceCount } = this.#spread;
    const peer = new ShownPieces({ wire, pieceCount, patienceMs: PATIENCE_MS, listener: this });
    this.#peers.add(peer);
    return peer;
  }

  /** Another has it all: every peer is told that we have, too. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#awaited.clear();
    this.#reveal();
  }

  /** Call it every second or so: shows more where nothing has happened. */
  tick(): void {
    if (this.#isOver) return this.#reveal();
    for (const peer of this.#peers) this.#look(peer);
  }

  onPieces(peer: ShownPieces): void {
    for (const piece of peer.newPieces()) this.onPiece(peer, piece);
    if (peer.last === undefined) this.#look(peer);
  }

  onPiece(peer: ShownPieces, piece: number): void {
    this.#spread.add(peer.counted, piece);
    if (this.#isOver) return;
    if (peer.last?.piece === piece) this.#isThere(peer);
    // It has it of whom it was shown to: that one gives on what it gets.
    for (const other of this.#awaited.get(piece) ?? []) {
      if (other === peer) continue;
      other.patienceMs = Math.min(PATIENCE_MS, 2 * other.patienceMs);
      this.#showNext(other);
    }
  }

  onAsked(peer: ShownPieces, piece: number): void {
    const { last } = peer;
    if (last?.piece !== piece || this.#isOver) return;
    peer.unwanted = 0;
    last.asked++;
    last.changedAtMs = this.#options.nowMs();
    // Who is alone need not wait for the end of one piece before it asks for the next.
    if (this.#isAskedFor(peer) && !this.#isLackedElsewhere(peer)) this.#showNext(peer);
  }

  onLeft(peer: ShownPieces): void {
    if (!this.#peers.delete(peer)) return;
    this.#awaitNoMore(peer);
    this.#spread.remove(peer.counted);
  }

  #look(peer: ShownPieces): void {
    const { last, wire } = peer;
    if (last === undefined) return void this.#showNext(peer);
    const quietMs = this.#options.nowMs() - last.changedAtMs;
    // Some do not tell us of a piece that we have: it had all of it, and wants no more.
    if (!last.isThere && !wire.peerInterested && this.#isAskedFor(peer)) this.#isThere(peer);
    else if (!last.isThere && !wire.peerInterested) {
      if (quietMs >= UNWANTED_MS) this.#showMore(peer);
    } else if (wire.amChoking && !last.isThere)
      last.changedAtMs += quietMs; // it may not ask
    else if (quietMs >= peer.patienceMs) this.#tire(peer);
    else if (last.isThere && !this.#isLackedElsewhere(peer)) this.#showNext(peer);
  }

  #tire(peer: ShownPieces): void {
    peer.patienceMs = Math.max(MIN_PATIENCE_MS, peer.patienceMs / 2);
    this.#showNext(peer);
  }

  #isThere(peer: ShownPieces): void {
    const { last } = peer;
    if (last === undefined || last.isThere) return;
    last.isThere = true;
    last.changedAtMs = this.#options.nowMs();
    if (!this.#isLackedElsewhere(peer)) this.#showNext(peer);
  }

  #isAskedFor({ last }: ShownPieces): boolean {
    if (last === undefined) return false;
    return (
      last.isThere || last.asked >= Math.ceil(lengthOfPiece(this.#options.info, last.piece) / BLOCK_LENGTH)
    );
  }

  /** Whether somebody else could get from the peer what it was shown last. */
  #isLackedElsewhere(peer: ShownPieces): boolean {
    const piece = peer.last?.piece;
    if (piece === undefined) return false;
    for (const other of this.#peers)
      if (other !== peer && !other.wire.isClosed && !other.wire.theirPieces.has(piece)) return true;
    return false;
  }

  /** It wants none of what it was shown: twice as many pieces each time, until it wants one. */
  #showMore(peer: ShownPieces): void {
    let more = 2 ** Math.min(MAX_DOUBLINGS, ++peer.unwanted);
    while (more > 0 && this.#showNext(peer)) more--;
  }

  /** False when it was shown all. */
  #showNext(peer: ShownPieces): boolean {
    this.#awaitNoMore(peer);
    const piece = this.#spread.next(peer.counted);
    peer.last = undefined;
    if (piece === undefined || peer.wire.isClosed) return false;
    this.#spread.add(peer.counted, piece);
    peer.last = { piece, asked: 0, changedAtMs: this.#options.nowMs(), isThere: false };
    const awaiting = this.#awaited.get(piece) ?? new Set();
    this.#awaited.set(piece, awaiting.add(peer));
    peer.wire.have(piece);
    return true;
  }

  #awaitNoMore(peer: ShownPieces): void {
    if (peer.last === undefined) return;
    const awaiting = this.#awaited.get(peer.last.piece);
    awaiting?.delete(peer);
    if (awaiting?.size === 0) this.#awaited.delete(peer.last.piece);
  }

  /** Tells everybody of the pieces that they do not have, as far as they take it. */
  #reveal(): void {
    const { pieceCount } = this.#spread;
    for (const peer of this.#peers) {
      const end = Math.min(pieceCount, peer.revealedUpTo + REVEALED_AT_A_TIME);
      while (peer.revealedUpTo < end && peer.wire.queuedBytes < REVEALING_BYTES) {
        const piece = peer.revealedUpTo++;
        if (this.#spread.add(peer.counted, piece)) peer.wire.have(piece);
      }
      if (peer.revealedUpTo >= pieceCount) this.onLeft(peer);
    }
  }
}
