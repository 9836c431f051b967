import { dirname, join } from 'node:path';
import { bytesEqual } from '../../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { isCopyOf } from '../disk/copy-file.ts';
import {
  bringFiles,
  type Move,
  pathsOf,
  rebased,
  removeMoved,
  removeTemporary,
  takeBack,
} from '../disk/move-files.ts';
import type { StoredFile } from '../disk/storage-layout.ts';
import { changedError, type FileStamp } from '../disk/torrent-storage.ts';
import { asSeederError, type SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { stampFiles } from './file-stamps.ts';
import type { ResumeRecord } from './resume.ts';
import { TaskLimit } from './task-limit.ts';
import type { TorrentTable } from './torrent-table.ts';

/** What the moves of a node tell it. */
export interface DataMovesListener {
  /** The data of a torrent lies elsewhere now, as the record says; the old files go after that. */
  onMoved(torrent: Torrent, record: ResumeRecord): void;
  /** The old files are gone, too. */
  onMoveEnded(torrent: Torrent): void;
  /** It stays where it was. */
  onMoveFailed(torrent: Torrent, error: SeederError): void;
}

interface Running {
  readonly control: AbortController;
  readonly move: Move;
  /** Nobody wants it to go on later. */
  isGivenUp: boolean;
}

/**
 * Moves the data of torrents that have all that is wanted of them, one torrent after another; it is served meanwhile. The files are brought
 * beside the new place, put there in one step, and only then removed from the old one: whatever ends it, the data is whole at one
 * of the two places, and the next try goes on.
 */
export class DataMoves {
  readonly #torrents: TorrentTable;
  readonly #listener: DataMovesListener;
  readonly #running = new Map<Torrent, Running>();
  readonly #turns = new TaskLimit(1);
  readonly #tasks = new Set<Promise<void>>();
  readonly #whenSaved: (torrent: Torrent) => Promise<void>;
  /** The one that has its turn. */
  #now: { readonly infoHash: InfoHash; readonly ended: Promise<void> } | undefined;
  #isStopped = false;

  /** @param whenSaved resolves when nothing writes files of a torrent any more, as its last download may; never rejects. */
  constructor(
    torrents: TorrentTable,
    listener: DataMovesListener,
    whenSaved: (torrent: Torrent) => Promise<void>,
  ) {
    this.#torrents = torrents;
    this.#listener = listener;
    this.#whenSaved = whenSaved;
  }

  /** Begins to move a torrent's data when it is to be moved, and may be. One that is being moved elsewhere is not any more. */
  look(torrent: Torrent): void {
    const { moveTo } = torrent.preferences;
    const move = moveTo === null ? undefined : moveOf(torrent, moveTo);
    const before = this.#running.get(torrent);
    if (before !== undefined && before.move.to === move?.to && !before.control.signal.aborted) return;
    this.cancel(torrent, true);
    torrent.moveError = undefined;
    const isThere = torrent.state === 'seeding' || torrent.state === 'paused';
    if (move === undefined || !isThere || !torrent.isFinished || this.#isStopped) return;
    torrent.moveProgress = 0;
    const running: Running = { control: new AbortController(), move, isGivenUp: false };
    this.#running.set(torrent, running);
    const done = this.#turns.run(() => this.#begin(torrent, running)).finally(() => this.#tasks.delete(done));
    this.#tasks.add(done);
  }

  /** Stops moving a torrent's data; it stays where it is. @param isGivenUp what was brought goes; else a later try goes on with it. */
  cancel(torrent: Torrent, isGivenUp: boolean): void {
    const running = this.#running.get(torrent);
    if (running === undefined) return;
    running.isGivenUp = isGivenUp;
    running.control.abort();
    this.#running.delete(torrent);
    torrent.moveProgress = undefined;
  }

  /** Resolves when a move of a torrent that was given up touches its files no more, also of one that was removed and has come again. */
  async ended({ infoHash }: Torrent): Promise<void> {
    if (this.#now !== undefined && bytesEqual(this.#now.infoHash, infoHash)) await this.#now.ended;
  }

  /** Stops all, within what the disk needs for a piece of a copy. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const torrent of [...this.#running.keys()]) this.cancel(torrent, false);
    await Promise.all(this.#tasks);
  }

  async #begin(torrent: Torrent, running: Running): Promise<void> {
    const ended = this.#run(torrent, running);
    this.#now = { infoHash: torrent.infoHash, ended };
    await ended;
    this.#now = undefined;
  }

  /** Never rejects. */
  async #run(torrent: Torrent, running: Running): Promise<void> {
    const { control, move } = running;
    try {
      await this.#move(torrent, move, control.signal);
    } catch (error) {
      if (control.signal.aborted)
        return running.isGivenUp ? await removeTemporary(move.temporary) : undefined;
      const known = asSeederError(error, 'ERR_STORAGE_UNWRITABLE');
      torrent.moveError = known;
      this.#listener.onMoveFailed(torrent, known);
    } finally {
      this.#torrents.release(torrent, move.to);
      if (this.#running.get(torrent) === running) this.cancel(torrent, false);
    }
  }

  async #move(torrent: Torrent, move: Move, signal: AbortSignal): Promise<void> {
    await this.#whenSaved(torrent); // it opens files by their names
    signal.throwIfAborted();
    const isBrought = move.to !== move.from && (await this.#bring(torrent, move, signal));
    const places = torrent.files.map((file) => rebasedFile(file, move));
    let stamps: readonly FileStamp[];
    try {
      stamps = await stampFiles(places, signal, torrent.storage.disk);
      signal.throwIfAborted();
      refuseChanged(places, stamps, torrent.storage.stamps ?? []);
    } catch (error) {
      if (isBrought) await takeBack(move);
      throw error;
    }
    // From here to the event nothing is awaited: reads find the old files or the new ones.
    for (const [index, place] of places.entries()) torrent.placeFile(index, place);
    torrent.storage.setStamps(stamps);
    torrent.dataPath = move.to;
    this.#torrents.moved(torrent);
    this.#listener.onMoved(torrent, { bits: new Uint8Array(torrent.bitfield()), stamps });
    if (move.to !== move.from) await removeMoved(move);
    this.#listener.onMoveEnded(torrent);
  }

  #bring(torrent: Torrent, move: Move, signal: AbortSignal): Promise<boolean> {
    this.#torrents.reserve(torrent, move.to);
    const onProgress = (fraction: number): void => {
      torrent.moveProgress = fraction;
    };
    return bringFiles(move, { signal, onProgress });
  }
}

/** Where a torrent's data is put together before it is put in its place in a folder. */
export function temporaryPlace(torrent: Torrent, folder: string): string {
  return join(folder, `.seedbed-moving-${infoHashToHex(torrent.infoHash)}`);
}

function moveOf(torrent: Torrent, folder: string): Move {
  const from = torrent.dataPath;
  const to = join(folder, torrent.name);
  return { from, to, temporary: temporaryPlace(torrent, dirname(to)), paths: pathsOf(torrent.files, from) };
}

function rebasedFile(file: StoredFile, { from, to }: Move): StoredFile {
  const { path, finalPath } = file;
  return {
    ...file,
    path: rebased(path, from, to),
    ...(finalPath !== undefined && { finalPath: rebased(finalPath, from, to) }),
  };
}

function refuseChanged(
  places: readonly StoredFile[],
  now: readonly FileStamp[],
  before: readonly FileStamp[],
): void {
  for (const [index, { path }] of places.entries()) {
    const [stamp, old] = [now[index], before[index]];
    if (stamp === undefined || old === undefined || !isCopyOf(withBigSize(stamp), withBigSize(old)))
      throw changedError(path, 'is not what was to be moved there');
  }
}

function withBigSize({ size, mtimeNs }: FileStamp): { readonly size: bigint; readonly mtimeNs: bigint } {
  return { size: BigInt(size), mtimeNs };
}
