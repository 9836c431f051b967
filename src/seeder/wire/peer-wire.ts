import Wire, { type PeerExtensions } from 'bittorrent-protocol';
import type { CloseReason } from '../counters.ts';
import { blockHeader } from './block-header.ts';
import { CorkedSocket } from './corked-socket.ts';
import { IncomingStream } from './encryption/incoming-stream.ts';
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type OwnExtendedHandshake,
} from './extended-handshake.ts';
import { FastAllowance } from './fast-allowance.ts';
import { FloodGuard } from './flood-guard.ts';
import { type FrameFault, FrameReader, type FrameSink } from './frame-reader.ts';
import { MessageId } from './message.ts';
import { PeerPieces } from './peer-pieces.ts';
import { RequestQueue } from './request-queue.ts';
import { isServableRequest } from './servable-request.ts';
import { UT_METADATA, utMetadata } from './ut-metadata.ts';
import type { PeerWireOptions, WireListener, WireTorrent } from './wire-types.ts';

/** What we say of ourselves beside the extensions that the wire has. */
export type OwnHandshake = Omit<OwnExtendedHandshake, 'extensions'>;

/** Bytes that may wait for one peer. Blocks stop well below, so only answers to a flood come here. */
const MAX_QUEUED_BYTES = 5 * 1024 * 1024;

/**
 * One peer's connection: the messages are the package's, the way between them and the socket is ours. Bytes come from the
 * socket's `data` event through a {@link FrameReader} that bounds them; what is written goes to the socket corked, and leaves
 * in one `writev` at the end of the turn. Requests go into a queue of numbers. The package's streams are never used.
 */
export class PeerWire extends Wire implements FrameSink {
  readonly requests: RequestQueue;
  readonly #out: CorkedSocket;
  readonly #listener: WireListener;
  readonly #frames: FrameReader;
  readonly #in: IncomingStream;
  #torrent: WireTorrent | undefined;
  #own: OwnExtendedHandshake | undefined;
  #closeReason: CloseReason | undefined;
  readonly #guard = new FloodGuard();
  #peerPieces: PeerPieces | undefined;
  readonly #fastAllowance = new FastAllowance();
  /** What the peer calls itself (BEP 10). */
  client: string | undefined;
  /** The peer says it wants nothing (BEP 21). */
  isUploadOnly = false;

  constructor({ socket, listener, maxRequests, encryption }: PeerWireOptions) {
    super('tcpIncoming');
    this.#out = new CorkedSocket(socket);
    this.#listener = listener;
    this.requests = new RequestQueue(maxRequests);
    this.#frames = new FrameReader(this);
    this.#in = new IncomingStream({
      encryption,
      out: this.#out,
      onBytes: (bytes) => this.#frames.push(bytes),
      onFault: (fault) => this.close(fault),
    });
    this.use(utMetadata(this.#metadataSource()));
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => this.close('remote'));
    socket.on('error', () => this.close('socket-error'));
    socket.on('close', () => this.close('remote'));
  }

  /** Bytes that wait in this process for the kernel to take them. */
  get queuedBytes(): number {
    return this.#out.queuedBytes;
  }

  /** Whether blocks are encrypted on their way out, and so copied. */
  get isEncrypted(): boolean {
    return this.#out.isEncrypted;
  }

  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** Pieces that the peer has. */
  get peerPieceCount(): number {
    return this.#peerPieces?.count ?? 0;
  }

  /** Takes bytes of the peer. */
  receive(chunk: Buffer): void {
    try {
      this.#in.push(chunk);
    } catch (error) {
      this.#listener.onInternalError(error); // a fault of ours, met by one peer: the others go on
      this.close('internal');
    }
  }

  /** Answers the handshake by the name that the peer asked for: we serve this torrent. Sends handshakes and what we have. */
  accept(torrent: WireTorrent, infoHash: Uint8Array, peerId: Uint8Array, own: OwnHandshake): void {
    this.#torrent = torrent;
    this.#peerPieces = new PeerPieces(torrent.pieceCount);
    this.#own = { ...own, extensions: { [UT_METADATA]: 1 } };
    this.#frames.setBounds(torrent);
    this.handshake(infoHash, peerId, { fast: true });
    if (torrent.isComplete && this.hasFast) this.haveAll();
    else this.bitfield(torrent.bitfield());
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
    this.#out.write(blockHeader(piece, begin, first.length + (second?.length ?? 0)));
    if (second !== undefined) this.#out.write(first);
    this.#out.write(second ?? first, written);
  }

  /** Refuses a request: with BEP 6 by a message, without it in silence. Too many in a row end the connection. */
  refuse(piece: number, begin: number, length: number): void {
    this.#listener.onRequestRefused();
    if (this.#guard.refused(this.hasFast)) return this.close('flood');
    if (this.hasFast) this._message(MessageId.reject, [piece, begin, length], null);
  }

  /** Ends the connection, once; the first reason counts. */
  close(reason: CloseReason): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this._finished = true; // the package sends nothing more
    this.#frames.stop();
    this.#out.destroy();
    this.#listener.onClosed(reason);
  }

  // --- what the frame reader finds ---

  onHandshakeFrame(bytes: Buffer): void {
    this._onHandshakeBuffer(new Uint8Array(bytes.subarray(1))); // a copy: the package keeps views of it
  }

  onMessageFrame(message: Buffer): void {
    this._onMessage(message);
  }

  onRequestFrame(piece: number, begin: number, length: number): void {
    this._onRequest(piece, begin, length);
  }

  onKeepAliveFrame(): void {
    // A keep-alive only says that the peer is there, which whoever counts the socket's bytes has seen.
  }

  onFault(fault: FrameFault): void {
    this.close(fault);
  }

  // --- what the package calls ---

  /** The package makes a string for each message, whether it is shown or not. */
  override _debug(): void {
    // Nothing: see above.
  }

  override _push(data: Uint8Array): void {
    if (this.#closeReason !== undefined) return;
    if (this.#out.queuedBytes > MAX_QUEUED_BYTES) return this.close('flood');
    this.#out.write(data);
  }

  /** The package ends a stream when a peer breaks a rule; we end the connection. */
  override end(): void {
    this.close('bad-message');
  }

  override destroy(): void {
    this.close('bad-message');
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
    if (torrent === undefined || this.#closeReason !== undefined) return;
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
    if (this.amChoking || this.#closeReason !== undefined) return;
    this.amChoking = true;
    this._message(MessageId.choke, [], null);
    // BEP 6: what waits is rejected, but for the allowed fast pieces. Without it a choke drops everything.
    const keep = (piece: number): boolean => this.hasFast && this.#fastAllowance.has(piece);
    this.requests.drain(keep, (piece, begin, length) => {
      if (this.hasFast) this._message(MessageId.reject, [piece, begin, length], null);
    });
  }

  override _onBitField(bits: Uint8Array): void {
    this.#noteProgress(this.#peerPieces?.setBitfield(bits));
  }

  override _onHave(index: number): void {
    this.#noteProgress(this.#peerPieces?.add(index));
  }

  override _onHaveAll(): void {
    if (this.hasFast) this.#peerPieces?.addAll();
    this.#noteProgress(this.hasFast); // BEP 6: it must not come without the fast extension
  }

  /** Nobody was asked for a block, so nobody sends one. */
  override _onPiece(): void {
    this.close('bad-message');
  }

  override _onAllowedFast(): void {
    if (!this.hasFast) this.close('bad-message'); // BEP 6; and we want nothing
  }

  override _onExtended(id: number, payload: Uint8Array): void {
    if (id !== 0) return super._onExtended(id, payload);
    const handshake = decodeExtendedHandshake(payload);
    if (handshake === undefined) return;
    for (const [name, extensionId] of handshake.extensions)
      if (name === UT_METADATA) this.peerExtendedMapping[name] = extensionId;
    this.client = handshake.client ?? this.client;
    this.isUploadOnly = handshake.isUploadOnly;
  }

  #noteProgress(isValid = true): void {
    if (!isValid) this.close('bad-message');
    else if (this.#peerPieces?.isComplete) this.#listener.onPeerComplete();
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
