import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import { quoted } from '../bittorrent/text.ts';
import { SeederError } from '../seeder/errors.ts';
import { type PieceSelection, selectedPieces } from '../seeder/integrity/piece-selection.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { Torrent } from '../seeder/torrent.ts';
import { piecesOf } from '../seeder/torrents/file-progress.ts';
import { isServed, type TorrentState } from '../seeder/torrents/torrent-state.ts';
import { CatalogueError } from './catalogue-error.ts';
import { RecheckRecord, type RecheckView } from './recheck-record.ts';

/** What is to be rechecked; all of the torrent when neither is given. */
export interface RecheckRequest {
  readonly pieces?: PieceSelection;
  /** The path of a file as the torrent has it: the pieces in which it lies. */
  readonly file?: string;
}

/** Rechecks whose outcome is remembered. */
const MAX_RECORDS = 100;

/** Rechecks that somebody asked for, and what came of them: the last of each torrent. */
export class Rechecks {
  readonly #seedNode: SeedNode;
  /** By info-hash, the oldest first. */
  readonly #records = new Map<string, RecheckRecord>();
  #running = 0;

  /** @param seedNode whose events are listened to while a recheck runs. */
  constructor(seedNode: SeedNode) {
    this.#seedNode = seedNode;
  }

  /**
   * Begins a recheck.
   * @throws {CatalogueError} ERR_TORRENT_STATE when the torrent has no data here, is being rechecked already, or is in a state in
   *   which only all of it can be rechecked; ERR_PIECE_RANGE; ERR_NO_FILE.
   */
  start(infoHash: InfoHash, request: RecheckRequest): RecheckView {
    const torrent = this.#torrent(infoHash);
    const key = infoHashToHex(infoHash);
    if (this.#records.get(key)?.isRunning === true)
      throw new CatalogueError('ERR_TORRENT_STATE', `the torrent ${key} is being rechecked already`);
    const selection = request.file === undefined ? request.pieces : piecesOfFile(torrent, request.file);
    return asCatalogueError(() => {
      const pieces = selection && selectedPieces(selection, torrent.pieceCount);
      const record = new RecheckRecord(torrent.metainfo.info, pieces);
      this.#enter(key, record);
      try {
        this.#seedNode.recheck(infoHash, { pieces: selection });
      } catch (error) {
        this.#leave(key, record);
        throw error;
      }
      if (pieces?.length === 0) this.#end(record, null);
      return record.view();
    });
  }

  /**
   * The last recheck of a torrent.
   * @throws {CatalogueError} ERR_TORRENT_STATE when it has no data here; ERR_NO_RECHECK when there was none of late.
   */
  view(infoHash: InfoHash): RecheckView {
    this.#torrent(infoHash);
    const record = this.#records.get(infoHashToHex(infoHash));
    if (record === undefined)
      throw new CatalogueError(
        'ERR_NO_RECHECK',
        `the torrent ${infoHashToHex(infoHash)} was not rechecked of late`,
      );
    return record.view();
  }

  #torrent(infoHash: InfoHash): Torrent {
    const torrent = this.#seedNode.torrent(infoHash);
    if (torrent !== undefined) return torrent;
    throw new CatalogueError(
      'ERR_TORRENT_STATE',
      `the torrent ${infoHashToHex(infoHash)} has no data here: it is only tracked`,
    );
  }

  #enter(key: string, record: RecheckRecord): void {
    this.#records.delete(key);
    this.#records.set(key, record);
    for (const [oldest, { isRunning }] of this.#records) {
      if (this.#records.size <= MAX_RECORDS) break;
      if (!isRunning) this.#records.delete(oldest);
    }
    if (this.#running++ === 0) this.#listen(true);
  }

  #leave(key: string, record: RecheckRecord): void {
    this.#end(record, null);
    this.#records.delete(key);
  }

  #end(record: RecheckRecord, reason: string | null): void {
    if (!record.isRunning) return;
    record.end(reason);
    this.#ended();
  }

  #ended(): void {
    if (--this.#running === 0) this.#listen(false);
  }

  /** Checks tell of pieces only while somebody listens, for it takes work. */
  #listen(isOn: boolean): void {
    const how = isOn ? 'on' : 'off';
    this.#seedNode[how]('piecePassed', this.#onPassed);
    this.#seedNode[how]('pieceFailed', this.#onFailed);
    this.#seedNode[how]('checkProgress', this.#onProgress);
    this.#seedNode[how]('stateChanged', this.#onState);
    this.#seedNode[how]('removed', this.#onRemoved);
  }

  readonly #onPassed = (torrent: Torrent, piece: number): void => this.#saw(torrent, piece, true);
  readonly #onFailed = (torrent: Torrent, piece: number): void => this.#saw(torrent, piece, false);

  #saw({ infoHash }: Torrent, piece: number, isGood: boolean): void {
    const record = this.#records.get(infoHashToHex(infoHash));
    if (record === undefined || !record.isRunning) return;
    record.saw(piece, isGood);
    if (!record.isRunning) this.#ended();
  }

  readonly #onProgress = ({ infoHash }: Torrent, fraction: number): void => {
    const record = this.#records.get(infoHashToHex(infoHash));
    if (record !== undefined) record.fraction = fraction;
  };

  readonly #onState = (torrent: Torrent, before: TorrentState): void => {
    const record = this.#records.get(infoHashToHex(torrent.infoHash));
    if (record === undefined) return;
    const isOver = record.isWhole ? isCheckOver(before, torrent) : !isServed(torrent.state);
    if (isOver) this.#end(record, whyOver(torrent, record.isWhole));
  };

  readonly #onRemoved = ({ infoHash }: Torrent): void => {
    const key = infoHashToHex(infoHash);
    const record = this.#records.get(key);
    if (record !== undefined) this.#leave(key, record);
  };
}

/** A check ends in a state that is no part of it. */
/** What waits for its turn has been checked. */
function isCheckOver(before: TorrentState, { state, isWaiting }: Torrent): boolean {
  if (before === 'checking') return state !== 'queued' || isWaiting;
  return before === 'queued' && state !== 'checking';
}

/** Why a recheck ended before its time; null when it did not: bad pieces are what it looks for. */
function whyOver({ state, error, checkedFraction }: Torrent, isWhole: boolean): string | null {
  if (error !== undefined) return error.code === 'ERR_PIECES_BAD' ? null : error.message;
  if (isWhole) return checkedFraction < 1 ? 'the torrent was stopped meanwhile' : null;
  return state === 'stopped' ? 'the torrent was stopped meanwhile' : 'all of the torrent is checked now';
}

function piecesOfFile({ name, metainfo: { info } }: Torrent, wanted: string): PieceSelection {
  const file = info.files.find(
    ({ path, isPadding }) => !isPadding && (path.length === 0 ? name : path.join('/')) === wanted,
  );
  if (file === undefined)
    throw new CatalogueError(
      'ERR_NO_FILE',
      `the torrent has no file ${quoted(wanted)}: name it as seedbed files shows it`,
    );
  const range = piecesOf(file, info.pieceLength);
  return range === undefined ? [] : [range];
}

function asCatalogueError<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof SeederError)) throw cause;
    const code = cause.code === 'ERR_PIECE_RANGE' ? 'ERR_PIECE_RANGE' : 'ERR_TORRENT_STATE';
    throw new CatalogueError(code, cause.message, { cause });
  }
}
