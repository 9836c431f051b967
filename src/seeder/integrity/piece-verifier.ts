import { lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';
import { type HashingThread, PieceChecker } from '../download/piece-checker.ts';
import type { PieceBytes } from '../download/piece-memory.ts';
import { asSeederError, SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { storageProblem } from '../torrents/storage-problem.ts';
import { isServed } from '../torrents/torrent-state.ts';

/** Torrents of which a piece is looked at together, so that one on a slow disk does not keep the others waiting. */
const MAX_TOGETHER = 4;
/** Bytes of the pieces that are looked at together; one is looked at however long it is. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What was found: `unknown` when nobody could look, because the torrent or the node has stopped, or its storage is wrong. */
export type Verdict = 'good' | 'bad' | 'unknown';

/** Whom the verifier tells, before it tells those who asked. */
export interface PieceVerifierListener {
  onPiece(torrent: Torrent, piece: number, isGood: boolean): void;
  /** A piece that we had is bad, in files that nobody touched. */
  onDamaged(torrent: Torrent, pieces: readonly number[]): void;
  onStorageError(torrent: Torrent, error: SeederError): void;
}

interface Task {
  readonly piece: number;
  readonly length: number;
  readonly callbacks: ((verdict: Verdict) => void)[];
}

/** The tasks of a torrent by their pieces, in the order in which they came; the first is being done while `isBusy`. */
interface Line {
  readonly tasks: Map<number, Task>;
  isBusy: boolean;
}

/**
 * Reads single pieces of torrents that are served and compares them with their hashes, in a thread of its own: once for all who ask,
 * one at a time a torrent, by turns among torrents. Whoever asks waits, so that there are no more tasks than peers.
 */
export class PieceVerifier {
  readonly #thread: HashingThread;
  readonly #listener: PieceVerifierListener;
  readonly #checkers = new WeakMap<Torrent, PieceChecker>();
  readonly #lines = new Map<Torrent, Line>();
  #running = 0;
  #runningBytes = 0;
  #isStopped = false;

  constructor(thread: HashingThread, listener: PieceVerifierListener) {
    this.#thread = thread;
    this.#listener = listener;
  }

  /** Pieces that are waited for. */
  get waiting(): number {
    let count = 0;
    for (const { tasks } of this.#lines.values()) count += tasks.size;
    return count;
  }

  /** Looks at a piece that the torrent has. `callback` is called once, never before this returns. */
  verify(torrent: Torrent, piece: number, callback: (verdict: Verdict) => void): void {
    if (this.#isStopped) return queueMicrotask(() => callback('unknown'));
    const line = this.#lines.get(torrent) ?? { tasks: new Map<number, Task>(), isBusy: false };
    this.#lines.set(torrent, line);
    const task = line.tasks.get(piece);
    if (task !== undefined) return void task.callbacks.push(callback);
    const length = lengthOfPiece(torrent.metainfo.info, piece);
    line.tasks.set(piece, { piece, length, callbacks: [callback] });
    queueMicrotask(() => this.#next());
  }

  /** Looks at nothing more, and ends the thread. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#thread.stop();
  }

  #next(): void {
    for (const [torrent, line] of this.#lines) {
      if (this.#running >= MAX_TOGETHER) return;
      const [task] = line.tasks.values();
      if (line.isBusy || task === undefined) continue;
      if (this.#running > 0 && this.#runningBytes + task.length > MAX_BYTES) return;
      this.#lines.delete(torrent);
      this.#lines.set(torrent, line); // the others first, the next time
      void this.#run(torrent, line, task);
    }
  }

  async #run(torrent: Torrent, line: Line, task: Task): Promise<void> {
    line.isBusy = true;
    this.#running++;
    this.#runningBytes += task.length;
    const verdict = await this.#look(torrent, task).catch((error: unknown) => {
      if (this.#mayTell(torrent)) this.#listener.onStorageError(torrent, asSeederError(error));
      return 'unknown' as const;
    });
    this.#running--;
    this.#runningBytes -= task.length;
    line.isBusy = false;
    line.tasks.delete(task.piece);
    if (line.tasks.size === 0) this.#lines.delete(torrent);
    for (const tell of task.callbacks) tell(verdict);
    this.#next();
  }

  async #look(torrent: Torrent, { piece, length }: Task): Promise<Verdict> {
    if (!this.#mayTell(torrent) || !torrent.hasPiece(piece)) return 'unknown';
    const bytes = Buffer.from(new SharedArrayBuffer(length)); // the thread reads it where it lies
    const error = await read(torrent, piece, bytes);
    if (error?.code === 'ERR_STOPPED') return 'unknown';
    if (error !== null) throw error;
    const isGood = await this.#isGood(torrent, piece, bytes);
    if (isGood === undefined || !this.#mayTell(torrent)) return 'unknown';
    if (!isGood) {
      const problem = await storageProblem(torrent);
      if (problem !== undefined) throw problem;
      if (!this.#mayTell(torrent)) return 'unknown';
    }
    this.#listener.onPiece(torrent, piece, isGood);
    if (!isGood) this.#listener.onDamaged(torrent, [piece]);
    return isGood ? 'good' : 'bad';
  }

  /** Undefined when the thread ended: the piece is looked at when somebody asks again. */
  async #isGood(torrent: Torrent, piece: number, bytes: PieceBytes): Promise<boolean | undefined> {
    let checker = this.#checkers.get(torrent);
    if (checker === undefined) {
      checker = new PieceChecker(torrent.metainfo, this.#thread);
      this.#checkers.set(torrent, checker);
    }
    try {
      return await checker.check(piece, bytes);
    } catch (error) {
      if (error instanceof SeederError && error.code === 'ERR_STOPPED') return undefined;
      throw error;
    }
  }

  #mayTell(torrent: Torrent): boolean {
    return !this.#isStopped && isServed(torrent.state);
  }
}

function read(torrent: Torrent, piece: number, bytes: PieceBytes): Promise<SeederError | null> {
  return new Promise((resolve) =>
    torrent.storage.read(bytes, piece * torrent.pieceLength, bytes.length, resolve),
  );
}
