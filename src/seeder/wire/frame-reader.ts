import { HANDSHAKE_LENGTH, PROTOCOL_NAME } from './handshake.ts';
import { isPossibleLength, longestMessage, type MessageBounds, MessageId } from './message.ts';
import { TAIL_BYTES, tailPool } from './tail-pool.ts';

/** What is wrong with a stream of bytes. */
export type FrameFault = 'not-bittorrent' | 'message-too-long' | 'bad-message';

/** Takes what a {@link FrameReader} finds. The bytes are views of what came from the socket: copy what is kept. */
export interface FrameSink {
  /** The 68 bytes. */
  onHandshakeFrame(bytes: Buffer): void;
  /** One message, from its id on. */
  onMessageFrame(message: Buffer): void;
  /** A request (BEP 3): it and the block are the messages that come thousands of times a second. Unsigned numbers. */
  onRequestFrame(piece: number, begin: number, length: number): void;
  /** A block (BEP 3). */
  onBlockFrame(piece: number, begin: number, block: Buffer): void;
  onKeepAliveFrame(): void;
  /** Nothing more will be read. */
  onFault(fault: FrameFault): void;
}

const FAULT = -1;
const UNKNOWN = 0;
/** Bytes of the buffer that a first partial message gets. */
const SMALL_TAIL = 128;
/** Who has sent so much of a message is trusted with a buffer for a block. */
const POOLED_FROM = 1024;

/**
 * Cuts a peer's bytes into handshake and messages. A length is judged before anything is kept for it, and what is kept
 * grows with what has come, not with what was claimed. Every byte is copied at most a few times, however small the portions.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  #bounds: MessageBounds | undefined;
  #tail: Buffer | undefined;
  #tailLength = 0;
  #isStopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Tells the torrent's size. Without it nothing is accepted behind the handshake. */
  setBounds(bounds: MessageBounds): void {
    this.#bounds = bounds;
  }

  /** Reads nothing more and forgets what was kept. */
  stop(): void {
    this.#isStopped = true;
    this.#tail = undefined;
    this.#tailLength = 0;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    let at = this.#tailLength > 0 ? this.#completeTail(chunk) : 0;
    while (!this.#isStopped && at < chunk.length) {
      const size = this.#frameSize(chunk, at, chunk.length - at);
      if (size === FAULT) return;
      if (size === UNKNOWN || at + size > chunk.length) return this.#keep(chunk, at);
      this.#dispatch(chunk, at, size);
      at += size;
    }
  }

  /** Feeds the partial frame from the chunk; returns how much of the chunk was used. */
  #completeTail(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) {
      const tail = this.#tail as Buffer; // there is one: tailLength is not 0
      const size = this.#frameSize(tail, 0, this.#tailLength);
      if (size === FAULT) return chunk.length;
      const wanted = (size === UNKNOWN ? this.#tailLength + 1 : size) - this.#tailLength;
      const taken = Math.min(wanted, chunk.length - at);
      this.#append(chunk, at, taken);
      at += taken;
      if (size === UNKNOWN || taken < wanted) continue;
      return this.#dispatchTail(size, at);
    }
    return this.#finishExactTail(at);
  }

  /** The chunk is used up; the frame may be whole all the same (its size became known with the last byte). */
  #finishExactTail(at: number): number {
    const size = this.#frameSize(this.#tail as Buffer, 0, this.#tailLength);
    return size > 0 && size === this.#tailLength ? this.#dispatchTail(size, at) : at;
  }

  #dispatchTail(size: number, at: number): number {
    const tail = this.#tail as Buffer;
    this.#tailLength = 0;
    if (tail.length > SMALL_TAIL) this.#tail = undefined;
    this.#dispatch(tail, 0, size);
    if (tail.length === TAIL_BYTES) tailPool.giveBack(tail);
    return at;
  }

  #keep(chunk: Buffer, at: number): void {
    this.#append(chunk, at, chunk.length - at);
  }

  #append(chunk: Buffer, at: number, count: number): void {
    const length = this.#tailLength + count;
    if (this.#tail === undefined || this.#tail.length < length) {
      const grown = this.#bufferFor(length);
      this.#tail?.copy(grown, 0, 0, this.#tailLength);
      if (this.#tail?.length === TAIL_BYTES) tailPool.giveBack(this.#tail);
      this.#tail = grown;
    }
    chunk.copy(this.#tail, this.#tailLength, at, at + count);
    this.#tailLength = length;
  }

  #bufferFor(length: number): Buffer {
    if (length >= POOLED_FROM && length <= TAIL_BYTES) return tailPool.take();
    return Buffer.allocUnsafe(Math.max(SMALL_TAIL, length, 2 * this.#tailLength));
  }

  /** Bytes of the frame that begins at `at`; UNKNOWN while too little has come, FAULT when it was refused. */
  #frameSize(bytes: Buffer, at: number, available: number): number {
    const bounds = this.#bounds;
    if (bounds === undefined) return this.#handshakeSize(bytes, at, available);
    if (available < 4) return UNKNOWN;
    const length = bytes.readUInt32BE(at); // unsigned: a length with the top bit set is long, not negative
    if (length === 0) return 4;
    if (length > longestMessage(bounds)) return this.#refuse('message-too-long');
    if (available < 5) return UNKNOWN;
    if (!isPossibleLength(bytes[at + 4] as number, length, bounds)) return this.#refuse('bad-message');
    return 4 + length;
  }

  #handshakeSize(bytes: Buffer, at: number, available: number): number {
    const known = Math.min(available, PROTOCOL_NAME.length);
    const isProtocol = bytes.compare(PROTOCOL_NAME, 0, known, at, at + known) === 0;
    return isProtocol ? HANDSHAKE_LENGTH : this.#refuse('not-bittorrent');
  }

  #refuse(fault: FrameFault): typeof FAULT {
    this.stop();
    this.#sink.onFault(fault);
    return FAULT;
  }

  #dispatch(bytes: Buffer, at: number, size: number): void {
    if (this.#bounds === undefined) {
      this.#sink.onHandshakeFrame(bytes.subarray(at, at + size));
      // The sink sets the bounds or stops us; a second handshake is never read.
      if (this.#bounds === undefined) this.stop();
    } else if (size === 4) this.#sink.onKeepAliveFrame();
    else if (bytes[at + 4] === MessageId.request)
      this.#sink.onRequestFrame(
        bytes.readUInt32BE(at + 5),
        bytes.readUInt32BE(at + 9),
        bytes.readUInt32BE(at + 13),
      );
    else if (bytes[at + 4] === MessageId.piece)
      this.#sink.onBlockFrame(
        bytes.readUInt32BE(at + 5),
        bytes.readUInt32BE(at + 9),
        bytes.subarray(at + 13, at + size),
      );
    else this.#sink.onMessageFrame(bytes.subarray(at + 4, at + size));
  }
}
