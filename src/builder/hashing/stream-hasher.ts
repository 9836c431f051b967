import { setImmediate as nextTurn } from 'node:timers/promises';
import { types } from 'node:util';
import { BLOCK_LENGTH, leavesOfPiece, MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import { PIECE_HASH_LENGTH, type TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { ClosableSource } from './closable-source.ts';
import { DigestList } from './digest-list.ts';
import { BuilderError } from './errors.ts';
import { checkHashedPieces, MAX_PIECES, type PieceHashes } from './job.ts';
import { PieceHasher } from './piece-hasher.ts';

/** Bytes that are hashed in one turn of the event loop: half a millisecond of v1, one of hybrid. */
const TURN_BYTES = 1 << 20;
const PROGRESS_INTERVAL_MS = 100;

/** How a stream is hashed. */
export interface HashStreamOptions {
  /** Bytes. */
  readonly pieceLength: number;
  /** Default v1. */
  readonly version?: TorrentVersion | undefined;
  /** Bytes; a longer stream is refused. Default 2^53 - 1. */
  readonly maxLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes hashed so far; about ten times a second, and once at the end. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
}

/** A stream's length in bytes, and the hashes of its pieces. */
export interface HashedStream extends PieceHashes {
  readonly length: number;
}

/**
 * Hashes one file that comes as a stream, in one pass and in the calling thread, which answers other events about once a
 * millisecond. The pieces are those of a torrent with this one file: no padding behind the last.
 * Memory: 40 KB, and the hashes, which take up to twice their bytes while they grow: 40 bytes a piece for v1, 64 for v2.
 * @throws {BuilderError} ERR_OPTION for the piece length; ERR_INPUT for a stream that is too long, or that gives anything but
 *   bytes. What the source throws passes through; when `signal` aborts, its reason. The source is closed then, without
 *   waiting for what it has not given yet.
 */
export async function hashStream(
  source: AsyncIterable<Uint8Array>,
  options: HashStreamOptions,
): Promise<HashedStream> {
  const chunks = new ClosableSource(source, options.signal);
  try {
    return await hashChunks(chunks, options);
  } catch (error) {
    await chunks.close();
    throw error;
  }
}

async function hashChunks(
  chunks: ClosableSource<unknown>,
  options: HashStreamOptions,
): Promise<HashedStream> {
  const { signal, onProgress } = options;
  const hasher = new StreamHasher(options);
  let [turnEnds, nextReport] = [TURN_BYTES, 0];
  for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
    const bytes = checkChunk(chunk.value);
    for (let at = 0; at < bytes.length; at += TURN_BYTES) {
      hasher.write(bytes.subarray(at, at + TURN_BYTES));
      if (hasher.length < turnEnds) continue;
      turnEnds = hasher.length + TURN_BYTES;
      await nextTurn(); // a source that never waits would let no signal through
      signal?.throwIfAborted();
    }
    if (onProgress === undefined || performance.now() < nextReport) continue;
    nextReport = performance.now() + PROGRESS_INTERVAL_MS;
    onProgress(hasher.length);
  }
  const hashed = hasher.end();
  onProgress?.(hashed.length);
  return hashed;
}

function checkChunk(chunk: unknown): Uint8Array {
  if (types.isUint8Array(chunk)) return chunk;
  throw new BuilderError('ERR_INPUT', `the stream must give bytes (Uint8Array), but gave a ${typeof chunk}`);
}

/** Cuts what comes into pieces, and hashes them. */
class StreamHasher {
  readonly #pieceLength: number;
  readonly #maxLength: number;
  readonly #hasher: PieceHasher;
  readonly #v1 = new DigestList(PIECE_HASH_LENGTH);
  readonly #v2 = new DigestList(MERKLE_HASH_LENGTH);
  /** The beginning of a block of which the rest has not come; v1 has no blocks. */
  readonly #block: Buffer;
  #inBlock = 0;
  #inPiece = 0;
  #length = 0;

  constructor({ pieceLength, version = 'v1', maxLength = Number.MAX_SAFE_INTEGER }: HashStreamOptions) {
    checkHashedPieces(version, pieceLength);
    this.#pieceLength = pieceLength;
    this.#maxLength = Math.min(maxLength, MAX_PIECES * pieceLength, Number.MAX_SAFE_INTEGER);
    this.#hasher = new PieceHasher(version);
    this.#block = Buffer.allocUnsafeSlow(version === 'v1' ? 1 : BLOCK_LENGTH);
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  write(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.#maxLength)
      throw new BuilderError('ERR_INPUT', `the stream has more than ${this.#maxLength} bytes`);
    for (let at = 0; at < bytes.length; ) {
      const rest = bytes.subarray(at);
      at += this.#inBlock > 0 || rest.length < this.#block.length ? this.#fill(rest) : this.#take(rest);
    }
  }

  end(): HashedStream {
    this.#hash(this.#block.subarray(0, this.#inBlock));
    if (this.#inPiece > 0) this.#endPiece();
    return { length: this.#length, v1: this.#v1.toBytes(), v2: this.#v2.toBytes() };
  }

  /** Hashes whole blocks as they lie, up to the end of the piece; returns the bytes used. */
  #take(bytes: Uint8Array): number {
    const whole = bytes.length - (bytes.length % this.#block.length);
    const used = Math.min(whole, this.#pieceLength - this.#inPiece);
    this.#hash(bytes.subarray(0, used));
    return used;
  }

  /** Goes on with the block that has begun; returns the bytes used. */
  #fill(bytes: Uint8Array): number {
    const used = Math.min(bytes.length, this.#block.length - this.#inBlock);
    this.#block.set(bytes.subarray(0, used), this.#inBlock);
    this.#inBlock += used;
    if (this.#inBlock < this.#block.length) return used;
    this.#inBlock = 0;
    this.#hash(this.#block);
    return used;
  }

  #hash(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
    this.#inPiece += bytes.length;
    if (this.#inPiece === this.#pieceLength) this.#endPiece();
  }

  /** A piece that is full has the leaves of any; only the last one, when it is the first too, may have fewer (BEP 52). */
  #endPiece(): void {
    const { v1, v2 } = this.#hasher.finish(leavesOfPiece(this.#length, this.#pieceLength));
    this.#v1.add(v1);
    this.#v2.add(v2);
    this.#inPiece = 0;
  }
}
