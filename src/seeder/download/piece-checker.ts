import { Worker } from 'node:worker_threads';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { leavesOfPiece } from '../../bittorrent/metainfo/merkle.ts';
import type { Metainfo, TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { DataLayout } from '../../builder/hashing/data-layout.ts';
import { hashesAt, type PieceHashes } from '../../builder/hashing/job.ts';
import { pieceHashesOf } from '../../builder/hashing/piece-hashes.ts';
import { SeederError } from '../errors.ts';
import type { PieceBytes } from './piece-memory.ts';

/** What the thread is told. */
export interface PieceToHash {
  readonly id: number;
  readonly version: TorrentVersion;
  /** Memory that both threads see. */
  readonly bytes: Uint8Array;
  /** Bytes of the piece that are hashed as they are, zeros behind them, and leaves of its tree: see `PieceContents`. */
  readonly own: number;
  readonly padding: number;
  readonly leaves: number;
}

/** What it answers. */
export interface HashedPiece {
  readonly id: number;
  readonly v1: Uint8Array;
  readonly v2: Uint8Array;
}

interface Waiting {
  readonly resolve: (hashed: HashedPiece) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread's program lies beside this file, as source or compiled. */
const entry = new URL(`./hash-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** The thread that hashes what a node downloads; it is started with the first piece and keeps no process alive. */
export class HashingThread {
  readonly #program: URL;
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** @param program of the thread; there is another for tests only. */
  constructor(program = entry) {
    this.#program = program;
  }

  /** Hashes a piece, whose memory must not change meanwhile. Rejects when the thread ends. */
  hash(piece: Omit<PieceToHash, 'id'>): Promise<HashedPiece> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, ...piece } satisfies PieceToHash);
      this.#waiting.set(id, { resolve, reject }); // not when it could not be sent
    });
  }

  /** Ends the thread until the next piece, unless it has something to do. It would hold the memory of pieces that it has seen for ever. */
  rest(): void {
    if (this.#waiting.size > 0) return;
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  /** Whether there is a thread now. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { name: 'piece hashing' });
    worker.on('message', (hashed: HashedPiece) => {
      this.#waiting.get(hashed.id)?.resolve(hashed);
      this.#waiting.delete(hashed.id);
    });
    const died = (cause: unknown): void => {
      if (this.#worker !== worker) return; // an error comes before the exit, and there may be a successor by then
      this.#worker = undefined; // the next piece starts another
      for (const { reject } of this.#waiting.values())
        reject(new SeederError('ERR_STOPPED', 'the thread that hashes pieces ended', { cause }));
      this.#waiting.clear();
    };
    worker.on('error', died);
    worker.on('exit', died);
    worker.unref();
    return worker;
  }
}

/** Tells good pieces of one torrent from bad ones, by all the hashes that the torrent has. */
export class PieceChecker {
  readonly #thread: HashingThread;
  readonly #metainfo: Metainfo;
  readonly #hashes: PieceHashes;
  readonly #version: TorrentVersion;
  readonly #layout: DataLayout;

  constructor(metainfo: Metainfo, thread: HashingThread) {
    this.#thread = thread;
    this.#metainfo = metainfo;
    this.#hashes = pieceHashesOf(metainfo);
    this.#version = versionOf(this.#hashes);
    const files = metainfo.info.files.map(({ path, length, isPadding }) => ({
      path: isPadding ? undefined : path.join('/'),
      length,
    }));
    this.#layout = new DataLayout(files);
  }

  /** Resolves with whether the piece is good. Its bytes must not change in the meantime. */
  async check(piece: number, bytes: PieceBytes): Promise<boolean> {
    const wanted = hashesAt(this.#hashes, piece);
    const hashed = await this.#thread.hash({
      version: this.#version,
      bytes,
      ...this.#contentOf(piece, bytes.length),
    });
    return bytesEqual(hashed.v1, wanted.v1) && bytesEqual(hashed.v2, wanted.v2);
  }

  /** For v1 all bytes are the piece's own; for v2 and hybrid those of the one file that lies in it. */
  #contentOf(piece: number, length: number): Omit<PieceToHash, 'id' | 'version' | 'bytes'> {
    if (this.#version === 'v1') return { own: length, padding: 0, leaves: 1 };
    const { pieceLength } = this.#metainfo.info;
    const { own, fileLength } = this.#layout.ownBytesAt(piece * pieceLength);
    const read = Math.min(own, length);
    return { own: read, padding: length - read, leaves: leavesOfPiece(fileLength, pieceLength) };
  }
}

function versionOf({ v1, v2 }: PieceHashes): TorrentVersion {
  if (v2.length === 0) return 'v1';
  return v1.length === 0 ? 'v2' : 'hybrid';
}

/** Whether a piece was not checked because the thread ended. */
export function isThreadGone(error: unknown): boolean {
  return error instanceof SeederError && error.code === 'ERR_STOPPED';
}
