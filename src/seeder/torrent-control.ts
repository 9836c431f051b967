import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Clock } from './clock.ts';
import { storedFiles } from './disk/storage-layout.ts';
import { SeederError } from './errors.ts';
import type { NodeParts } from './node-parts.ts';
import type { SeedNodeEvents } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import type { FileSelection } from './torrents/file-selection.ts';
import type { MovedData } from './torrents/find-moved.ts';
import type { MovesListener } from './torrents/moves.ts';
import { encodeResume, type ResumeRecord } from './torrents/resume.ts';
import { checkPreferences, type TorrentPreferences } from './torrents/torrent-preferences.ts';
import { canMove, type TorrentState } from './torrents/torrent-state.ts';
import type { TorrentTable } from './torrents/torrent-table.ts';

/** What the states of torrents are moved with. */
export interface TorrentControlOptions {
  readonly torrents: TorrentTable;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asked when something happens: by then they are there. */
  readonly parts: () => NodeParts;
  /** Whether peers are awaited, so that torrents may be announced. */
  readonly isListening: () => boolean;
  readonly emit: <Name extends keyof SeedNodeEvents>(name: Name, ...args: SeedNodeEvents[Name]) => void;
}

/** Moves torrents from state to state, each time at once and with its event: what a person asks for, and what checks and downloads find. */
export class TorrentControl {
  readonly #options: TorrentControlOptions;
  readonly #torrents: TorrentTable;

  constructor(options: TorrentControlOptions) {
    this.#options = options;
    this.#torrents = options.torrents;
  }

  /** See `SeedNode.recheck`. */
  recheck(infoHash: InfoHash, { resume = null }: { readonly resume?: string | null } = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state === 'queued') return;
    this.#torrents.claim(torrent);
    this.move(torrent, 'queued');
    this.#parts.release(torrent, 'torrent-unavailable');
    this.#parts.checks.add(torrent, resume);
  }

  /** Takes in a torrent of an earlier run; when another has its place it is failed, and this is false. */
  restore(torrent: Torrent): boolean {
    try {
      this.#torrents.add(torrent);
      return true;
    } catch (error) {
      if (!(error instanceof SeederError)) throw error;
      this.#torrents.addUnplaced(torrent);
      this.fail(torrent, error);
      return false;
    }
  }

  /** See `SeedNode.stopTorrent`. */
  stop(infoHash: InfoHash): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state === 'stopped') return;
    this.move(torrent, 'stopped');
    this.#parts.release(torrent, 'torrent-unavailable');
  }

  /** See `SeedNode.pause`. */
  pause(infoHash: InfoHash): void {
    const torrent = this.#torrents.known(infoHash);
    const isChecked = torrent.state !== 'queued' && torrent.state !== 'checking';
    if (isChecked && torrent.state !== 'paused') this.#pause(torrent);
    torrent.isPauseWanted = true;
  }

  /** See `SeedNode.resume`. */
  resume(infoHash: InfoHash, options: { readonly resume?: string | null } = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isPauseWanted = false;
    if (torrent.state === 'stopped' || torrent.state === 'failed') return this.recheck(infoHash, options);
    if (torrent.state !== 'paused') return;
    this.move(torrent, torrent.isFinished ? 'seeding' : 'downloading');
    this.#parts.downloads.resume(torrent);
    this.#choke();
  }

  /** See `SeedNode.setPreferences`. */
  setPreferences(infoHash: InfoHash, change: Partial<TorrentPreferences>): TorrentPreferences {
    const torrent = this.#torrents.known(infoHash);
    const before = torrent.selection;
    torrent.choose(Object.freeze({ ...torrent.preferences, ...checkPreferences(change) }));
    const isUnchecked = torrent.state === 'queued' || torrent.state === 'checking';
    if (isUnchecked ? change.filePriorities !== undefined : wantsMore(torrent, before))
      void this.#checkAgain(torrent);
    else this.#parts.downloads.preferencesChanged(torrent);
    if (change.moveTo !== undefined) this.#parts.moves.look(torrent);
    return torrent.preferences;
  }

  /**
   * Goes to another state, and tells.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(torrent: Torrent, to: TorrentState, error?: SeederError): void {
    const before = torrent.state;
    torrent.move(to, error);
    this.#options.emit('stateChanged', torrent, before);
  }

  /** Something is wrong with its data; nothing for a torrent that was removed, or stopped. */
  fail(torrent: Torrent, error: SeederError): void {
    if (!canMove(torrent.state, 'failed') || !this.#torrents.has(torrent)) return;
    this.#options.logger.warn(
      { infoHash: infoHashToHex(torrent.infoHash), code: error.code, reason: error.message },
      'torrent failed',
    );
    this.move(torrent, 'failed', error);
    this.#parts.release(torrent, 'storage');
    this.#options.emit('failed', torrent, error);
  }

  /** What the checks of the node tell. */
  checkListener(): CheckListener {
    return {
      onFoundMoved: (torrent, moved) => this.#foundMoved(torrent, moved),
      onCheckStarted: (torrent) => this.move(torrent, 'checking'),
      onCheckProgress: (torrent, fraction) => {
        torrent.setProgress(fraction);
        this.#options.emit('checkProgress', torrent, fraction);
      },
      onChecked: (torrent, record, error, wasHashed) => this.#checked(torrent, record, error, wasHashed),
      onCheckFailed: (torrent, error) => this.fail(torrent, error),
    };
  }

  /** What is known of its data is to be kept. What a torrent says that was removed is not for the one that may have come in its place. */
  remember(torrent: Torrent, record: ResumeRecord): void {
    if (!this.#torrents.has(torrent)) return;
    torrent.lastRecord = record;
    this.#options.emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, record));
  }

  /** Its download has all that is wanted of it. */
  completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.setChecked(record);
    if (torrent.state === 'downloading') this.move(torrent, 'seeding');
    this.#parts.announcer.completed(torrent);
    this.#choke(); // there is nothing to trade for any more
  }

  /** The disk has all that is wanted of a download. */
  flushed(torrent: Torrent): void {
    if (!this.#torrents.has(torrent)) return;
    this.#options.emit('finished', torrent);
    this.#parts.moves.look(torrent);
  }

  /** What the moves of the node tell. */
  movesListener(): MovesListener {
    return {
      onMoved: (torrent, record) => {
        torrent.choose(Object.freeze({ ...torrent.preferences, moveTo: null }));
        this.remember(torrent, record);
      },
      onMoveEnded: (torrent) => this.#torrents.has(torrent) && this.#options.emit('moved', torrent),
      onMoveFailed: (torrent, error) => {
        const { code, message: reason } = error;
        const infoHash = infoHashToHex(torrent.infoHash);
        this.#options.logger.warn({ infoHash, code, reason }, 'the data of a torrent could not be moved');
        this.#options.emit('moveFailed', torrent, error);
      },
    };
  }

  get #parts(): NodeParts {
    return this.#options.parts();
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, wasHashed: boolean): void {
    torrent.setChecked(record);
    if (wasHashed) this.remember(torrent, record);
    if (error !== undefined) return this.fail(torrent, error);
    torrent.lastRecord = record;
    this.move(torrent, torrent.isFinished ? 'seeding' : 'downloading');
    if (!torrent.isFinished) this.#parts.downloads.start(torrent);
    if (torrent.isPauseWanted) this.#pause(torrent);
    this.#parts.moves.look(torrent);
    if (this.#options.isListening()) this.#parts.announce(torrent);
  }

  /** Its files are made ready for what is wanted now, by what is known of them. */
  async #checkAgain(torrent: Torrent): Promise<void> {
    if (torrent.state === 'failed' || torrent.state === 'stopped') return; // its next check knows what is wanted
    if (torrent.state === 'paused') torrent.isPauseWanted = true;
    if (torrent.state !== 'queued') this.move(torrent, 'queued');
    this.#parts.release(torrent, 'torrent-unavailable');
    await this.#parts.downloads.whenSaved(torrent);
    if (!this.#torrents.has(torrent) || torrent.state !== 'queued') return;
    const { lastRecord, metainfo } = torrent;
    this.#parts.checks.add(torrent, lastRecord === undefined ? null : encodeResume(metainfo, lastRecord));
  }

  #foundMoved(torrent: Torrent, { dataPath, record }: MovedData): void {
    torrent.dataPath = dataPath;
    for (const [index, file] of storedFiles(torrent.metainfo.info, dataPath).entries())
      torrent.placeFile(index, file);
    torrent.choose(Object.freeze({ ...torrent.preferences, moveTo: null }));
    this.#torrents.moved(torrent);
    if (record !== undefined) this.remember(torrent, record);
    this.#options.emit('moved', torrent);
  }

  #pause(torrent: Torrent): void {
    this.move(torrent, 'paused');
    this.#parts.downloads.pause(torrent);
    this.#choke();
  }

  #choke(): void {
    this.#parts.choker.round(this.#options.clock.nowMs());
  }
}

/** Whether a file is wanted now that was not before. */
function wantsMore({ files, selection }: Torrent, before: FileSelection): boolean {
  return files.some((_file, index) => selection.wantsFile(index) && !before.wantsFile(index));
}
