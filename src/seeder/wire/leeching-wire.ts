import type { Socket } from 'node:net';
import type { CloseReason } from '../counters.ts';
import { DirectWire } from './direct-wire.ts';
import type { Encryption } from './encryption/encryption.ts';
import { FastOffers } from './fast-offers.ts';
import { FloodGuard } from './flood-guard.ts';
import { decodeDontHave, LT_DONTHAVE_ID } from './lt-donthave.ts';
import { MessageId } from './message.ts';
import { PeerPieces } from './peer-pieces.ts';
import { RequestBatch } from './request-batch.ts';
import type { BlockSink, WireListener } from './wire-types.ts';

/** What is said on a connection about the pieces that the peer has, and the blocks that it gives: the side that downloads. */
export class LeechingWire extends DirectWire {
  protected readonly guard = new FloodGuard();
  readonly #events: Pick<WireListener, 'onPeerComplete'>;
  #pieces = new PeerPieces(0);
  #pieceCount = 0;
  readonly #offers = new FastOffers();
  readonly #batch = new RequestBatch();
  /** Whoever fetches from the peer; undefined while nobody does. */
  sink: BlockSink | undefined;
  /** Told of the bytes of a block that comes when nobody does so any more. */
  onLateBlock: (bytes: number) => void = () => {};
  /** Blocks that are on their way when nobody wants them any more are no fault of the peer. */
  #wasAsked = false;

  constructor(socket: Socket, listener: WireListener, encryption: Encryption | undefined) {
    super(socket, listener, encryption);
    this.#events = listener;
  }

  /** What the peer has. */
  get theirPieces(): PeerPieces {
    return this.#pieces;
  }

  /** Pieces that the peer gives while it chokes us (BEP 6). */
  get allowedPieces(): ReadonlySet<number> {
    return this.#offers.allowed;
  }

  /** Pieces that the peer would rather give than others, the latest first (BEP 6). */
  get suggestedPieces(): readonly number[] {
    return this.#offers.suggested;
  }

  /** The torrent is known: its pieces may be spoken of. */
  protected expectPieces(pieceCount: number): void {
    this.#pieceCount = pieceCount;
    this.#pieces = new PeerPieces(pieceCount);
  }

  /** Asks the peer for a block; what comes of it goes to the sink. */
  askBlock(piece: number, begin: number, length: number): void {
    this.#wasAsked = true;
    if (this.#batch.isEmpty) queueMicrotask(this.#sendBatch);
    this.#batch.add(piece, begin, length);
  }

  /** What was asked for before a message goes before it. */
  override sendMessage(message: Uint8Array, written?: () => void): void {
    this.#sendBatch();
    super.sendMessage(message, written);
  }

  /** Takes a request back. */
  cancelBlock(piece: number, begin: number, length: number): void {
    this._message(MessageId.cancel, [piece, begin, length], null);
  }

  /** Ends the connection; whoever fetches from the peer hears no more of it. */
  override close(reason: CloseReason): void {
    this.sink = undefined;
    super.close(reason);
  }

  readonly #sendBatch = (): void => {
    if (!this.#batch.isEmpty) super.sendMessage(this.#batch.take());
  };

  // --- what the package calls ---

  override _onBitField(bits: Uint8Array): void {
    const wasComplete = this.#pieces.isComplete;
    if (!this.#pieces.addBitfield(bits)) return this.close('bad-message');
    this.#noteProgress();
    if (!wasComplete) this.sink?.onPieces();
  }

  override _onHave(index: number): void {
    const isNew = !this.#pieces.has(index);
    if (!this.#pieces.add(index)) return this.close('bad-message');
    this.#noteProgress();
    if (isNew) this.sink?.onHave(index);
  }

  override _onHaveAll(): void {
    if (!this.hasFast) return this.close('bad-message'); // BEP 6
    if (this.#pieces.isComplete) return this.#noteProgress();
    if (this.guard.saidAll()) return this.close('flood');
    this.#pieces.addAll();
    this.#noteProgress();
    this.sink?.onPieces();
  }

  override _onChoke(): void {
    if (this.peerChoking) return;
    if (this.guard.choked()) return this.close('flood');
    this.peerChoking = true;
    this.sink?.onChoke();
  }

  override _onUnchoke(): void {
    if (!this.peerChoking) return;
    this.peerChoking = false;
    this.sink?.onUnchoke();
  }

  override _onPiece(piece: number, begin: number, block: Uint8Array): void {
    this.guard.gave();
    if (this.sink !== undefined) this.sink.onBlock(piece, begin, block);
    else if (this.#wasAsked) this.onLateBlock(block.length);
    else this.close('bad-message'); // it was asked for nothing, ever
  }

  override _onReject(piece: number, begin: number): void {
    if (!this.hasFast) return this.close('bad-message'); // BEP 6
    if (this.peerChoking) this.#offers.refused(piece);
    this.sink?.onRejected(piece, begin);
  }

  override _onAllowedFast(piece: number): void {
    if (!this.hasFast || piece >= this.#pieceCount) return this.close('bad-message'); // BEP 6
    if (this.#offers.allow(piece) && this.peerChoking) this.sink?.onAllowedFast();
  }

  override _onSuggest(piece: number): void {
    if (!this.hasFast || piece >= this.#pieceCount) return this.close('bad-message'); // BEP 6
    this.#offers.suggest(piece);
  }

  override _onExtended(id: number, payload: Uint8Array): void {
    if (id === LT_DONTHAVE_ID) this.#lost(decodeDontHave(payload));
    else super._onExtended(id, payload);
  }

  #lost(piece: number | undefined): void {
    if (piece === undefined || piece >= this.#pieceCount) return this.close('bad-message'); // BEP 54
    if (!this.#pieces.remove(piece)) return;
    if (this.guard.lost(this.#pieceCount)) return this.close('flood');
    this.sink?.onLost(piece);
  }

  #noteProgress(): void {
    if (this.#pieces.isComplete) this.#events.onPeerComplete();
  }
}
