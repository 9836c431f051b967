import type { PeerExtensions } from 'bittorrent-protocol';
import { blockHeader } from './block-header.ts';
import type { OutgoingEncryption } from './encryption/outgoing-stream.ts';
import { ExtendedWire } from './extended-wire.ts';
import { FastAllowance } from './fast-allowance.ts';
import { encodeHandshake, hasV2Bit } from './handshake.ts';
import { decodeHashRequest } from './hash-messages.ts';
import { encodeDontHave, LT_DONTHAVE } from './lt-donthave.ts';
import { bitfieldLength, MessageId } from './message.ts';
import { RequestQueue } from './request-queue.ts';
import { isServableRequest } from './servable-request.ts';
import type { OwnHandshake, PeerWireOptions, WireHost, WireListener, WireTorrent } from './wire-types.ts';

type SwarmNames = Pick<WireTorrent, 'infoHash' | 'swarmHashV2'>;

/** One peer's connection to a torrent of ours: what is said on it. Requests go into a queue of numbers. */
export class PeerWire extends ExtendedWire {
  readonly requests: RequestQueue;
  readonly #listener: WireListener;
  #torrent: WireTorrent | undefined;
  readonly #fastAllowance = new FastAllowance();
  /** The peer's handshake says so (BEP 52). */
  #knowsV2 = false;
  #hasGreeted = false;
  readonly #host: WireHost;
  #dhtPort = 0;
  /** Pieces that we lost before the peer could be told. */
  readonly #untold = new Set<number>();

  constructor({ socket, listener, encryption, host }: PeerWireOptions) {
    super(socket, listener, encryption);
    this.#listener = listener;
    this.#host = host;
    this.requests = new RequestQueue(host.limits.maxRequests);
  }

  /** Begins the conversation: we connected, to this torrent's peer. `accept` goes on when it has answered. */
  greet(
    { torrent, isEncrypted }: { readonly torrent: SwarmNames; readonly isEncrypted: boolean },
    { peerId, encryption }: { readonly peerId: Uint8Array; readonly encryption: OutgoingEncryption },
  ): void {
    this.#hasGreeted = true;
    const { infoHash, swarmHashV2 } = torrent;
    const handshake = this.#handshakeBytes(infoHash, peerId, swarmHashV2 !== undefined);
    if (isEncrypted) this.encryptHandshake(encryption, infoHash, handshake);
    else this._push(handshake);
  }

  /** Answers the handshake by the name that the peer asked for, or a better one. Sends handshakes and what we have. */
  accept(torrent: WireTorrent, infoHash: Uint8Array, peerId: Uint8Array, own: OwnHandshake): void {
    this.#torrent = torrent;
    this.expectPieces(torrent.pieceCount);
    this.describe(torrent, own, { onMetadataSent: () => this.#listener.onMetadataSent() });
    this.setBounds(torrent);
    // BEP 52: who came by the v1 name of a hybrid and knows v2 goes on as a v2 peer when it is answered by the v2 name.
    const name = this.#knowsV2 ? (torrent.swarmHashV2 ?? infoHash) : infoHash;
    if (this.#hasGreeted) this.#greeted();
    else this.handshake(name, peerId);
    const hasAny = torrent.hasAny && !own.hidesPieces;
    if (torrent.isComplete && !own.hidesPieces && this.hasFast) this.haveAll();
    else if (hasAny) this.bitfield(torrent.bitfield());
    else if (this.hasFast) this.haveNone();
    else this.bitfield(new Uint8Array(bitfieldLength(torrent.pieceCount)));
    if (this.#dhtPort > 0 && this.peerExtensions.dht === true) this.port(this.#dhtPort); // BEP 5
  }

  /** Both handshakes are there. */
  #greeted(): void {
    this.hasFast = this.peerExtensions.fast === true;
    if (this.peerExtensions.extended === true) this._sendExtendedHandshake();
  }

  /** We want nothing from now on (BEP 21). With a seed there is nothing to talk about. */
  wantNoMore(): void {
    if (this.theirPieces.isComplete) this.close('seed');
    else this.tellUploadOnly();
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

  /** The piece is cheap for us now: the peer may take it before others (BEP 6). Only for one that knows the fast extension. */
  suggest(piece: number): void {
    this._message(MessageId.suggest, [piece], null);
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

  /**
   * We have lost a piece. A peer that knows BEP 54 is told so; one that knows BEP 6 is refused what it asks for. To any other we can only say
   * it by a new bitfield, so that connection ends: it would wait for blocks that never come.
   */
  dontHave(piece: number): void {
    const id = this.peerExtendedMapping[LT_DONTHAVE];
    if (this.isClosed) return;
    if (id !== undefined) this.extended(id, encodeDontHave(piece));
    else if (!this.hasFast) return this.close('storage');
    else if (this.isSilent) this.#untold.add(piece);
    const keep = (other: number): boolean => other !== piece;
    this.requests.drain(keep, (index, begin, length) => {
      if (this.hasFast) this._message(MessageId.reject, [index, begin, length], null); // no fault of the peer
    });
  }

  /**
   * We have one more piece. libtorrent leaves a peer that becomes a seed by a piece while it wants nothing of it, before it sees that it lacks
   * this very piece, and comes again after a minute. So it hears last of a piece that it has itself.
   */
  override have(index: number): void {
    const id = this.peerExtendedMapping[LT_DONTHAVE];
    const isDangerous = id !== undefined && this.#torrent?.isComplete === true && !this.peerInterested;
    const known = isDangerous && !this.theirPieces.isComplete ? this.theirPieces.anyBut(index) : undefined;
    if (id !== undefined && known !== undefined) this.extended(id, encodeDontHave(known));
    super.have(index);
    if (known !== undefined) super.have(known);
  }

  /** Refuses a request: with BEP 6 by a message, without it in silence. Too many in a row end the connection. */
  refuse(piece: number, begin: number, length: number): void {
    this.#listener.onRequestRefused();
    if (this.guard.refused(this.hasFast)) return this.close('flood');
    if (this.hasFast) this._message(MessageId.reject, [piece, begin, length], null);
  }

  /** What was lost meanwhile, and is not here again. */
  protected override onHeard(): void {
    const id = this.peerExtendedMapping[LT_DONTHAVE];
    for (const piece of this.#untold)
      if (id !== undefined && this.#torrent?.hasPiece(piece) === false)
        this.extended(id, encodeDontHave(piece));
    this.#untold.clear();
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
    this._push(this.#handshakeBytes(infoHash, peerId, this.#torrent?.swarmHashV2 !== undefined));
    this.#greeted();
  }

  override _onHandshake(infoHash: Uint8Array, peerId: Uint8Array, extensions: PeerExtensions): void {
    this.peerIdBuffer = peerId;
    this.peerExtensions = extensions;
    this.#listener.onHandshake(infoHash, peerId);
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
    this.guard.requested();
    if (!isServableRequest(torrent, piece, begin, length)) return this.refuse(piece, begin, length);
    if (this.amChoking && !this.#fastAllowance.take(piece, length)) return this.refuse(piece, begin, length);
    if (!this.requests.push(piece, begin, length)) return this.refuse(piece, begin, length);
    this.guard.accepted();
    if (!this.peerInterested) this._onInterested(); // libtorrent: who asks is interested
    this.#listener.onRequest(piece, begin);
  }

  override _onCancel(piece: number, begin: number, length: number): void {
    if (this.guard.cancelled()) return this.close('flood');
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

  #handshakeBytes(infoHash: Uint8Array, peerId: Uint8Array, isV2: boolean): Buffer {
    this.#dhtPort = this.#host.dhtPortFor(infoHash);
    return encodeHandshake(infoHash, peerId, { isV2, hasDht: this.#dhtPort > 0 });
  }
}
