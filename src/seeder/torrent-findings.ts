import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { lengthOfPiece } from '../bittorrent/metainfo/metainfo.ts';
import { storedFiles } from './disk/storage-layout.ts';
import type { DownloadsListener } from './download/downloads-options.ts';
import type { SeederError } from './errors.ts';
import { handleDamage } from './integrity/damage.ts';
import type { PieceRechecksListener } from './integrity/piece-rechecks.ts';
import { mayGoOnRepairing } from './integrity/repair.ts';
import type { NodePartsOptions } from './node-parts-options.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentTransitions } from './torrent-transitions.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import type { DataMovesListener } from './torrents/data-moves.ts';
import type { MovedData } from './torrents/find-moved.ts';
import type { ResumeRecord } from './torrents/resume.ts';
import { recordOf } from './torrents/torrent-record.ts';
import { isServed } from './torrents/torrent-state.ts';

/** Where the parts of a node tell what they find. */
export type FindingsListeners = Pick<
  NodePartsOptions,
  'checkListener' | 'rechecksListener' | 'downloadsListener' | 'dataMovesListener' | 'onFailed' | 'onReturned'
>;

/** What checks, rechecks, downloads and reads find of the data of torrents, and what comes of it. */
export class TorrentFindings {
  readonly #transitions: TorrentTransitions;

  constructor(transitions: TorrentTransitions) {
    this.#transitions = transitions;
  }

  /** What the parts of a node tell. */
  listeners(): FindingsListeners {
    return {
      checkListener: this.#checkListener(),
      rechecksListener: this.#rechecksListener(),
      downloadsListener: this.#downloadsListener(),
      dataMovesListener: this.#dataMovesListener(),
      onFailed: (torrent, error) => this.storageFailed(torrent, error),
      onReturned: (torrent) => this.#returned(torrent),
    };
  }

  #checkListener(): CheckListener {
    const { events } = this.#transitions;
    return {
      get hearsPieces() {
        return events.hears('piecePassed') || events.hears('pieceFailed');
      },
      onPiece: (torrent, piece, isGood) => this.#pieceSeen(torrent, piece, isGood),
      onFoundMoved: (torrent, moved) => this.#foundMoved(torrent, moved),
      onCheckStarted: (torrent) => this.#transitions.move(torrent, 'checking'),
      onCheckProgress: (torrent, fraction) => {
        torrent.setProgress(fraction);
        this.#transitions.emit('checkProgress', torrent, fraction);
      },
      onChecked: (torrent, record, error, isNew) => this.#checked(torrent, record, error, isNew),
      onCheckFailed: (torrent, error) => {
        torrent.isFullCheckWanted = false;
        this.#transitions.fail(torrent, error);
      },
    };
  }

  /** Of chosen pieces. */
  #rechecksListener(): PieceRechecksListener {
    return {
      onPiece: (torrent, piece, isGood) => this.#pieceSeen(torrent, piece, isGood),
      onDamaged: (torrent, pieces) => this.#damaged(torrent, pieces),
      onStorageError: (torrent, error) => this.storageFailed(torrent, error),
      onRechecked: (torrent, passed, failed) => this.#transitions.emit('rechecked', torrent, passed, failed),
    };
  }

  #downloadsListener(): DownloadsListener {
    const transitions = this.#transitions;
    return {
      onRecord: (torrent, record) => transitions.remember(torrent, record),
      onComplete: (torrent, record) => this.#completed(torrent, record),
      onFlushed: (torrent) => this.#flushed(torrent),
      onFailed: (torrent, error) => transitions.fail(torrent, error),
      onPiece: (torrent, piece, isGood) => this.#pieceCame(torrent, piece, isGood),
    };
  }

  #dataMovesListener(): DataMovesListener {
    const transitions = this.#transitions;
    return {
      onMoved: (torrent, record) => {
        torrent.choose(Object.freeze({ ...torrent.preferences, moveTo: null }));
        transitions.remember(torrent, record);
      },
      onMoveEnded: (torrent) => transitions.torrents.has(torrent) && transitions.emit('moved', torrent),
      onMoveFailed: (torrent, error) => {
        const { code, message: reason } = error;
        const infoHash = infoHashToHex(torrent.infoHash);
        transitions.logger.warn({ infoHash, code, reason }, 'the data of a torrent could not be moved');
        transitions.emit('moveFailed', torrent, error);
      },
    };
  }

  /** A piece was hashed. */
  #pieceSeen(torrent: Torrent, piece: number, isGood: boolean): void {
    if (isGood && torrent.unchecked?.has(piece)) {
      torrent.setPieceChecked(piece);
      this.#transitions.parts.records.changed(torrent);
    }
    this.#transitions.emit(isGood ? 'piecePassed' : 'pieceFailed', torrent, piece);
  }

  /** Pieces that it had are not what they should be. */
  #damaged(torrent: Torrent, pieces: readonly number[]): void {
    const { parts, torrents, logger } = this.#transitions;
    handleDamage(torrent, pieces, { transitions: this.#transitions, parts, torrents, logger });
  }

  /**
   * Its files are not as they were. Where one that is seeded was changed its pieces are checked anew, since it may hold the same
   * bytes; else the torrent fails.
   */
  storageFailed(torrent: Torrent, error: SeederError): void {
    if (error.code === 'ERR_STOPPED') return; // it gave its files back while they were read
    const { downloads, verifier } = this.#transitions.parts;
    if (error.piece !== undefined && downloads.canMirror(torrent.metainfo))
      return verifier.verify(torrent, error.piece, () => {}); // it tells by itself what is wrong
    const { lastRecord } = torrent;
    const isSeeded = isServed(torrent.state) && torrent.isFinished;
    if (error.code !== 'ERR_STORAGE_CHANGED' || !isSeeded || lastRecord === undefined)
      return this.#transitions.fail(torrent, error);
    this.#transitions.logger.info(
      { infoHash: infoHashToHex(torrent.infoHash), reason: error.message },
      'a file was changed: its pieces are checked',
    );
    this.#transitions.checkAgain(torrent, lastRecord);
  }

  /** What it failed for is there again: it goes on with what is remembered, and what has changed since is checked. */
  #returned(torrent: Torrent): void {
    if (torrent.state === 'failed') this.#transitions.checkAgain(torrent, torrent.lastRecord);
  }

  #pieceCame(torrent: Torrent, piece: number, isGood: boolean): void {
    this.#pieceSeen(torrent, piece, isGood);
    if (isGood)
      this.#transitions.emit('downloaded', torrent, piece, lengthOfPiece(torrent.metainfo.info, piece));
  }

  #completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.isRepairing = false;
    torrent.setChecked(recordOf(record, torrent));
    if (torrent.state === 'downloading') this.#transitions.enter(torrent);
    this.#transitions.parts.announcer.completed(torrent);
    this.#transitions.choke(); // there is nothing to trade for any more
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, isNew: boolean): void {
    const { parts, torrents } = this.#transitions;
    torrent.setChecked(record);
    torrent.isFullCheckWanted = false;
    const isRepaired = error !== undefined && mayGoOnRepairing(torrent, error, !isNew, parts, torrents);
    if (isRepaired) torrent.isRepairing = true;
    if (isNew) this.#transitions.remember(torrent, record);
    if (error !== undefined && !isRepaired) return this.#transitions.fail(torrent, error);
    if (torrent.isStopWanted) return this.#transitions.stop(torrent);
    if (torrent.isPauseWanted) this.#transitions.pause(torrent);
    else this.#transitions.enter(torrent);
    parts.dataMoves.look(torrent);
  }

  /** The disk has all that is wanted of a download. */
  #flushed(torrent: Torrent): void {
    if (!this.#transitions.torrents.has(torrent)) return;
    this.#transitions.emit('finished', torrent);
    this.#transitions.parts.dataMoves.look(torrent);
  }

  /** An earlier run had moved its data, and ended before that was remembered. */
  #foundMoved(torrent: Torrent, { dataPath, record }: MovedData): void {
    torrent.dataPath = dataPath;
    for (const [index, file] of storedFiles(torrent.metainfo.info, dataPath).entries())
      torrent.placeFile(index, file);
    torrent.choose(Object.freeze({ ...torrent.preferences, moveTo: null }));
    this.#transitions.torrents.moved(torrent);
    if (record !== undefined) this.#transitions.remember(torrent, record);
    this.#transitions.emit('moved', torrent);
  }
}
