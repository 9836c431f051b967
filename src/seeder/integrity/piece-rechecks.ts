import { asSeederError, type SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { storageProblem } from '../torrents/storage-problem.ts';

/** What rechecks are made with. */
export interface PieceRechecksOptions {
  /** Hashes pieces, in turn with the other checks of the node; resolves with those that are not good. */
  readonly hash: (
    torrent: Torrent,
    pieces: readonly number[],
    watch: { readonly signal: AbortSignal; onPiece(piece: number, isGood: boolean): void },
  ) => Promise<readonly number[]>;
  readonly listener: PieceRechecksListener;
}

/** What rechecks tell, always of a torrent whose recheck was not cancelled. */
export interface PieceRechecksListener {
  /** A piece was looked at; one that is not there is not good. */
  onPiece(torrent: Torrent, piece: number, isGood: boolean): void;
  /** The files are as they were, but these pieces, which we had, are not what they should be. */
  onDamaged(torrent: Torrent, pieces: readonly number[]): void;
  /** A file is missing or changed: nothing is known of its pieces. */
  onStorageError(torrent: Torrent, error: SeederError): void;
  /** All is looked at; after the others. */
  onRechecked(torrent: Torrent, passed: number, failed: number): void;
}

interface Recheck {
  readonly control: AbortController;
  /** Asked for while this one runs. */
  next: Set<number>;
}

/**
 * Rechecks of chosen pieces of torrents that go on with what they do meanwhile: one at a time a torrent, and what is asked for
 * during that becomes one more.
 */
export class PieceRechecks {
  readonly #options: PieceRechecksOptions;
  readonly #running = new Map<Torrent, Recheck>();

  constructor(options: PieceRechecksOptions) {
    this.#options = options;
  }

  /** Rechecks pieces, ascending and within the torrent, now or after those that are being rechecked. */
  add(torrent: Torrent, pieces: readonly number[]): void {
    const running = this.#running.get(torrent);
    if (running !== undefined) {
      for (const piece of pieces) running.next.add(piece);
      return;
    }
    const recheck: Recheck = { control: new AbortController(), next: new Set() };
    this.#running.set(torrent, recheck);
    void this.#run(torrent, pieces, recheck);
  }

  /** Gives the rechecks of a torrent up; nothing is told of them any more. */
  cancel(torrent: Torrent): void {
    this.#running.get(torrent)?.control.abort();
    this.#running.delete(torrent);
  }

  /** Gives all up. */
  stop(): void {
    for (const torrent of [...this.#running.keys()]) this.cancel(torrent);
  }

  async #run(torrent: Torrent, pieces: readonly number[], recheck: Recheck): Promise<void> {
    const { listener } = this.#options;
    const { signal } = recheck.control;
    try {
      const failed = await this.#look(torrent, pieces, signal);
      const problem = failed.some((piece) => torrent.hasPiece(piece))
        ? await storageProblem(torrent)
        : undefined;
      if (signal.aborted) return;
      const { next } = recheck;
      this.#running.delete(torrent);
      if (next.size > 0)
        this.add(
          torrent,
          [...next].sort((a, b) => a - b),
        ); // first: what is told now may cancel it
      if (problem !== undefined) listener.onStorageError(torrent, problem);
      else this.#tellDamage(torrent, failed);
      listener.onRechecked(torrent, pieces.length - failed.length, failed.length);
    } catch (error) {
      if (signal.aborted) return;
      this.#running.delete(torrent);
      listener.onStorageError(torrent, asSeederError(error));
    }
  }

  #tellDamage(torrent: Torrent, failed: readonly number[]): void {
    const damaged = failed.filter((piece) => torrent.hasPiece(piece));
    if (damaged.length > 0) this.#options.listener.onDamaged(torrent, damaged);
  }

  async #look(torrent: Torrent, pieces: readonly number[], signal: AbortSignal): Promise<readonly number[]> {
    const onPiece = (piece: number, isGood: boolean): void => {
      if (!signal.aborted) this.#options.listener.onPiece(torrent, piece, isGood);
    };
    const here = pieces.filter((piece) => torrent.hasPiece(piece));
    const missing = pieces.filter((piece) => !torrent.hasPiece(piece));
    for (const piece of missing) onPiece(piece, false);
    const bad = here.length === 0 ? [] : await this.#options.hash(torrent, here, { signal, onPiece });
    return [...missing, ...bad];
  }
}
