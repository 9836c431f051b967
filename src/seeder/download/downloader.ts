import { lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';
import { asSeederError } from '../errors.ts';
import type { ActivePiece } from './active-piece.ts';
import { BlockRequests } from './block-requests.ts';
import type { DownloaderOptions } from './downloader-options.ts';
import { FillSchedule } from './fill-schedule.ts';
import { Leech, type LeechListener, type LeechWire } from './leech.ts';
import type { MemoryShare } from './memory-budget.ts';
import { isThreadGone } from './piece-checker.ts';
import { PieceCounts } from './piece-counts.ts';
import { PriorityPicker } from './priority-picker.ts';
import { Suspects } from './suspects.ts';

export type { DownloaderOptions, DownloadListener } from './downloader-options.ts';

/** So many pieces are fetched anew because the thread that hashed them ended; more of it is no accident. */
const MAX_LOST_PIECES = 64;

/** Fetches the pieces that a torrent lacks from its peers: asks, puts together, has them checked, writes. */
export class Downloader implements LeechListener {
  readonly #options: DownloaderOptions;
  readonly #leeches = new Set<Leech>();
  readonly #picker: PriorityPicker;
  readonly #requests: BlockRequests;
  readonly #counts: PieceCounts;
  readonly #suspects = new Suspects<Leech>();
  readonly #budget: MemoryShare;
  #missing: number;
  #lostPieces = 0;
  #isPaused = false;
  #isStopped = false;
  readonly #fills = new FillSchedule(this.#leeches, (leech) => this.#fill(leech));

  constructor(options: DownloaderOptions) {
    this.#options = options;
    const { torrent, random } = options;
    this.#budget = options.budget.share();
    const { info } = torrent.metainfo;
    const missing: number[] = [];
    for (let piece = 0; piece < info.pieceCount; piece++) if (torrent.lacksPiece(piece)) missing.push(piece);
    this.#missing = missing.length;
    const priorityOf = (piece: number): number => torrent.selection.priorityOf(piece);
    this.#picker = new PriorityPicker({ pieceCount: info.pieceCount, missing, random, priorityOf });
    this.#picker.isSequential = torrent.preferences.isSequential;
    this.#counts = new PieceCounts(torrent, this.#picker);
    this.#requests = new BlockRequests(this.#leeches, {
      picker: this.#picker,
      pieceLength: info.pieceLength,
      budget: this.#budget,
      lengthOf: (piece) => lengthOfPiece(info, piece),
      memoryFor: (length) => options.budget.memory.take(length),
      isSuspect: (piece) => this.#suspects.has(piece),
      onWasted: (bytes) => options.listener.onWasted(bytes),
    });
  }

  /** Pieces that are wanted and not there yet. */
  get missing(): number {
    return this.#missing;
  }

  /** Bytes a second that come now. */
  get bytesPerSecond(): number {
    let sum = 0;
    for (const { window } of this.#leeches) sum += window.bytesPerSecond;
    return sum;
  }

  /** A peer from which may be fetched; what it says goes to the result. @param names by what it is banned. @param isLocal limits are not for it, as a rule. */
  join(wire: LeechWire, names: readonly string[], isLocal: boolean): Leech {
    const { pacer, torrent, nowMs, listener } = this.#options;
    wire.onLateBlock = (bytes) => listener.onWasted(bytes);
    const allowance = pacer.open(torrent.infoHash, isLocal, () => this.#fill(leech));
    const leech: Leech = new Leech({ wire, names, listener: this, nowMs: nowMs(), allowance });
    this.#leeches.add(leech);
    this.onPieces(leech);
    return leech;
  }

  leave(leech: Leech): void {
    if (!this.#leeches.delete(leech)) return;
    leech.allowance.close();
    this.#counts.forget(leech);
    this.#requests.forget(leech);
    this.#fills.all();
  }

  /** What is chosen for the torrent is another now: it holds for the next pieces. No file is wanted that was not before. */
  preferencesChanged(): void {
    const { torrent, listener } = this.#options;
    this.#picker.isSequential = torrent.preferences.isSequential;
    this.#picker.prioritiesChanged();
    const before = this.#missing;
    this.#missing = 0;
    for (let piece = 0; piece < torrent.pieceCount; piece++) if (torrent.lacksPiece(piece)) this.#missing++;
    if (this.#missing === before) return;
    for (const leech of this.#leeches) {
      leech.wanted = this.#counts.wantedOf(leech, this.#missing);
      this.#showInterest(leech);
    }
    if (this.#missing === 0) listener.onComplete();
  }

  /** Asks nobody for anything until it is resumed; what is on its way is still taken. */
  pause(): void {
    this.#isPaused = true;
    for (const leech of this.#leeches) {
      this.#requests.releaseAll(leech, true);
      leech.wire.uninterested();
    }
  }

  resume(): void {
    this.#isPaused = false;
    for (const leech of this.#leeches) this.#showInterest(leech);
    this.#fills.all();
  }

  /** A piece that was there is not good: it is fetched again if it is wanted. The torrent has it no more. */
  lost(piece: number): void {
    if (!this.#options.torrent.lacksPiece(piece)) return;
    this.#missing++;
    this.#picker.add(piece);
    this.#countWanted(piece, 1);
    this.#fills.all();
  }

  /** Gives up what is on its way. */
  stop(): void {
    this.#isStopped = true;
    this.#requests.clear();
    for (const leech of this.#leeches) if (!leech.wire.isClosed) leech.wire.uninterested();
  }

  /** Once a second or so: rates, and peers that do not answer. */
  tick(nowMs: number, seconds: number): void {
    for (const leech of this.#leeches)
      if (leech.window.tick(nowMs, seconds, leech.asked.size > 0)) this.#requests.forget(leech, true);
    this.#requests.tick(nowMs);
    this.#fills.all();
  }

  onPieces(leech: Leech): void {
    if (!this.#leeches.has(leech)) return;
    const { isComplete, bits } = leech.wire.theirPieces;
    if (isComplete || leech.wire.isWebSeed === true) {
      this.#counts.forget(leech);
      leech.wanted = this.#counts.wantedOf(leech, this.#missing);
    } else if (bits !== undefined) this.#counts.add(leech, bits);
    this.#showInterest(leech);
    this.#fills.one(leech);
  }

  onPiece(leech: Leech, piece: number): void {
    if (!this.#leeches.has(leech) || leech.isCounted(piece)) return;
    this.#counts.addOne(leech, piece);
    if (!this.#options.torrent.lacksPiece(piece)) return;
    this.#showInterest(leech);
    this.#fills.one(leech);
  }

  onLost(leech: Leech, piece: number): void {
    if (!this.#leeches.has(leech)) return;
    this.#counts.lost(leech, piece);
    this.#requests.lost(leech, piece);
    this.#showInterest(leech);
    this.#fills.all();
  }

  onChoked(leech: Leech): void {
    this.#requests.choked(leech);
    this.#fills.all();
  }

  onAllowedFast(leech: Leech): void {
    this.#fills.one(leech);
  }

  onUnchoked(leech: Leech): void {
    this.#fills.one(leech);
  }

  onRejected(leech: Leech, piece: number, begin: number): void {
    leech.refused(this.#requests.release(leech, piece, begin));
    this.#fills.all();
  }

  onBlock(leech: Leech, index: number, begin: number, block: Uint8Array): void {
    const taken = this.#orFailed(() => this.#requests.take(leech, index, begin, block));
    if (taken === 'failed') return;
    const { listener, nowMs } = this.#options;
    if (typeof taken === 'string') listener.onWasted(block.length);
    if (taken === 'unasked') return leech.notAsked(block.length);
    if (taken === 'wrong') return leech.wire.close('bad-message');
    leech.gave(block.length, nowMs());
    listener.onBlock(block.length);
    if (taken !== undefined && taken !== 'late') void this.#finish(taken);
    if (leech.isWorthAsking) this.#fill(leech);
  }

  async #finish(piece: ActivePiece<Leech>): Promise<void> {
    const { checker, writer, torrent, budget, listener } = this.#options;
    const { bytes } = piece;
    let [isFree, isWritten] = [false, false];
    try {
      const isGood = await checker.check(piece.index, bytes);
      if (this.#isStopped) return;
      isFree = !isGood;
      if (!isGood) return this.#bad(piece);
      for (const liar of this.#suspects.liars(piece.index, bytes)) listener.onLiar(liar);
      await writer.write(bytes, piece.index * torrent.pieceLength);
      isFree = isWritten = true;
      if (!this.#isStopped) this.#good(piece.index);
    } catch (error) {
      if (this.#isStopped) return;
      if (isThreadGone(error) && ++this.#lostPieces <= MAX_LOST_PIECES) this.#picker.add(piece.index);
      else listener.onFailed(asSeederError(error, 'ERR_STORAGE_UNWRITABLE'));
    } finally {
      this.#budget.giveBack(piece.length);
      if (isFree) budget.memory.giveBack(bytes); // nobody reads it any more; the thread that hashes would keep it alive for long
      if (!isWritten) listener.onWasted(piece.length);
      this.#fills.all();
    }
  }

  #good(piece: number): void {
    const { listener, torrent } = this.#options;
    const wasWanted = torrent.lacksPiece(piece); // it may have been asked for before somebody chose fewer files
    if (wasWanted) this.#missing--;
    listener.onPiece(piece);
    for (const leech of this.#leeches) leech.wire.have(piece);
    if (!wasWanted) return;
    this.#countWanted(piece, -1);
    if (this.#missing === 0) listener.onComplete();
  }

  #countWanted(piece: number, by: number): void {
    for (const leech of this.#leeches) {
      if (!leech.owns(piece)) continue;
      leech.wanted += by;
      this.#showInterest(leech);
    }
  }

  /** One giver is a liar; of several nobody knows which: the piece is fetched again from one, and compared. */
  #bad(piece: ActivePiece<Leech>): void {
    const { listener } = this.#options;
    this.#picker.add(piece.index);
    listener.onBadPiece(piece.index);
    const givers = new Set(piece.givers());
    const [only] = givers;
    if (givers.size === 1 && only !== undefined) listener.onLiar(only);
    else this.#suspects.note(piece.index, piece.bytes, [...piece.givers()]);
  }

  #showInterest(leech: Leech): void {
    if (leech.wire.isClosed || this.#isStopped) return;
    if (leech.wanted > 0 && !this.#isPaused) leech.wire.interested();
    else leech.wire.uninterested();
  }

  #fill(leech: Leech): void {
    if (this.#isPaused || this.#isStopped || !leech.isGiving || leech.wire.isClosed) return;
    if (leech.wanted > 0) this.#orFailed(() => this.#requests.fill(leech));
  }

  /**
   * A fault of ours, or memory that is not to be had, ends this download, and neither the process nor the peer's connection: for the
   * states of a piece's blocks when it is asked for, for its bytes when the first of them comes.
   */
  #orFailed<Result>(action: () => Result): Result | 'failed' {
    try {
      return action();
    } catch (error) {
      this.#options.listener.onFailed(asSeederError(error, 'ERR_STORAGE_UNWRITABLE'));
      return 'failed';
    }
  }
}
