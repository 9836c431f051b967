import { hasBit } from '../bits.ts';
import type { CloseReason } from '../counters.ts';
import type { RateAllowance } from '../rates/rate-allowance.ts';
import type { BlockSink } from '../wire/wire-types.ts';
import type { ActivePiece } from './active-piece.ts';
import type { PieceSet } from './piece-picker.ts';
import { RequestWindow } from './request-window.ts';

/** The part of a peer's wire that a download needs. */
export interface LeechWire {
  readonly peerChoking: boolean;
  readonly isClosed: boolean;
  /** Requests that the peer says it holds (BEP 10). */
  readonly peerMaxRequests: number;
  readonly theirPieces: PieceSet & { readonly bits: Uint8Array | undefined };
  /** It makes no piece less rare. It may have pieces that it does not give now: `bits` are those that it has, undefined for all. */
  readonly isWebSeed?: boolean;
  /** It can give pieces in their order only, from the first that it suggests on. */
  readonly isSequential?: boolean;
  /** Pieces that it gives while it chokes us (BEP 6). */
  readonly allowedPieces?: ReadonlySet<number>;
  /** Pieces that it would rather give than others, the latest first (BEP 6). */
  readonly suggestedPieces?: readonly number[];
  /** Told of a block that comes when nobody fetches from the peer any more. */
  onLateBlock?: (bytes: number) => void;
  askBlock(piece: number, begin: number, length: number): void;
  cancelBlock(piece: number, begin: number, length: number): void;
  interested(): void;
  uninterested(): void;
  have(piece: number): void;
  close(reason: CloseReason): void;
}

/** What a peer tells its download. */
export interface LeechListener {
  onBlock(leech: Leech, piece: number, begin: number, block: Uint8Array): void;
  onRejected(leech: Leech, piece: number, begin: number): void;
  onChoked(leech: Leech): void;
  /** It allows one more piece while it chokes us. */
  onAllowedFast(leech: Leech): void;
  onUnchoked(leech: Leech): void;
  /** It has more, or other pieces. */
  onPieces(leech: Leech): void;
  onPiece(leech: Leech, piece: number): void;
  /** It has a piece no more. */
  onLost(leech: Leech, piece: number): void;
}

/** Blocks that come though nobody asked for them, and refusals in a row, after which a peer is left: all that it is ever asked for, twice. */
const MAX_UNASKED = 100;
const MAX_REFUSALS = 2000;

/** Requests that wait for one another, where an eighth of what it is asked for is more. */
const REQUESTS_TOGETHER = 16;

/** What a leech is made of. */
export interface LeechParts {
  readonly wire: LeechWire;
  readonly names: readonly string[];
  readonly listener: LeechListener;
  readonly nowMs: number;
  readonly allowance: RateAllowance;
}

/** One peer from which a torrent is fetched: what it has that we lack, and what it was asked for. */
export class Leech implements BlockSink {
  readonly wire: LeechWire;
  /** By what it is banned: its address, or where many share one, more than that. */
  readonly names: readonly string[];
  readonly window: RequestWindow;
  /** What limits let it be asked for. */
  readonly allowance: RateAllowance;
  /** Blocks that it was asked for and has not sent. */
  readonly asked = new Set<number>();
  /** The piece that it was asked for last. */
  current: ActivePiece<Leech> | undefined;
  /** Pieces that it has and we lack. */
  wanted = 0;
  /** Bytes of blocks that came. */
  receivedBytes = 0;
  /** The pieces that the picker counts for it; none while it has all. */
  counted: Uint8Array | undefined;
  readonly #listener: LeechListener;
  /** Requests that were taken back: their blocks may cross with that. */
  takenBack = 0;
  #unasked = 0;
  #refusals = 0;

  constructor({ wire, names, listener, nowMs, allowance }: LeechParts) {
    this.wire = wire;
    this.names = names;
    this.#listener = listener;
    this.window = new RequestWindow(nowMs);
    this.allowance = allowance;
  }

  /** Requests that it may be sent now. */
  get room(): number {
    return this.window.depth(this.wire.peerMaxRequests) - this.asked.size;
  }

  /** Whether enough has come of what it was asked for to ask for more: many requests leave as one write. */
  get isWorthAsking(): boolean {
    const depth = this.window.depth(this.wire.peerMaxRequests);
    return depth - this.asked.size >= Math.min(REQUESTS_TOGETHER, depth / 8);
  }

  /** Whether it gives anything now: it does not choke us, or allows some pieces all the same (BEP 6). */
  get isGiving(): boolean {
    return !this.wire.peerChoking || (this.wire.allowedPieces?.size ?? 0) > 0;
  }

  /** Whether it would give blocks of the piece now. */
  wouldGive(piece: number): boolean {
    const { peerChoking, allowedPieces, theirPieces } = this.wire;
    if (peerChoking && allowedPieces?.has(piece) !== true) return false;
    return theirPieces.isComplete || theirPieces.has(piece);
  }

  /** Whether it has the piece. A web seed may have it and not give it now, where that gives pieces in their order only. */
  owns(piece: number): boolean {
    const { isWebSeed, theirPieces } = this.wire;
    if (theirPieces.isComplete) return true;
    if (isWebSeed !== true) return theirPieces.has(piece);
    return theirPieces.bits === undefined || hasBit(theirPieces.bits, piece);
  }

  /** Whether the picker counts the piece for it. */
  isCounted(piece: number): boolean {
    return this.counted !== undefined && hasBit(this.counted, piece);
  }

  /** Whether limits let it be asked for a block now; when not, it is filled once they do. */
  mayAsk(): boolean {
    return !this.allowance.isLimited || this.allowance.mayPass();
  }

  /** It is asked for a block. */
  ask(key: number, piece: number, begin: number, length: number): void {
    this.asked.add(key);
    if (this.allowance.isLimited) this.allowance.took(length);
    this.wire.askBlock(piece, begin, length);
  }

  /** A request that it will not answer: what it would have brought may be asked of others. */
  unask(key: number, length: number): boolean {
    if (!this.asked.delete(key)) return false;
    if (this.allowance.isLimited) this.allowance.gaveBack(length);
    return true;
  }

  /** A block came that was not asked for, or is here already: too many end the connection. */
  notAsked(bytes: number): void {
    if (this.allowance.isLimited) this.allowance.took(bytes);
    if (this.takenBack > 0) this.takenBack--;
    else if (++this.#unasked > MAX_UNASKED) this.wire.close('flood');
  }

  /** A block came that was asked for. */
  gave(bytes: number, nowMs: number): void {
    this.receivedBytes += bytes;
    this.#refusals = 0;
    this.window.add(bytes, nowMs);
  }

  /**
   * It refused a request (BEP 6); who does nothing else would be asked again and again. That is how requests are answered too which
   * were taken back, all at once by whoever chokes us. @param wasAsked the request stood.
   */
  refused(wasAsked: boolean): void {
    if (!wasAsked && this.takenBack > 0) this.takenBack--;
    else if (++this.#refusals > MAX_REFUSALS) this.wire.close('flood');
  }

  onBlock(piece: number, begin: number, block: Uint8Array): void {
    this.#listener.onBlock(this, piece, begin, block);
  }

  onRejected(piece: number, begin: number): void {
    this.#listener.onRejected(this, piece, begin);
  }

  onChoke(): void {
    this.#listener.onChoked(this);
  }

  onAllowedFast(): void {
    this.#listener.onAllowedFast(this);
  }

  onUnchoke(): void {
    this.#listener.onUnchoked(this);
  }

  onPieces(): void {
    this.#listener.onPieces(this);
  }

  onHave(piece: number): void {
    this.#listener.onPiece(this, piece);
  }

  onLost(piece: number): void {
    this.#listener.onLost(this, piece);
  }
}
