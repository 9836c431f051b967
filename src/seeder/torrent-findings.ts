import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { lengthOfPiece } from '../bittorrent/metainfo/metainfo.ts';
import type { DownloadsListener } from './download/downloads.ts';
import type { SeederError } from './errors.ts';
import { handleDamage } from './integrity/damage.ts';
import type { PieceRechecksListener } from './integrity/piece-rechecks.ts';
import { mayGoOnRepairing } from './integrity/repair.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentMoves } from './torrent-moves.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import type { ResumeRecord } from './torrents/resume.ts';
import { recordOf } from './torrents/torrent-record.ts';
import { isServed } from './torrents/torrent-state.ts';

/** What checks, rechecks, downloads and reads find of the data of torrents, and what comes of it. */
export class TorrentFindings {
  readonly #moves: TorrentMoves;

  constructor(moves: TorrentMoves) {
    this.#moves = moves;
  }

  /** What the checks of the node tell. */
  checkListener(): CheckListener {
    const { events } = this.#moves;
    return {
      get hearsPieces() {
        return events.hears('piecePassed') || events.hears('pieceFailed');
      },
      onPiece: (torrent, piece, isGood) => this.pieceSeen(torrent, piece, isGood),
      onCheckStarted: (torrent) => this.#moves.move(torrent, 'checking'),
      onCheckProgress: (torrent, fraction) => {
        torrent.setProgress(fraction);
        this.#moves.emit('checkProgress', torrent, fraction);
      },
      onChecked: (torrent, record, error, isNew) => this.#checked(torrent, record, error, isNew),
      onCheckFailed: (torrent, error) => this.#moves.fail(torrent, error),
    };
  }

  /** What rechecks of chosen pieces tell. */
  rechecksListener(): PieceRechecksListener {
    return {
      onPiece: (torrent, piece, isGood) => this.pieceSeen(torrent, piece, isGood),
      onDamaged: (torrent, pieces) => this.damaged(torrent, pieces),
      onStorageError: (torrent, error) => this.storageFailed(torrent, error),
      onRechecked: (torrent, passed, failed) => this.#moves.emit('rechecked', torrent, passed, failed),
    };
  }

  /** What downloads tell. */
  downloadsListener(): DownloadsListener {
    const moves = this.#moves;
    return {
      onRecord: (torrent, record) => moves.remember(torrent, record),
      onComplete: (torrent, record) => this.#completed(torrent, record),
      onFlushed: (torrent) => moves.torrents.has(torrent) && moves.emit('finished', torrent),
      onFailed: (torrent, error) => moves.fail(torrent, error),
      onPiece: (torrent, piece, isGood) => this.#pieceCame(torrent, piece, isGood),
    };
  }

  /** A piece was hashed. */
  pieceSeen(torrent: Torrent, piece: number, isGood: boolean): void {
    if (isGood && torrent.unchecked?.has(piece)) {
      torrent.setPieceChecked(piece);
      this.#moves.parts.records.changed(torrent);
    }
    this.#moves.emit(isGood ? 'piecePassed' : 'pieceFailed', torrent, piece);
  }

  /** Pieces that it had are not what they should be. */
  damaged(torrent: Torrent, pieces: readonly number[]): void {
    const { parts, torrents, logger } = this.#moves;
    handleDamage(torrent, pieces, { moves: this.#moves, parts, torrents, logger });
  }

  /**
   * Its files are not as they were. Where one that is seeded was changed its pieces are checked anew, since it may hold the same
   * bytes; else the torrent fails.
   */
  storageFailed(torrent: Torrent, error: SeederError): void {
    const { downloads, verifier } = this.#moves.parts;
    if (error.piece !== undefined && downloads.canMirror(torrent.metainfo))
      return verifier.verify(torrent, error.piece, () => {}); // it tells by itself what is wrong
    const { lastRecord } = torrent;
    const isSeeded = isServed(torrent.state) && torrent.isComplete;
    if (error.code !== 'ERR_STORAGE_CHANGED' || !isSeeded || lastRecord === undefined)
      return this.#moves.fail(torrent, error);
    this.#moves.logger.info(
      { infoHash: infoHashToHex(torrent.infoHash), reason: error.message },
      'a file was changed: its pieces are checked',
    );
    this.#moves.checkAgain(torrent, lastRecord);
  }

  /** What it failed for is there again: it goes on with what is remembered, and what has changed since is checked. */
  returned(torrent: Torrent): void {
    if (torrent.state === 'failed') this.#moves.checkAgain(torrent, torrent.lastRecord);
  }

  #pieceCame(torrent: Torrent, piece: number, isGood: boolean): void {
    this.pieceSeen(torrent, piece, isGood);
    if (isGood) this.#moves.emit('downloaded', torrent, piece, lengthOfPiece(torrent.metainfo.info, piece));
  }

  #completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.isRepairing = false;
    torrent.setChecked(recordOf(record, torrent));
    if (torrent.state === 'downloading') this.#moves.enter(torrent);
    this.#moves.parts.announcer.completed(torrent);
    this.#moves.choke(); // there is nothing to trade for any more
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, isNew: boolean): void {
    const { parts, torrents } = this.#moves;
    torrent.setChecked(record);
    const isRepaired = error !== undefined && mayGoOnRepairing(torrent, error, !isNew, parts, torrents);
    if (isRepaired) torrent.isRepairing = true;
    if (isNew) this.#moves.remember(torrent, record);
    if (error !== undefined && !isRepaired) return this.#moves.fail(torrent, error);
    if (torrent.isStopWanted) return this.#moves.stop(torrent);
    if (torrent.isPauseWanted) this.#moves.pause(torrent);
    else this.#moves.enter(torrent);
  }
}
