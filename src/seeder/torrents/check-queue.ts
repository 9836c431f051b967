import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { HashPool } from '../../builder/hashing/pool.ts';
import type { StoredFile } from '../disk/storage-layout.ts';
import { asSeederError, SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { badPieces, type CheckOptions, type CheckPlan, planCheck, runCheck } from './data-check.ts';
import { findMoved, type MovedData } from './find-moved.ts';
import { type MirrorChecked, runMirrorCheck } from './mirror-check.ts';
import { type Mirrored, planMirror } from './mirror-plan.ts';
import { decodeResume, type ResumeRecord } from './resume.ts';
import { TaskLimit } from './task-limit.ts';

/** Torrents whose files are looked at together at a start; hashing is one torrent at a time. */
const MAX_PLANS = 8;

/** What the queue tells while it works; always for a torrent that was not cancelled. */
export interface CheckListener {
  /** An earlier run has moved its data. */
  onFoundMoved(torrent: Torrent, moved: MovedData): void;
  onCheckStarted(torrent: Torrent): void;
  onCheckProgress(torrent: Torrent, fraction: number): void;
  /** The data is known; `error` when it is not all good. */
  onChecked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, wasHashed: boolean): void;
  /** The data could not be looked at. */
  onCheckFailed(torrent: Torrent, error: SeederError): void;
}

/** Checks torrents: what is remembered and unchanged at once, what has to be hashed one after another on all threads. */
export class CheckQueue {
  readonly #listener: CheckListener;
  readonly #making: Pick<Mirrored, 'usesPartNames' | 'isAllocated'>;
  readonly #pool: HashPool;
  readonly #plans = new TaskLimit(MAX_PLANS);
  readonly #hashing = new TaskLimit(1);
  readonly #stopping = new AbortController();
  readonly #running = new Map<Torrent, AbortController>();

  /** @param making how the files of a torrent that is mirrored are made. */
  constructor(
    listener: CheckListener,
    threads: number | undefined,
    making: Pick<Mirrored, 'usesPartNames' | 'isAllocated'>,
  ) {
    this.#listener = listener;
    this.#making = making;
    this.#pool = new HashPool({ threads });
  }

  /** Checks a torrent in the state `queued`. A check that runs for it already is given up. */
  add(torrent: Torrent, resume: string | null): void {
    if (this.#stopping.signal.aborted) return;
    this.cancel(torrent);
    const controller = new AbortController();
    this.#running.set(torrent, controller);
    const { signal } = controller;
    this.#check(torrent, resume, signal)
      .catch((error: unknown) => {
        if (!signal.aborted)
          this.#listener.onCheckFailed(torrent, asSeederError(error, 'ERR_STORAGE_UNREADABLE'));
      })
      .finally(() => {
        if (this.#running.get(torrent) === controller) this.#running.delete(torrent);
      });
  }

  /**
   * Checks data that no torrent has, in turn with the others; resolves with the record of it.
   * @throws {SeederError} ERR_PIECES_BAD when not all of it is good, ERR_STORAGE_* when it cannot be looked at, ERR_STOPPED.
   */
  async inspect(
    metainfo: Metainfo,
    files: readonly StoredFile[],
    resume: string | null,
  ): Promise<ResumeRecord> {
    const { signal } = this.#stopping;
    try {
      const remembered = resume === null ? undefined : decodeResume(resume, metainfo);
      const plan = await this.#plans.run(() => planCheck(metainfo, files, remembered, signal));
      const options = { pool: this.#pool, signal, onProgress: () => {} };
      const record = await this.#hashing.run(() => runCheck(metainfo, files, plan, options));
      const error = badPieces(metainfo, files, record.bits);
      if (error !== undefined) throw error;
      return record;
    } catch (error) {
      throw signal.aborted
        ? new SeederError('ERR_STOPPED', 'the seed node was stopped')
        : asSeederError(error, 'ERR_STORAGE_UNREADABLE');
    }
  }

  /** Gives a check up; nothing is told of it any more. */
  cancel(torrent: Torrent): void {
    this.#running.get(torrent)?.abort();
    this.#running.delete(torrent);
  }

  /** Gives all up and ends the threads. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const torrent of [...this.#running.keys()]) this.cancel(torrent);
    await this.#pool.stop();
  }

  async #check(torrent: Torrent, resume: string | null, signal: AbortSignal): Promise<void> {
    const { metainfo, files } = torrent;
    let remembered = resume === null ? undefined : decodeResume(resume, metainfo);
    const moved = await findMoved(torrent, remembered);
    signal.throwIfAborted();
    if (moved !== undefined) {
      remembered = moved.record;
      this.#listener.onFoundMoved(torrent, moved);
    }
    torrent.lastRecord = remembered;
    if (torrent.isMirrored) return this.#checkMirror(torrent, remembered, signal);
    const plan = await this.#plans.run(() => planCheck(metainfo, files, remembered, signal));
    signal.throwIfAborted();
    if (plan.pieces.length > 0) return this.#hashing.run(() => this.#hash(torrent, plan, signal));
    this.#listener.onCheckStarted(torrent);
    this.#tell(torrent, plan.record, false);
  }

  async #checkMirror(
    torrent: Torrent,
    remembered: ResumeRecord | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { metainfo, dataPath, selection, hasBegun } = torrent;
    const mirrored = { metainfo, dataPath, selection, hasBegun, ...this.#making };
    const plan = await this.#plans.run(() => planMirror(mirrored, remembered));
    signal.throwIfAborted();
    const check = (): Promise<MirrorChecked> => {
      signal.throwIfAborted();
      this.#listener.onCheckStarted(torrent);
      return runMirrorCheck(mirrored, plan, this.#options(torrent, signal));
    };
    const isShort = plan.pieces.length === 0 && !this.#making.isAllocated;
    const { record, places } = isShort ? await check() : await this.#hashing.run(check);
    signal.throwIfAborted();
    for (const [index, place] of places.entries()) torrent.placeFile(index, place);
    this.#listener.onChecked(torrent, record, undefined, true);
  }

  async #hash(torrent: Torrent, plan: CheckPlan, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#listener.onCheckStarted(torrent);
    const record = await runCheck(torrent.metainfo, torrent.files, plan, this.#options(torrent, signal));
    signal.throwIfAborted();
    this.#tell(torrent, record, true);
  }

  #options(torrent: Torrent, signal: AbortSignal): CheckOptions {
    const onProgress = (fraction: number): void => {
      if (!signal.aborted) this.#listener.onCheckProgress(torrent, fraction);
    };
    return { pool: this.#pool, signal, onProgress };
  }

  #tell(torrent: Torrent, record: ResumeRecord, wasHashed: boolean): void {
    const error = badPieces(torrent.metainfo, torrent.files, record.bits);
    this.#listener.onChecked(torrent, record, error, wasHashed);
  }
}
