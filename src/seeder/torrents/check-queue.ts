import { dirname } from 'node:path';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { checkPieces } from '../../builder/hashing/check-pieces.ts';
import { pieceHashesOf } from '../../builder/hashing/piece-hashes.ts';
import type { HashPool } from '../../builder/hashing/pool.ts';
import type { Disk } from '../disk/disk.ts';
import type { StoredFile } from '../disk/storage-layout.ts';
import { asSeederError, SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { badPieces, type CheckOptions, type CheckPlan, planCheck, runCheck } from './data-check.ts';
import { deviceOf } from './device-of.ts';
import { statOf } from './file-stamps.ts';
import { findMoved, type MovedData } from './find-moved.ts';
import { hashFilesOf } from './hash-files.ts';
import { HashingPlaces } from './hashing-places.ts';
import { type MirrorChecked, runMirrorCheck } from './mirror-check.ts';
import { type Mirrored, planMirror } from './mirror-plan.ts';
import { decodeResume, type ResumeRecord } from './resume.ts';
import { TaskLimit } from './task-limit.ts';

/** Torrents whose files are looked at together at a start; hashing is one torrent of a disk at a time. */
const MAX_PLANS = 8;

/** What the queue tells while it works; always for a torrent that was not cancelled. */
export interface CheckListener {
  /** An earlier run has moved its data. */
  onFoundMoved(torrent: Torrent, moved: MovedData): void;
  onCheckStarted(torrent: Torrent): void;
  onCheckProgress(torrent: Torrent, fraction: number): void;
  /** Whether `onPiece` is to be called in checks: each thread then tells of each MiB. */
  readonly hearsPieces: boolean;
  /** A piece was hashed. */
  onPiece(torrent: Torrent, piece: number, isGood: boolean): void;
  /** The data is known; `error` when it is not all good. */
  onChecked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, isNew: boolean): void;
  /** The data could not be looked at. */
  onCheckFailed(torrent: Torrent, error: SeederError): void;
}

interface CheckKind {
  /** What is missing is no error, and is made room for. */
  readonly isMirror: boolean;
  readonly isBelieved: boolean;
}

/** How the files of a torrent that is mirrored are made. */
type Making = Pick<Mirrored, 'usesPartNames' | 'isAllocated'>;

/** What a queue of checks is made of. */
export interface CheckQueueOptions extends Making {
  /** Threads that hash; default one a core. */
  readonly threads: number | undefined;
  /** What files are looked at with. */
  readonly disk: Disk;
  /** Resolves when nothing writes or renames files of a torrent any more, as its last download or its last move may; never rejects. */
  readonly whenFree: (torrent: Torrent) => Promise<void>;
}

/** Checks torrents: what is remembered and unchanged at once, what has to be hashed one after another of each disk. */
export class CheckQueue {
  readonly #listener: CheckListener;
  readonly #disk: Disk;
  readonly #whenFree: CheckQueueOptions['whenFree'];
  readonly #making: Making;
  readonly #plans = new TaskLimit(MAX_PLANS);
  readonly #places: HashingPlaces;
  readonly #stopping = new AbortController();
  readonly #running = new Map<Torrent, AbortController>();
  /** The checks that have not ended, those that were given up included. */
  readonly #unended = new Set<{ readonly torrent: Torrent; readonly ended: Promise<void> }>();

  constructor(
    listener: CheckListener,
    { threads, disk, whenFree, usesPartNames, isAllocated }: CheckQueueOptions,
  ) {
    this.#listener = listener;
    this.#disk = disk;
    this.#whenFree = whenFree;
    this.#making = { usesPartNames, isAllocated };
    this.#places = new HashingPlaces(threads);
  }

  /**
   * Checks a torrent in the state `queued`. A check that runs for it already is given up.
   * @param isBelieved files of which nothing is remembered are believed, when they have their lengths.
   */
  add(torrent: Torrent, resume: string | null, isBelieved = false): void {
    const remembered = resume === null ? undefined : decodeResume(resume, torrent.metainfo);
    if (remembered !== undefined) torrent.setRemembered(remembered);
    this.#add(torrent, remembered, { isMirror: torrent.isMirrored, isBelieved });
  }

  /** The same for one whose storage went away or was changed by others: of one that was complete nothing is written to. */
  addAgain(torrent: Torrent, remembered: ResumeRecord | undefined): void {
    this.#add(torrent, remembered, {
      isMirror: torrent.isMirrored && !torrent.isComplete,
      isBelieved: false,
    });
  }

  #add(torrent: Torrent, remembered: ResumeRecord | undefined, kind: CheckKind): void {
    if (this.#stopping.signal.aborted) return;
    this.cancel(torrent);
    const controller = new AbortController();
    this.#running.set(torrent, controller);
    const { signal } = controller;
    const ended = this.#begin(torrent, remembered, kind, signal)
      .catch((error: unknown) => {
        if (!signal.aborted)
          this.#listener.onCheckFailed(torrent, asSeederError(error, 'ERR_STORAGE_UNREADABLE'));
      })
      .finally(() => {
        if (this.#running.get(torrent) === controller) this.#running.delete(torrent);
        this.#unended.delete(check);
      });
    const check = { torrent, ended };
    this.#unended.add(check);
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
    const disk = this.#disk;
    try {
      const remembered = resume === null ? undefined : decodeResume(resume, metainfo);
      const plan = await this.#plans.run(() => planCheck(metainfo, files, remembered, { signal, disk }));
      const path = files.find(({ isPadding }) => !isPadding)?.path;
      const record = await this.#hash(path, (pool) =>
        runCheck(metainfo, files, plan, { pool, signal, disk, onProgress: () => {} }),
      );
      const error = badPieces(metainfo, files, record.bits);
      if (error !== undefined) throw error;
      return record;
    } catch (error) {
      throw signal.aborted
        ? new SeederError('ERR_STOPPED', 'the seed node was stopped')
        : asSeederError(error, 'ERR_STORAGE_UNREADABLE');
    }
  }

  /**
   * Hashes pieces of a torrent that goes on meanwhile, in turn with the checks; resolves with those that are not good or cannot
   * be read.
   * @throws the signal's reason; what the threads met.
   */
  async hashPieces(
    { metainfo, files, dataPath }: Torrent,
    pieces: readonly number[],
    { signal, onPiece }: { readonly signal: AbortSignal; onPiece(piece: number, isGood: boolean): void },
  ): Promise<readonly number[]> {
    const { bad } = await this.#hash(dataPath, (pool) => {
      signal.throwIfAborted();
      return checkPieces({
        files: hashFilesOf(files),
        pieceLength: metainfo.info.pieceLength,
        hashes: pieceHashesOf(metainfo),
        pieces,
        pool,
        signal,
        onPiece,
      });
    });
    return bad;
  }

  /** Whether torrents are checked, or wait for that. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Gives a check up; nothing is told of it any more. */
  cancel(torrent: Torrent): void {
    this.#running.get(torrent)?.abort();
    this.#running.delete(torrent);
  }

  /** Resolves when the checks of a torrent that were given up touch its files no more. */
  async ended(torrent: Torrent): Promise<void> {
    await Promise.all(
      [...this.#unended].map((check) => (check.torrent === torrent ? check.ended : undefined)),
    );
  }

  /** Gives all up and ends the threads. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const torrent of [...this.#running.keys()]) this.cancel(torrent);
    await this.#places.stop();
  }

  /** An earlier run may have moved the data, and ended before that was remembered. */
  async #begin(
    torrent: Torrent,
    remembered: ResumeRecord | undefined,
    { isMirror, isBelieved }: CheckKind,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#whenFree(torrent);
    signal.throwIfAborted();
    const moved = await findMoved(torrent, remembered);
    signal.throwIfAborted();
    if (moved !== undefined) this.#listener.onFoundMoved(torrent, moved);
    const known = moved === undefined ? remembered : moved.record;
    if (isMirror) await this.#checkMirror(torrent, known, signal);
    else await this.#check(torrent, { remembered: known, isBelieved }, signal);
  }

  async #check(
    torrent: Torrent,
    {
      remembered,
      isBelieved,
    }: { readonly remembered: ResumeRecord | undefined; readonly isBelieved: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { metainfo, files } = torrent;
    const options = { signal, disk: this.#disk, isBelieved };
    const plan = await this.#plans.run(() => planCheck(metainfo, files, remembered, options));
    signal.throwIfAborted();
    if (plan.pieces.length > 0)
      return this.#hash(torrent.dataPath, (pool) => this.#compare(torrent, plan, { pool, signal }));
    this.#listener.onCheckStarted(torrent);
    this.#tell(torrent, plan.record, remembered === undefined);
  }

  async #checkMirror(
    torrent: Torrent,
    remembered: ResumeRecord | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { metainfo, dataPath, selection, hasBegun } = torrent;
    const mirrored = { metainfo, dataPath, selection, hasBegun, ...this.#making };
    const plan = await this.#plans.run(async () => {
      await statOf(this.#disk, dirname(dataPath)); // a disk that does not answer is not waited for
      return planMirror(mirrored, remembered);
    });
    signal.throwIfAborted();
    const check = (pool?: HashPool): Promise<MirrorChecked> => {
      signal.throwIfAborted();
      this.#listener.onCheckStarted(torrent);
      return runMirrorCheck(mirrored, plan, this.#options(torrent, { pool, signal }));
    };
    const isShort = plan.pieces.length === 0 && !this.#making.isAllocated;
    const { record, places } = isShort ? await check() : await this.#hash(dataPath, check);
    signal.throwIfAborted();
    for (const [index, place] of places.entries()) torrent.placeFile(index, place);
    this.#listener.onChecked(torrent, record, undefined, true);
  }

  /** Runs what hashes data at a path when its turn comes: one of each disk at a time. */
  async #hash<T>(path: string | undefined, task: (pool: HashPool) => Promise<T>): Promise<T> {
    return this.#places.run(path === undefined ? undefined : await deviceOf(this.#disk, path), task);
  }

  async #compare(
    torrent: Torrent,
    plan: CheckPlan,
    hashing: Pick<CheckOptions, 'pool' | 'signal'>,
  ): Promise<void> {
    const { signal } = hashing;
    signal.throwIfAborted();
    this.#listener.onCheckStarted(torrent);
    const record = await runCheck(torrent.metainfo, torrent.files, plan, this.#options(torrent, hashing));
    signal.throwIfAborted();
    this.#tell(torrent, record, true);
  }

  #options(torrent: Torrent, { pool, signal }: Pick<CheckOptions, 'pool' | 'signal'>): CheckOptions {
    const onProgress = (fraction: number): void => {
      if (!signal.aborted) this.#listener.onCheckProgress(torrent, fraction);
    };
    const onPiece = (piece: number, isGood: boolean): void => {
      if (!signal.aborted) this.#listener.onPiece(torrent, piece, isGood);
    };
    return {
      pool,
      signal,
      disk: this.#disk,
      onProgress,
      ...(this.#listener.hearsPieces && { onPiece }),
    };
  }

  #tell(torrent: Torrent, record: ResumeRecord, wasHashed: boolean): void {
    const error = badPieces(torrent.metainfo, torrent.files, record.bits);
    this.#listener.onChecked(torrent, record, error, wasHashed);
  }
}
