import type { Logger } from 'pino';
import { infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Serving } from './choking/serving.ts';
import type { Clock } from './clock.ts';
import type { SeederError } from './errors.ts';
import { stopReason } from './goals/stop-reason.ts';
import type { StopRuleSettings } from './goals/stop-rules.ts';
import type { SeederLimits } from './limits.ts';
import type { NodeEvents } from './node-events.ts';
import type { NodeParts } from './node-parts.ts';
import type { SeedNodeEvents } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import { TorrentTurns } from './torrent-turns.ts';
import { encodeResume, type ResumeRecord } from './torrents/resume.ts';
import { mayReturn } from './torrents/storage-return.ts';
import { recordOf } from './torrents/torrent-record.ts';
import { canMove, isServed, type TorrentState } from './torrents/torrent-state.ts';
import type { TorrentTable } from './torrents/torrent-table.ts';
import type { StopRule } from './torrents/transfer-totals.ts';

/** What the states of torrents are moved with. */
export interface TorrentTransitionsOptions {
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

/** Moves torrents from state to state, each time at once and with its event, and gives them what they need there. */
export class TorrentTransitions {
  readonly torrents: TorrentTable;
  readonly logger: Logger;
  readonly events: NodeEvents;
  /** Whose turn it is to run, and to end. */
  readonly turns: TorrentTurns;
  readonly #options: TorrentTransitionsOptions;

  constructor(options: TorrentTransitionsOptions) {
    this.#options = options;
    this.torrents = options.torrents;
    this.logger = options.logger;
    this.events = options.events;
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

  get parts(): NodeParts {
    return this.#options.parts();
  }

  emit<Name extends keyof SeedNodeEvents>(name: Name, ...args: SeedNodeEvents[Name]): void {
    this.events.emit(name, ...args);
  }

  /**
   * Goes to another state, for an error or a reason, and tells.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(torrent: Torrent, to: TorrentState, error?: SeederError, reason?: () => string): void {
    const before = torrent.state;
    torrent.move(to, error, reason);
    if (to === 'seeding') this.parts.scrubber.seeded(torrent);
    this.emit('stateChanged', torrent, before);
    if (torrent.state === to && (to === 'seeding' || to === 'paused' || to === 'stopped'))
      this.emit(to, torrent);
    this.turns.stateChanged(torrent);
  }

  /** Something is wrong with its data; nothing for a torrent that was removed, or stopped. */
  fail(torrent: Torrent, error: SeederError): void {
    if (!canMove(torrent.state, 'failed') || !this.torrents.has(torrent)) return;
    this.logger.warn(
      { infoHash: infoHashToHex(torrent.infoHash), code: error.code, reason: error.message },
      'torrent failed',
    );
    this.move(torrent, 'failed', error);
    this.parts.release(torrent, 'storage');
    if (mayReturn(error)) this.parts.returns.add(torrent);
    this.emit('failed', torrent, error);
  }

  /** Gives back what it holds, and has it checked by what a text remembers of its data. */
  check(torrent: Torrent, resume: string | null): void {
    this.queue(torrent);
    this.parts.checks.add(torrent, resume);
  }

  /** The same by what is known of it, where its storage went away or was changed by others. */
  checkAgain(torrent: Torrent, record: ResumeRecord | undefined): void {
    this.queue(torrent);
    this.parts.checks.addAgain(torrent, record);
  }

  /** It is checked and may run: at once, or when it has a place. */
  enter(torrent: Torrent): void {
    this.turns.queue.enter(torrent);
  }

  /** For the reason that is remembered, if a rule has stopped it. */
  stop(torrent: Torrent): void {
    const { stoppedBy } = torrent.totals;
    this.move(torrent, 'stopped', undefined, stoppedBy === null ? undefined : () => stopReason(stoppedBy));
    this.parts.release(torrent, 'torrent-unavailable');
  }

  /** It takes no place while it is paused. */
  pause(torrent: Torrent): void {
    if (torrent.state === 'checking') this.move(torrent, torrent.isFinished ? 'seeding' : 'downloading');
    this.move(torrent, 'paused');
    this.#connect(torrent);
    this.parts.downloads.pause(torrent);
    this.choke();
  }

  /** Others are to be served than before. Who may not be served any more is left, and told. */
  serve(torrent: Torrent, serving: Serving): void {
    const before = torrent.serving;
    torrent.serving = serving;
    if (before !== serving) this.emit('servingChanged', torrent, before);
    if (!isServed(torrent.state)) return;
    if (!torrent.takesPeers) this.parts.withdraw(torrent);
    else if (before === 'nobody' && this.#options.isListening()) this.parts.announce(torrent);
    if (before !== serving) this.choke();
  }

  /** Slots are given out anew. */
  choke(): void {
    this.parts.choker.round(this.#options.clock.nowMs());
  }

  /** What is known of its data is to be kept. What a torrent says that was removed is not for the one that may have come in its place. */
  remember(torrent: Torrent, record: ResumeRecord): void {
    if (!this.torrents.has(torrent)) return;
    torrent.lastRecord = recordOf(record, torrent);
    this.emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, torrent.lastRecord));
  }

  /** What is known now of a torrent that is not being written to is to be kept: the record of a download comes by itself. */
  rememberNow(torrent: Torrent): void {
    const { stamps } = torrent.storage;
    if (stamps !== undefined) this.remember(torrent, { bits: torrent.bitfield(), stamps });
  }

  /** Gives back what it holds, and waits for its check. */
  queue(torrent: Torrent): void {
    if (torrent.state !== 'queued' || torrent.isWaiting) this.move(torrent, 'queued');
    this.parts.release(torrent, 'torrent-unavailable');
  }

  /** It has a place; it was checked, paused or complete, or has waited. */
  #run(torrent: Torrent): void {
    this.move(torrent, torrent.isFinished ? 'seeding' : 'downloading');
    this.#connect(torrent);
    this.parts.downloads.resume(torrent);
    this.choke();
  }

  /** It gives its connections back until it has a place. */
  #wait(torrent: Torrent): void {
    this.move(torrent, 'queued', undefined, () => this.turns.queue.reasonOf(torrent));
    this.parts.release(torrent, 'torrent-unavailable');
  }

  #stopBy(torrent: Torrent, rule: StopRule): void {
    torrent.totals.stopBy(rule);
    this.stop(torrent);
    this.logger.info({ infoHash: infoHashToHex(torrent.infoHash), rule }, 'torrent stopped by a rule');
    this.emit('stopRuleReached', torrent, rule);
  }

  /** Peers may come, and are looked for. */
  #connect(torrent: Torrent): void {
    const { downloads } = this.parts;
    if (torrent.isFinished) torrent.storage.reopen();
    else if (downloads.of(torrent) === undefined) downloads.start(torrent);
    if (this.#options.isListening() && torrent.takesPeers) this.parts.announce(torrent);
  }
}
