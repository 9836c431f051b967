import type { Socket } from 'node:net';
import Wire from 'bittorrent-protocol';
import type { CloseReason } from '../counters.ts';
import { CorkedSocket } from './corked-socket.ts';
import type { Encryption } from './encryption/encryption.ts';
import { IncomingStream } from './encryption/incoming-stream.ts';
import { type OutgoingEncryption, OutgoingStream } from './encryption/outgoing-stream.ts';
import { type FrameFault, FrameReader, type FrameSink } from './frame-reader.ts';
import type { MessageBounds } from './message.ts';

/** What becomes of a connection, whatever is said on it. */
export interface ConnectionListener {
  /** Something of ours went wrong; the wire closes. */
  onInternalError(error: unknown): void;
  /** Called once. */
  onClosed(reason: CloseReason): void;
}

/** Bytes that may wait for one peer. Blocks stop well below, so only answers to a flood come here. */
const MAX_QUEUED_BYTES = 5 * 1024 * 1024;

/**
 * The way between the package's messages and a socket: bytes come from the socket's `data` event through a {@link FrameReader}
 * that bounds them; what is written goes to the socket corked, and leaves in one `writev` at the end of the turn. The package's
 * streams are never used.
 */
export class DirectWire extends Wire implements FrameSink {
  protected readonly out: CorkedSocket;
  readonly #frames: FrameReader;
  /** What makes plain bytes of those that come; undefined where all are plain. */
  #in: IncomingStream | OutgoingStream | undefined;
  readonly #connection: ConnectionListener;
  #closeReason: CloseReason | undefined;

  /** @param encryption for a connection that was made to us; left out: every byte is plain. */
  constructor(socket: Socket, connection: ConnectionListener, encryption?: Encryption) {
    super('tcpIncoming');
    this.out = new CorkedSocket(socket);
    this.#connection = connection;
    this.#frames = new FrameReader(this);
    if (encryption !== undefined)
      this.#in = new IncomingStream({
        encryption,
        out: this.out,
        onBytes: (bytes) => this.#frames.push(bytes),
        onFault: (fault) => this.close(fault),
      });
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => this.close('remote'));
    socket.on('error', () => this.close('socket-error'));
    socket.on('close', () => this.close('remote'));
  }

  /** Bytes that wait in this process for the kernel to take them. */
  get queuedBytes(): number {
    return this.out.queuedBytes;
  }

  /** Whether what is written is encrypted on its way out, and so copied. */
  get isEncrypted(): boolean {
    return this.out.isEncrypted;
  }

  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** Takes bytes of the peer. */
  receive(chunk: Buffer): void {
    try {
      if (this.#in === undefined) this.#frames.push(chunk);
      else this.#in.push(chunk);
    } catch (error) {
      this.#connection.onInternalError(error); // a fault of ours, met by one peer: the others go on
      this.close('internal');
    }
  }

  /** Ends the connection, once; the first reason counts. */
  close(reason: CloseReason): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this._finished = true; // the package sends nothing more
    this.#frames.stop();
    this.out.destroy();
    this.#connection.onClosed(reason);
  }

  /** Sends the handshake of a connection that we opened encrypted (MSE/PE); all that is said behind it goes as both sides agree. */
  protected encryptHandshake(
    encryption: OutgoingEncryption,
    infoHash: Uint8Array,
    handshake: Uint8Array,
  ): void {
    this.#in = new OutgoingStream({
      encryption,
      out: this.out,
      infoHash,
      handshake,
      onBytes: (bytes) => this.#frames.push(bytes),
      onFault: (fault) => this.close(fault),
    });
  }

  /** Tells the torrent's size, without which nothing is read behind the handshake. */
  protected setBounds(bounds: MessageBounds): void {
    this.#frames.setBounds(bounds);
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

  onBlockFrame(piece: number, begin: number, block: Buffer): void {
    this._onPiece(piece, begin, block);
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
    this.sendMessage(data);
  }

  /** Sends a whole message; `written` tells when the kernel has it. Too many bytes that wait end the connection. */
  sendMessage(message: Uint8Array, written?: () => void): void {
    if (this.out.queuedBytes > MAX_QUEUED_BYTES) this.close('flood');
    if (!this.isClosed) this.out.write(message, written);
  }

  /** The package ends a stream when a peer breaks a rule; we end the connection. */
  override end(): void {
    this.close('bad-message');
  }

  override destroy(): void {
    this.close('bad-message');
  }
}
