import type { PeerExtensions } from 'bittorrent-protocol';
import type { CloseReason } from '../counters.ts';
import { blockHeader } from './block-header.ts';
import { DirectWire } from './direct-wire.ts';
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type OwnExtendedHandshake,
} from './extended-handshake.ts';
import { FastAllowance } from './fast-allowance.ts';
import { FloodGuard } from './flood-guard.ts';
import { encodeHandshake, hasV2Bit } from './handshake.ts';
import { decodeHashRequest } from './hash-messages.ts';
import { MessageId } from './message.ts';
import { PeerPieces } from './peer-pieces.ts';
import { RequestQueue } from './request-queue.ts';
import { isServableRequest } from './servable-request.ts';
import { UT_METADATA, utMetadata } from './ut-metadata.ts';
import type { BlockSink, OwnHandshake, PeerWireOptions, WireListener, WireTorrent } from './wire-types.ts';

/** What a peer holds that does not say how much (libtorrent's guess is the same). */
const DEFAULT_PEER_REQUESTS = 250;

/** One peer's connection to a torrent of ours: what is said on it. Requests go into a queue of numbers. */
export class PeerWire extends DirectWire {
  readonly requests: RequestQueue;
  readonly #listener: WireListener;
  #torrent: WireTorrent | undefined;
  #own: OwnExtendedHandshake | undefined;
  readonly #guard = new FloodGuard();
  #pieces = new PeerPieces(0);
  /** Whoever fetches from the peer; undefined while nobody does. */
  sink: BlockSink | undefined;
  readonly #fastAllowance = new FastAllowance();
  /** What the peer calls itself (BEP 10). */
  client: string | undefined;
  /** The peer says it wants nothing (BEP 21). */
  isUploadOnly = false;
  /** Requests that the peer holds (BEP 10). */
  peerMaxRequests = DEFAULT_PEER_REQUESTS;
  /** Blocks that are on their way when nobody wants them any more are no fault of the peer. */
  #wasAsked = false;
  /** The peer's handshake says so (BEP 52). */
  #knowsV2 = false;
  #hasGreeted = false;

  constructor({ socket, listener, maxRequests, encryption }: PeerWireOptions) {
    super(socket, listener, encryption);
    this.#listener = listener;
    this.requests = new RequestQueue(maxRequests);
    this.use(utMetadata(this.#metadataSource()));
  }

  /** What the peer has. */
  get theirPieces(): PeerPieces {
    return this.#pieces;
  }

  /** Begins the conversation: we connected, to this torrent's peer. `accept` goes on when it has answered. */
  greet(infoHash: Uint8Array, peerId: Uint8Array): void {
    this.#hasGreeted = true;
    this.handshake(infoHash, peerId);
  }

  /** Answers the handshake by the name that the peer asked for, or a better one. Sends handshakes and what we have. */
  accept(torrent: WireTorrent, infoHash: Uint8Array, peerId: Uint8Array, own: OwnHandshake): void {
    this.#torrent = torrent;
    this.#pieces = new PeerPieces(torrent.pieceCount);
    this.#own = { ...own, extensions: { [UT_METADATA]: 1 } };
    this.setBounds(torrent);
    // BEP 52: who came by the v1 name of a hybrid and knows v2 goes on as a v2 peer when it is answered by the v2 name.
    const name = this.#knowsV2 ? (torrent.swarmHashV2 ?? infoHash) : infoHash;
    if (this.#hasGreeted) this.#greeted();
    else this.handshake(name, peerId);
    if (torrent.isComplete && this.hasFast) this.haveAll();
    else if (torrent.hasAny || !this.hasFast) this.bitfield(torrent.bitfield());
    else this.haveNone();
  }

  /** Both handshakes are there. */
  #greeted(): void {
    this.hasFast = this.peerExtensions.fast === true;
    if (this.peerExtensions.extended === true) this._sendExtendedHandshake();
  }

  /** We want nothing from now on (BEP 21): told by another extended handshake (BEP 10). With a seed there is nothing to talk about. */
  wantNoMore(): void {
    if (this.#pieces.isComplete) return this.close('seed');
    if (this.#own === undefined || this.#own.isUploadOnly || this.isClosed) return;
    this.#own = { ...this.#own, isUploadOnly: true };
    if (this._extendedHandshakeSent) this._sendExtendedHandshake();
  }

  /** Asks the peer for a block; what comes of it goes to the sink. */
  askBlock(piece: number, begin: number, length: number): void {
    this.#wasAsked = true;
    this._message(MessageId.request, [piece, begin, length], null);
  }

  /** Takes a request back. */
  cancelBlock(piece: number, begin: number, length: number): void {
    this._message(MessageId.cancel, [piece, begin, length], null);
  }

  /** Offers pieces to a peer that is choked (BEP 6); nothing without the fast extension. */
  offerFast(pieces: readonly number[]): void {
    if (!this.hasFast || this.#torrent === undefined) return;
    for (const piece of pieces) {
      if (!this.#torrent.hasPiece(piece) || !this.#fastAllowance.add(piece, this.#torrent.pieceLength))
        continue;
      this._message(MessageId.allowedFast, [piece], null);
    }
  }

  /**
   * Sends a block. The slices are not copied, unless `isEncrypted`: `written` tells when the kernel has them and they may change.
   * @param second what is left of the block when it lies in two buffers.
   */
  sendBlock(
    piece: number,
    begin: number,
    first: Buffer,
    second: Buffer | undefined,
    written: () => void,
  ): void {
    this.out.write(blockHeader(piece, begin, first.length + (second?.length ?? 0)));
    if (second !== undefined) this.out.write(first);
    this.out.write(second ?? first, written);
  }

  /** Refuses a request: with BEP 6 by a message, without it in silence. Too many in a row end the connection. */
  refuse(piece: number, begin: number, length: number): void {
    this.#listener.onRequestRefused();
    if (this.#guard.refused(this.hasFast)) return this.close('flood');
    if (this.hasFast) this._message(MessageId.reject, [piece, begin, length], null);
  }

  /** Ends the connection; whoever fetches from the peer hears no more of it. */
  override close(reason: CloseReason): void {
    this.sink = undefined;
    super.close(reason);
  }

  // --- what the package calls ---

  override onHandshakeFrame(bytes: Buffer): void {
    this.#knowsV2 = hasV2Bit(bytes);
    super.onHandshakeFrame(bytes);
  }

  override onMessageFrame(message: Buffer): void {
    const [id] = message;
    if (id === MessageId.hashRequest) this.#listener.onHashRequest(decodeHashRequest(message));
    else if (id === MessageId.hashes || id === MessageId.hashReject)
      this.close('bad-message'); // nobody asked
    else super.onMessageFrame(message);
  }

  /** The package's own has no bit for v2. */
  override handshake(infoHash: Uint8Array, peerId: Uint8Array): void {
    this._push(encodeHandshake(infoHash, peerId, this.#torrent?.swarmHashV2 !== undefined));
    if (!this.#hasGreeted) this.#greeted();
  }

  override _onHandshake(infoHash: Uint8Array, peerId: Uint8Array, extensions: PeerExtensions): void {
    this.peerIdBuffer = peerId;
    this.peerExtensions = extensions;
    this.#listener.onHandshake(infoHash, peerId);
  }

  override _sendExtendedHandshake(): void {
    if (this.#own === undefined) return;
    this.extended(0, encodeExtendedHandshake(this.#own));
    this._extendedHandshakeSent = true;
  }

  override _onInterested(): void {
    if (this.peerInterested) return;
    this.peerInterested = true;
    this.#listener.onInterestChanged();
  }

  override _onUninterested(): void {
    if (!this.peerInterested) return;
    this.peerInterested = false;
    this.#listener.onInterestChanged();
  }

  override _onRequest(piece: number, begin: number, length: number): void {
    const torrent = this.#torrent;
    if (torrent === undefined || this.isClosed) return;
    this.#guard.requested();
    if (!isServableRequest(torrent, piece, begin, length)) return this.refuse(piece, begin, length);
    if (this.amChoking && !this.#fastAllowance.take(piece, length)) return this.refuse(piece, begin, length);
    if (!this.requests.push(piece, begin, length)) return this.refuse(piece, begin, length);
    this.#guard.accepted();
    if (!this.peerInterested) this._onInterested(); // libtorrent: who asks is interested
    this.#listener.onRequest(piece, begin);
  }

  override _onCancel(piece: number, begin: number, length: number): void {
    if (this.#guard.cancelled()) return this.close('flood');
    if (this.requests.size === 0 || !this.requests.remove(piece >>> 0, begin >>> 0, length >>> 0)) return;
    if (this.hasFast) this._message(MessageId.reject, [piece, begin, length], null); // BEP 6: a cancel is answered too
  }

  override choke(): void {
    if (this.amChoking || this.isClosed) return;
    this.amChoking = true;
    this._message(MessageId.choke, [], null);
    // BEP 6: what waits is rejected, but for the allowed fast pieces. Without it a choke drops everything.
    const keep = (piece: number): boolean => this.hasFast && this.#fastAllowance.has(piece);
    this.requests.drain(keep, (piece, begin, length) => {
      if (this.hasFast) this._message(MessageId.reject, [piece, begin, length], null);
    });
  }

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
    const wasComplete = this.#pieces.isComplete;
    this.#pieces.addAll();
    this.#noteProgress();
    if (!wasComplete) this.sink?.onPieces();
  }

  override _onChoke(): void {
    if (this.peerChoking) return;
    if (this.#guard.choked()) return this.close('flood');
    this.peerChoking = true;
    this.sink?.onChoke();
  }

  override _onUnchoke(): void {
    if (!this.peerChoking) return;
    this.peerChoking = false;
    this.sink?.onUnchoke();
  }

  override _onPiece(piece: number, begin: number, block: Uint8Array): void {
    this.#guard.gave();
    if (this.sink !== undefined) this.sink.onBlock(piece, begin, block);
    else if (!this.#wasAsked) this.close('bad-message'); // it was asked for nothing, ever
  }

  override _onReject(piece: number, begin: number): void {
    if (!this.hasFast) return this.close('bad-message'); // BEP 6
    this.sink?.onRejected(piece, begin);
  }

  override _onAllowedFast(): void {
    if (!this.hasFast) this.close('bad-message'); // BEP 6; we wait until we are unchoked
  }

  override _onExtended(id: number, payload: Uint8Array): void {
    if (id !== 0) return super._onExtended(id, payload);
    const handshake = decodeExtendedHandshake(payload);
    if (handshake === undefined) return;
    for (const [name, extensionId] of handshake.extensions)
      if (name === UT_METADATA) this.peerExtendedMapping[name] = extensionId;
    this.client = handshake.client ?? this.client;
    this.isUploadOnly = handshake.isUploadOnly;
    this.peerMaxRequests = handshake.maxRequests ?? this.peerMaxRequests;
  }

  #noteProgress(): void {
    if (this.#pieces.isComplete) this.#listener.onPeerComplete();
  }

  #metadataSource(): Parameters<typeof utMetadata>[0] {
    const wire = this;
    return {
      get infoBytes() {
        return wire.#torrent?.infoBytes;
      },
      hasRoom: () => wire.queuedBytes < 256 * 1024,
      onMetadataSent: () => wire.#listener.onMetadataSent(),
    };
  }
}
