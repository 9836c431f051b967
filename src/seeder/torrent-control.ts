import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import { lengthOfPiece } from '../bittorrent/metainfo/metainfo.ts';
import type { Clock } from './clock.ts';
import type { Deletion } from './disk/delete-files.ts';
import type { DownloadsListener } from './download/downloads.ts';
import { SeederError } from './errors.ts';
import { stopReason } from './goals/stop-reason.ts';
import type { StopRuleSettings } from './goals/stop-rules.ts';
import { handleDamage } from './integrity/damage.ts';
import type { PieceRechecksListener } from './integrity/piece-rechecks.ts';
import { type PieceSelection, selectedPieces } from './integrity/piece-selection.ts';
import type { SeederLimits } from './limits.ts';
import type { NodeEvents } from './node-events.ts';
import type { NodeParts } from './node-parts.ts';
import { requireRateLimit, type TorrentLimits } from './rates/rate-limits.ts';
import type { RecheckOptions, SeedNodeEvents, StartOptions } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import { TorrentTurns } from './torrent-turns.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import { deleteData, requireOwnPlace } from './torrents/data-removal.ts';
import { decodeResume, encodeResume, type ResumeRecord } from './torrents/resume.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import { canMove, isServed, type TorrentState } from './torrents/torrent-state.ts';
import { type TorrentTable, unknownTorrent } from './torrents/torrent-table.ts';
import type { StopRule } from './torrents/transfer-totals.ts';

/** What the states of torrents are moved with. */
export interface TorrentControlOptions {
  readonly torrents: TorrentTable;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How many torrents may run. */
  readonly limits: Pick<SeederLimits, 'maxActiveDownloads' | 'maxActiveSeeds' | 'stalledTorrentMs'>;
  /** When torrents end that have no rules of their own. */
  readonly stopRules: StopRuleSettings;
  /** Asked when something happens: by then they are there. */
  readonly parts: () => NodeParts;
  /** Whether peers are awaited, so that torrents may be announced. */
  readonly isListening: () => boolean;
  readonly events: NodeEvents;
}

/** Moves torrents from state to state, each time at once and with its event: what a person asks for, and what checks and downloads find. */
export class TorrentControl {
  readonly #options: TorrentControlOptions;
  readonly #torrents: TorrentTable;
  /** Whose turn it is to run, and to end. */
  readonly turns: TorrentTurns;

  constructor(options: TorrentControlOptions) {
    this.#options = options;
    this.#torrents = options.torrents;
    const { clock, limits, stopRules } = options;
    this.turns = new TorrentTurns({
      nowMs: () => clock.nowMs(),
      queue: {
        maxActiveDownloads: limits.maxActiveDownloads,
        maxActiveSeeds: limits.maxActiveSeeds,
        stalledAfterMs: limits.stalledTorrentMs,
        onStart: (torrent) => this.#run(torrent),
        onWait: (torrent) => this.#wait(torrent),
      },
      rules: { settings: stopRules, onReached: (torrent, rule) => this.#stopBy(torrent, rule) },
    });
  }

  /** A torrent has come, in the state `queued`: it is checked, unless a person or a rule had stopped it in an earlier run. */
  added(torrent: Torrent, { resume, isStopped }: { resume: string | null; isStopped: boolean }): void {
    this.turns.added(torrent);
    if (!isStopped && torrent.totals.stoppedBy === null) return this.#parts.checks.add(torrent, resume);
    const remembered = resume === null ? undefined : decodeResume(resume, torrent.metainfo);
    if (remembered !== undefined) torrent.setChecked(remembered);
    this.#stop(torrent);
  }

  /** See `SeedNode.recheck`. */
  recheck(infoHash: InfoHash, { resume = null, pieces }: RecheckOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (pieces !== undefined) return this.#recheckPieces(torrent, pieces);
    if (torrent.state === 'stopped') torrent.isStopWanted = true;
    if (torrent.state === 'queued' && !torrent.isWaiting) this.#parts.checks.add(torrent, resume);
    else this.#requeue(torrent, resume);
  }

  /** It is checked first, by what is known of its data; its rules count anew. */
  #check(torrent: Torrent, { resume }: StartOptions): void {
    const { remembered, metainfo } = torrent;
    torrent.totals.startAnew();
    this.#requeue(torrent, resume ?? (remembered === undefined ? null : encodeResume(metainfo, remembered)));
  }

  #requeue(torrent: Torrent, resume: string | null): void {
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
    if (torrent.state !== 'stopped') this.#stop(torrent);
  }

  /** See `SeedNode.remove`. */
  remove(infoHash: InfoHash): boolean {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return false;
    this.#torrents.remove(torrent);
    if (torrent.state !== 'stopped') this.move(torrent, 'stopped');
    this.#parts.release(torrent, 'removed');
    this.turns.removed(torrent);
    this.#emit('removed', torrent);
    return true;
  }

  /** See `SeedNode.removeWithData`. */
  async removeWithData(infoHash: InfoHash): Promise<Deletion> {
    const torrent = this.#torrents.known(infoHash);
    await requireOwnPlace(torrent, this.#torrents.values());
    if (!this.#torrents.has(torrent)) throw unknownTorrent(infoHash); // removed meanwhile
    this.remove(infoHash);
    await this.#parts.checks.ended(torrent); // one that makes files
    return deleteData(torrent);
  }

  /** See `SeedNode.setLimits`. */
  setLimits(infoHash: InfoHash, { uploadBytesPerSecond, downloadBytesPerSecond }: TorrentLimits): void {
    this.#torrents.known(infoHash);
    const { pacer, downloadPacer } = this.#parts;
    const wanted = [
      [pacer, uploadBytesPerSecond],
      [downloadPacer, downloadBytesPerSecond],
    ] as const;
    for (const [, limit] of wanted) if (typeof limit === 'number') requireRateLimit(limit);
    for (const [direction, limit] of wanted)
      if (limit !== undefined) direction.setTorrentLimit(infoHash, limit === 'default' ? undefined : limit);
  }

  /** See `SeedNode.pauseTorrent`. */
  pause(infoHash: InfoHash, options: StartOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isStopWanted = false;
    if (torrent.state === 'stopped') this.#check(torrent, options);
    const isChecked = torrent.isWaiting || (torrent.state !== 'queued' && torrent.state !== 'checking');
    if (isChecked && torrent.state !== 'paused') this.#pause(torrent);
    torrent.isPauseWanted = true;
  }

  /** See `SeedNode.startTorrent`. */
  start(infoHash: InfoHash, options: StartOptions = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isPauseWanted = torrent.isStopWanted = false;
    if (torrent.state === 'stopped' || torrent.state === 'failed') return this.#check(torrent, options);
    if (torrent.state === 'paused') this.turns.queue.enter(torrent);
  }

  /**
   * Goes to another state, for an error or a reason, and tells.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(torrent: Torrent, to: TorrentState, error?: SeederError, reason?: () => string): void {
    const before = torrent.state;
    torrent.move(to, error, reason);
    this.#emit('stateChanged', torrent, before);
    if (torrent.state === to && (to === 'seeding' || to === 'paused' || to === 'stopped'))
      this.#emit(to, torrent);
    this.turns.stateChanged(torrent);
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
    this.#emit('failed', torrent, error);
  }

  /** A piece was hashed. */
  pieceSeen(torrent: Torrent, piece: number, isGood: boolean): void {
    this.#emit(isGood ? 'piecePassed' : 'pieceFailed', torrent, piece);
  }

  #pieceCame(torrent: Torrent, piece: number, isGood: boolean): void {
    this.pieceSeen(torrent, piece, isGood);
    if (isGood) this.#emit('downloaded', torrent, piece, lengthOfPiece(torrent.metainfo.info, piece));
  }

  /** What rechecks of chosen pieces tell. */
  rechecksListener(): PieceRechecksListener {
    return {
      onPiece: (torrent, piece, isGood) => this.pieceSeen(torrent, piece, isGood),
      onDamaged: (torrent, pieces) => this.damaged(torrent, pieces),
      onStorageError: (torrent, error) => this.fail(torrent, error),
      onRechecked: (torrent, passed, failed) => this.#emit('rechecked', torrent, passed, failed),
    };
  }

  /** Pieces that it had are not what they should be. */
  damaged(torrent: Torrent, pieces: readonly number[]): void {
    handleDamage(torrent, pieces, { control: this, parts: this.#parts, logger: this.#options.logger });
  }

  /** See `SeedNode.setPreferences`. */
  preferencesChanged(torrent: Torrent, preferences: TorrentPreferences): void {
    this.turns.queue.reorder(torrent, () => {
      torrent.preferences = preferences;
    });
    this.turns.rules.changed(torrent);
  }

  /** What the checks of the node tell. */
  checkListener(): CheckListener {
    const { events } = this.#options;
    return {
      get hearsPieces() {
        return events.hears('piecePassed') || events.hears('pieceFailed');
      },
      onPiece: (torrent, piece, isGood) => this.pieceSeen(torrent, piece, isGood),
      onCheckStarted: (torrent) => this.move(torrent, 'checking'),
      onCheckProgress: (torrent, fraction) => {
        torrent.setProgress(fraction);
        this.#emit('checkProgress', torrent, fraction);
      },
      onChecked: (torrent, record, error, wasHashed) => this.#checked(torrent, record, error, wasHashed),
      onCheckFailed: (torrent, error) => this.fail(torrent, error),
    };
  }

  /** What is known of its data is to be kept. What a torrent says that was removed is not for the one that may have come in its place. */
  remember(torrent: Torrent, record: ResumeRecord): void {
    if (!this.#torrents.has(torrent)) return;
    torrent.remembered = record;
    this.#emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, record));
  }

  /** What downloads tell. */
  downloadsListener(): DownloadsListener {
    return {
      onRecord: (torrent, record) => this.remember(torrent, record),
      onComplete: (torrent, record) => this.#completed(torrent, record),
      onFlushed: (torrent) => this.#torrents.has(torrent) && this.#emit('finished', torrent),
      onFailed: (torrent, error) => this.fail(torrent, error),
      onPiece: (torrent, piece, isGood) => this.#pieceCame(torrent, piece, isGood),
    };
  }

  #completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.setChecked(record);
    if (torrent.state === 'downloading') this.turns.queue.enter(torrent);
    this.#parts.announcer.completed(torrent);
    this.#choke(); // there is nothing to trade for any more
  }

  #emit<Name extends keyof SeedNodeEvents>(name: Name, ...args: SeedNodeEvents[Name]): void {
    this.#options.events.emit(name, ...args);
  }

  get #parts(): NodeParts {
    return this.#options.parts();
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, wasHashed: boolean): void {
    torrent.setChecked(record);
    if (wasHashed) this.remember(torrent, record);
    if (error !== undefined) return this.fail(torrent, error);
    if (torrent.isStopWanted) return this.#stop(torrent);
    if (torrent.isPauseWanted) this.#pause(torrent);
    else this.turns.queue.enter(torrent);
  }

  /** It has a place; it was checked, paused or complete, or has waited. */
  #run(torrent: Torrent): void {
    this.move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    this.#connect(torrent);
    this.#parts.downloads.resume(torrent);
    this.#choke();
  }

  /** It gives its connections back until it has a place. */
  #wait(torrent: Torrent): void {
    this.move(torrent, 'queued', undefined, () => this.turns.queue.reasonOf(torrent));
    this.#parts.release(torrent, 'torrent-unavailable');
  }

  #stopBy(torrent: Torrent, rule: StopRule): void {
    torrent.totals.stopBy(rule);
    this.#stop(torrent);
    this.#options.logger.info(
      { infoHash: infoHashToHex(torrent.infoHash), rule },
      'torrent stopped by a rule',
    );
    this.#emit('stopRuleReached', torrent, rule);
  }

  /** Peers may come, and are looked for. */
  #connect(torrent: Torrent): void {
    const { downloads } = this.#parts;
    if (!torrent.isComplete && downloads.of(torrent) === undefined) downloads.start(torrent);
    if (this.#options.isListening()) this.#parts.announce(torrent);
  }

  /** For the reason that is remembered, if a rule has stopped it. */
  #stop(torrent: Torrent): void {
    const { stoppedBy } = torrent.totals;
    this.move(torrent, 'stopped', undefined, stoppedBy === null ? undefined : () => stopReason(stoppedBy));
    this.#parts.release(torrent, 'torrent-unavailable');
  }

  /** It takes no place while it is paused. */
  #pause(torrent: Torrent): void {
    if (torrent.state === 'checking') this.move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    this.move(torrent, 'paused');
    this.#connect(torrent);
    this.#parts.downloads.pause(torrent);
    this.#choke();
  }

  #choke(): void {
    this.#parts.choker.round(this.#options.clock.nowMs());
  }
}
