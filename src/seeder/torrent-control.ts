import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Clock } from './clock.ts';
import { SeederError } from './errors.ts';
import { handleDamage } from './integrity/damage.ts';
import type { PieceRechecksListener } from './integrity/piece-rechecks.ts';
import { type PieceSelection, selectedPieces } from './integrity/piece-selection.ts';
import { mayGoOnRepairing } from './integrity/repair.ts';
import type { NodeParts } from './node-parts.ts';
import type { RecheckOptions, SeedNodeEvents } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import { encodeResume, type ResumeRecord } from './torrents/resume.ts';
import { canMove, isServed, type TorrentState } from './torrents/torrent-state.ts';
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
  /** Whether anybody listens to an event. */
  readonly hears: (name: keyof SeedNodeEvents) => boolean;
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
  recheck(infoHash: InfoHash, { resume = null, pieces }: RecheckOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (pieces !== undefined) return this.#recheckPieces(torrent, pieces);
    if (torrent.state === 'queued') return;
    this.move(torrent, 'queued');
    this.#parts.release(torrent, 'torrent-unavailable');
    this.#parts.checks.add(torrent, resume);
  }

  #recheckPieces(torrent: Torrent, selection: PieceSelection): void {
    const pieces = selectedPieces(selection, torrent.pieceCount);
    if (!isServed(torrent.state))
      throw new SeederError(
        'ERR_TORRENT_STATE',
        `the torrent ${JSON.stringify(torrent.name)} is ${torrent.state}: all of it is to be checked, not some pieces`,
      );
    this.#parts.rechecks.add(torrent, pieces);
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
    this.move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    this.#parts.downloads.resume(torrent);
    this.#choke();
  }

  /**
   * Goes to another state, and tells.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(torrent: Torrent, to: TorrentState, error?: SeederError): void {
    const before = torrent.state;
    torrent.move(to, error);
    if (to === 'seeding') this.#parts.scrubber.seeded(torrent);
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
    if (mayReturn(error)) this.#parts.returns.add(torrent);
    this.#options.emit('failed', torrent, error);
  }

  /**
   * Its files are not as they were. Where one that is seeded was changed its pieces are checked anew, since it may hold the same
   * bytes; else the torrent fails.
   */
  storageFailed(torrent: Torrent, error: SeederError): void {
    const { downloads, verifier } = this.#parts;
    if (error.piece !== undefined && downloads.canMirror(torrent.metainfo))
      return verifier.verify(torrent, error.piece, () => {}); // it tells by itself what is wrong
    const { lastRecord } = torrent;
    const isSeeded = isServed(torrent.state) && torrent.isComplete;
    if (error.code !== 'ERR_STORAGE_CHANGED' || !isSeeded || lastRecord === undefined)
      return this.fail(torrent, error);
    this.#options.logger.info(
      { infoHash: infoHashToHex(torrent.infoHash), reason: error.message },
      'a file was changed: its pieces are checked',
    );
    this.#checkAgain(torrent, lastRecord);
  }

  /** What it failed for is there again: it goes on with what is remembered, and what has changed since is checked. */
  returned(torrent: Torrent): void {
    if (torrent.state === 'failed') this.#checkAgain(torrent, torrent.lastRecord);
  }

  #checkAgain(torrent: Torrent, record: ResumeRecord | undefined): void {
    this.move(torrent, 'queued');
    this.#parts.release(torrent, 'torrent-unavailable');
    this.#parts.checks.addAgain(torrent, record);
  }

  /** A piece was hashed. */
  pieceSeen(torrent: Torrent, piece: number, isGood: boolean): void {
    if (isGood && torrent.unchecked?.has(piece)) {
      torrent.setPieceChecked(piece);
      this.#parts.records.changed(torrent);
    }
    this.#options.emit(isGood ? 'piecePassed' : 'pieceFailed', torrent, piece);
  }

  /** What rechecks of chosen pieces tell. */
  rechecksListener(): PieceRechecksListener {
    return {
      onPiece: (torrent, piece, isGood) => this.pieceSeen(torrent, piece, isGood),
      onDamaged: (torrent, pieces) => this.damaged(torrent, pieces),
      onStorageError: (torrent, error) => this.storageFailed(torrent, error),
      onRechecked: (torrent, passed, failed) => this.#options.emit('rechecked', torrent, passed, failed),
    };
  }

  /** Pieces that it had are not what they should be. */
  damaged(torrent: Torrent, pieces: readonly number[]): void {
    const { logger } = this.#options;
    handleDamage(torrent, pieces, { control: this, parts: this.#parts, torrents: this.#torrents, logger });
  }

  /** What the checks of the node tell. */
  checkListener(): CheckListener {
    const { hears } = this.#options;
    return {
      get hearsPieces() {
        return hears('piecePassed') || hears('pieceFailed');
      },
      onPiece: (torrent, piece, isGood) => this.pieceSeen(torrent, piece, isGood),
      onCheckStarted: (torrent) => this.move(torrent, 'checking'),
      onCheckProgress: (torrent, fraction) => {
        torrent.setProgress(fraction);
        this.#options.emit('checkProgress', torrent, fraction);
      },
      onChecked: (torrent, record, error, isNew) => this.#checked(torrent, record, error, isNew),
      onCheckFailed: (torrent, error) => this.fail(torrent, error),
    };
  }

  /** What is known of its data is to be kept. What a torrent says that was removed is not for the one that may have come in its place. */
  remember(torrent: Torrent, record: ResumeRecord): void {
    if (!this.#torrents.has(torrent)) return;
    torrent.lastRecord = recordOf(record, torrent);
    this.#options.emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, torrent.lastRecord));
  }

  /** What is known now of a torrent that is not being written to is to be kept: the record of a download comes by itself. */
  rememberNow(torrent: Torrent): void {
    const { stamps } = torrent.storage;
    if (stamps !== undefined) this.remember(torrent, { bits: torrent.bitfield(), stamps });
  }

  /** Its download has all of it. */
  completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.isRepairing = false;
    torrent.setChecked(recordOf(record, torrent));
    if (torrent.state === 'downloading') this.move(torrent, 'seeding');
    this.#parts.announcer.completed(torrent);
    this.#choke(); // there is nothing to trade for any more
  }

  get #parts(): NodeParts {
    return this.#options.parts();
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, isNew: boolean): void {
    torrent.setChecked(record);
    const isRepaired =
      error !== undefined && mayGoOnRepairing(torrent, error, !isNew, this.#parts, this.#torrents);
    if (isRepaired) torrent.isRepairing = true;
    if (isNew) this.remember(torrent, record);
    if (error !== undefined && !isRepaired) return this.fail(torrent, error);
    this.move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    if (!torrent.isComplete) this.#parts.downloads.start(torrent);
    if (torrent.isPauseWanted) this.#pause(torrent);
    if (this.#options.isListening()) this.#parts.announce(torrent);
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

/** Whether what a torrent failed for may go by itself: a disk that is away, a file that is being replaced. */
function mayReturn({ code }: SeederError): boolean {
  return code === 'ERR_STORAGE_MISSING' || code === 'ERR_STORAGE_CHANGED';
}

/**
 * A record with what else is known of its torrent. It may be of a moment ago: a piece that was found bad since then is not in it.
 */
function recordOf(record: ResumeRecord, torrent: Torrent): ResumeRecord {
  const had = torrent.bitfield();
  const { isOurs, isRepairing } = torrent;
  const bits = record.bits.map((byte, at) => byte & (had[at] ?? 0));
  return { bits, stamps: record.stamps, unchecked: torrent.unchecked?.bits(), isOurs, isRepairing };
}
