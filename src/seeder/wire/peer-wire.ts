import type { Socket } from 'node:net';
import Wire, { type PeerExtensions } from 'bittorrent-protocol';
import { countBits } from '../bits.ts';
import type { CloseReason } from '../counters.ts';
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type OwnExtendedHandshake,
} from './extended-handshake.ts';
import { type FrameFault, FrameReader, type FrameSink } from './frame-reader.ts';
import { bitfieldLength, MAX_BLOCK_LENGTH } from './message.ts';
import { RequestQueue } from './request-queue.ts';
import { UT_METADATA, utMetadata } from './ut-metadata.ts';

/** What a wire has to know of the torrent that it serves. */
export interface WireTorrent {
  readonly infoHash: Uint8Array;
  readonly infoBytes: Uint8Array;
  readonly pieceCount: number;
  readonly pieceLength: number;
  /** Bytes in all. */
  readonly length: number;
  /** Whether we have piece `index`; false for an index out of range. */
  hasPiece(index: number): boolean;
  /** Whether we have all. */
  readonly isComplete: boolean;
  /** Our pieces, a bit each, the first piece in the highest bit of the first byte. */
  bitfield(): Uint8Array;
}

/** What happens on a wire. Called synchronously while the socket's bytes are read. */
export interface WireListener {
  /** The peer's handshake; answer with {@link PeerWire.accept} or {@link PeerWire.close}. */
  onHandshake(infoHash: Uint8Array, peerId: Uint8Array): void;
  onInterestChanged(): void;
  /** A request was put into the queue. */
  onRequest(piece: number, begin: number): void;
  onRequestRefused(): void;
  onMetadataSent(): void;
  /** The peer has everything. */
  onPeerComplete(): void;
  /** Called once. */
  onClosed(reason: CloseReason): void;
}

/** How a wire is made. */
export interface PeerWireOptions {
  readonly socket: Socket;
  readonly listener: WireListener;
  /** Requests that are queued; the next is refused. */
  readonly maxRequests: number;
}

/**
 * Refusals without an accepted request between them after which a peer is a flood. A client that was choked with a full
 * pipeline comes to its own `reqq` at most.
 */
const MAX_REFUSALS = 4000;
/** Without BEP 6 there is no way to refuse: a request is dropped in silence, and some too many end the connection. */
const MAX_SILENT_REFUSALS = 2000;
/** Bytes that may wait for one peer. Blocks stop well below, so only answers to a flood come here. */
const MAX_QUEUED_BYTES = 5 * 1024 * 1024;
/** How often the allowed fast pieces may be fetched over while choked, as libtorrent has it. */
const ALLOWED_FAST_ROUNDS = 3;
/** Bytes of what goes before a block: length, id, piece, begin. */
const BLOCK_HEADER_LENGTH = 13;

/**
 * One peer's connection: the messages are the package's, the way between them and the socket is ours. Bytes come from the
 * socket's `data` event through a {@link FrameReader} that bounds them; what is written goes to the socket corked, and leaves
 * in one `writev` at the end of the turn. Requests go into a queue of numbers. The package's streams are never used.
 */
export class PeerWire extends Wire implements FrameSink {
  readonly requests: RequestQueue;
  readonly #socket: Socket;
  readonly #listener: WireListener;
  readonly #frames: FrameReader;
  #torrent: WireTorrent | undefined;
  #own: OwnExtendedHandshake | undefined;
  #isCorked = false;
  #closeReason: CloseReason | undefined;
  #refusals = 0;
  #peerBits: Uint8Array | undefined;
  #peerPieceCount = 0;
  #allowedFast = new Set<number>();
  #allowedFastBudget = 0;
  /** What the peer calls itself (BEP 10). */
  client: string | undefined;
  /** The peer says it wants nothing (BEP 21). */
  isUploadOnly = false;

  constructor({ socket, listener, maxRequests }: PeerWireOptions) {
    super('tcpIncoming');
    this.#socket = socket;
    this.#listener = listener;
    this.requests = new RequestQueue(maxRequests);
    this.#frames = new FrameReader(this);
    this.use(utMetadata(this.#metadataSource()));
    socket.setNoDelay(true); // whole bursts are corked: Nagle could only delay their end
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => this.close('remote'));
    socket.on('error', () => this.close('socket-error'));
    socket.on('close', () => this.close('remote'));
  }

  /** Bytes that wait in this process for the kernel to take them. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** Share of the torrent that the peer has, in pieces. */
  get peerPieceCount(): number {
    return this.#peerPieceCount;
  }

  /** Takes bytes of the peer. */
  receive(chunk: Buffer): void {
    this.#frames.push(chunk);
  }

  /** Answers the handshake: we serve this torrent. Sends handshake, extended handshake and what we have. */
  accept(torrent: WireTorrent, peerId: Uint8Array, own: Omit<OwnExtendedHandshake, 'extensions'>): void {
    this.#torrent = torrent;
    this.#own = { ...own, extensions: { [UT_METADATA]: 1 } };
    this.#frames.setBounds(torrent);
    this.handshake(torrent.infoHash, peerId, { fast: true });
    if (torrent.isComplete && this.hasFast) this.haveAll();
    else this.bitfield(torrent.bitfield());
  }

  /** Offers pieces to a peer that is choked (BEP 6); nothing without the fast extension. */
  offerFast(pieces: readonly number[]): void {
    if (!this.hasFast || this.#torrent === undefined) return;
    for (const piece of pieces) {
      if (this.#allowedFast.has(piece) || !this.#torrent.hasPiece(piece)) continue;
      this.#allowedFast.add(piece);
      this.#allowedFastBudget += ALLOWED_FAST_ROUNDS * this.#torrent.pieceLength;
      this._message(0x11, [piece], null);
    }
  }

  /**
   * Sends a block. The slices are not copied: `written` tells when the kernel has them and they may change.
   * @param second what is left of the block when it lies in two buffers.
   */
  sendBlock(
    piece: number,
    begin: number,
    first: Buffer,
    second: Buffer | undefined,
    written: () => void,
  ): void {
    const header = Buffer.allocUnsafe(BLOCK_HEADER_LENGTH);
    header.writeUInt32BE(9 + first.length + (second?.length ?? 0), 0);
    header[4] = 7;
    header.writeUInt32BE(piece, 5);
    header.writeUInt32BE(begin, 9);
    this.#cork();
    this.#socket.write(header);
    if (second !== undefined) this.#socket.write(first);
    this.#socket.write(second ?? first, written);
  }

  /** Refuses a request: with BEP 6 by a message, without it in silence. Too many in a row end the connection. */
  refuse(piece: number, begin: number, length: number): void {
    this.#listener.onRequestRefused();
    this.#refusals++;
    if (this.#refusals > (this.hasFast ? MAX_REFUSALS : MAX_SILENT_REFUSALS)) return this.close('flood');
    if (this.hasFast) this._message(0x10, [piece, begin, length], null);
  }

  /** Ends the connection, once; the first reason counts. */
  close(reason: CloseReason): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this._finished = true; // the package sends nothing more
    this.#frames.stop();
    this.#socket.destroy();
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
    if (this.#socket.writableLength > MAX_QUEUED_BYTES) return this.close('flood');
    this.#cork();
    this.#socket.write(data);
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
    if (!isServable(torrent, piece, begin, length)) return this.refuse(piece, begin, length);
    if (this.amChoking && !this.#takeAllowedFast(piece, length)) return this.refuse(piece, begin, length);
    if (!this.requests.push(piece, begin, length)) return this.refuse(piece, begin, length);
    this.#refusals = 0;
    if (!this.peerInterested) this._onInterested(); // libtorrent: who asks is interested
    this.#listener.onRequest(piece, begin);
  }

  override _onCancel(piece: number, begin: number, length: number): void {
    if (this.requests.size === 0 || !this.requests.remove(piece >>> 0, begin >>> 0, length >>> 0)) return;
    if (this.hasFast) this._message(0x10, [piece, begin, length], null); // BEP 6: a cancel is answered too
  }

  override choke(): void {
    if (this.amChoking || this.#closeReason !== undefined) return;
    this.amChoking = true;
    this._message(0, [], null);
    // BEP 6: what waits is rejected, but for the allowed fast pieces. Without it a choke drops everything.
    const keep = (piece: number): boolean => this.hasFast && this.#allowedFast.has(piece);
    this.requests.drain(keep, (piece, begin, length) => {
      if (this.hasFast) this._message(0x10, [piece, begin, length], null);
    });
  }

  override _onBitField(bits: Uint8Array): void {
    const torrent = this.#torrent;
    if (torrent === undefined) return;
    const spare = 8 * bits.length - torrent.pieceCount;
    if (spare > 0 && ((bits.at(-1) ?? 0) & ((1 << spare) - 1)) !== 0) return this.close('bad-message'); // BEP 3
    this.#peerBits = new Uint8Array(bits); // a copy: the bytes are the socket's
    this.#peerPieceCount = countBits(bits);
    this.#noteProgress(torrent);
  }

  override _onHave(index: number): void {
    const torrent = this.#torrent;
    if (torrent === undefined) return;
    if (index < 0 || index >= torrent.pieceCount) return this.close('bad-message');
    this.#peerBits ??= new Uint8Array(bitfieldLength(torrent.pieceCount));
    const mask = 0x80 >> (index & 7);
    const at = index >> 3;
    if (((this.#peerBits[at] as number) & mask) !== 0) return; // `at` lies within: index was checked
    this.#peerBits[at] = (this.#peerBits[at] as number) | mask;
    this.#peerPieceCount++;
    this.#noteProgress(torrent);
  }

  override _onHaveAll(): void {
    if (this.#torrent === undefined) return;
    if (!this.hasFast) return this.close('bad-message'); // BEP 6
    this.#peerPieceCount = this.#torrent.pieceCount;
    this.#noteProgress(this.#torrent);
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

  #noteProgress(torrent: WireTorrent): void {
    if (this.#peerPieceCount >= torrent.pieceCount) this.#listener.onPeerComplete();
  }

  #takeAllowedFast(piece: number, length: number): boolean {
    if (!this.#allowedFast.has(piece) || this.#allowedFastBudget < length) return false;
    this.#allowedFastBudget -= length;
    return true;
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

  /** Everything written in this turn leaves together. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    queueMicrotask(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.#socket.uncork();
  };
}

function isServable(torrent: WireTorrent, piece: number, begin: number, length: number): boolean {
  if (length === 0 || length > MAX_BLOCK_LENGTH || !torrent.hasPiece(piece)) return false;
  const end = begin + length;
  return end <= torrent.pieceLength && piece * torrent.pieceLength + end <= torrent.length;
}
