import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Clock } from './clock.ts';
import type { SeederError } from './errors.ts';
import { stopReason } from './goals/stop-reason.ts';
import type { StopRuleSettings } from './goals/stop-rules.ts';
import type { SeederLimits } from './limits.ts';
import type { NodeParts } from './node-parts.ts';
import type { SeedNodeEvents } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import { TorrentTurns } from './torrent-turns.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import { decodeResume, encodeResume, type ResumeRecord } from './torrents/resume.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import { canMove, type TorrentState } from './torrents/torrent-state.ts';
import type { TorrentTable } from './torrents/torrent-table.ts';
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
  readonly emit: <Name extends keyof SeedNodeEvents>(name: Name, ...args: SeedNodeEvents[Name]) => void;
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

  /** A torrent has come, in the state `queued`: it is checked, unless a rule had stopped it. */
  added(torrent: Torrent, resume: string | null): void {
    this.turns.added(torrent);
    const { stoppedBy } = torrent.totals;
    if (stoppedBy === null) return this.#parts.checks.add(torrent, resume);
    const remembered = resume === null ? undefined : decodeResume(resume, torrent.metainfo);
    if (remembered !== undefined) torrent.setChecked(remembered);
    this.move(torrent, 'stopped', undefined, () => stopReason(stoppedBy));
  }

  /** See `SeedNode.recheck`. */
  recheck(infoHash: InfoHash, { resume = null }: { readonly resume?: string | null } = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state === 'queued' && !torrent.isWaiting) return;
    torrent.totals.startAnew();
    this.move(torrent, 'queued');
    this.#parts.release(torrent, 'torrent-unavailable');
    this.#parts.checks.add(torrent, resume);
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
    const isChecked = torrent.isWaiting || (torrent.state !== 'queued' && torrent.state !== 'checking');
    if (isChecked && torrent.state !== 'paused') this.#pause(torrent);
    torrent.isPauseWanted = true;
  }

  /** See `SeedNode.resume`. */
  resume(infoHash: InfoHash, options: { readonly resume?: string | null } = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isPauseWanted = false;
    if (torrent.state === 'stopped' || torrent.state === 'failed') return this.recheck(infoHash, options);
    if (torrent.state === 'paused') this.turns.queue.enter(torrent);
  }

  /**
   * Goes to another state, for an error or a reason, and tells.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(torrent: Torrent, to: TorrentState, error?: SeederError, reason?: () => string): void {
    const before = torrent.state;
    torrent.move(to, error, reason);
    this.#options.emit('stateChanged', torrent, before);
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
    this.#options.emit('failed', torrent, error);
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
    return {
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
    this.#options.emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, record));
  }

  /** Its download has all of it. */
  completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.setChecked(record);
    if (torrent.state === 'downloading') this.turns.queue.enter(torrent);
    this.#parts.announcer.completed(torrent);
    this.#choke(); // there is nothing to trade for any more
  }

  get #parts(): NodeParts {
    return this.#options.parts();
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, wasHashed: boolean): void {
    torrent.setChecked(record);
    if (wasHashed) this.remember(torrent, record);
    if (error !== undefined) return this.fail(torrent, error);
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
    this.move(torrent, 'stopped', undefined, () => stopReason(rule));
    this.#parts.release(torrent, 'torrent-unavailable');
    this.#options.logger.info(
      { infoHash: infoHashToHex(torrent.infoHash), rule },
      'torrent stopped by a rule',
    );
    this.#options.emit('stopRuleReached', torrent, rule);
  }

  /** Peers may come, and are looked for. */
  #connect(torrent: Torrent): void {
    const { downloads } = this.#parts;
    if (!torrent.isComplete && downloads.of(torrent) === undefined) downloads.start(torrent);
    if (this.#options.isListening()) this.#parts.announce(torrent);
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
