import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Serving } from './choking/serving.ts';
import type { Clock } from './clock.ts';
import type { SeederError } from './errors.ts';
import type { NodeParts } from './node-parts.ts';
import type { SeedNodeEvents } from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import { encodeResume, type ResumeRecord } from './torrents/resume.ts';
import { canMove, isAnnounced, type TorrentState } from './torrents/torrent-state.ts';
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

  /** See `SeedNode.setServing`. */
  serve(infoHash: InfoHash, serving: Serving): void {
    const torrent = this.#torrents.known(infoHash);
    const before = torrent.serving;
    torrent.serving = serving;
    if (before !== serving) this.#options.emit('servingChanged', torrent, before);
    if (!isAnnounced(torrent.state)) return;
    if (!torrent.takesPeers) {
      this.#parts.announcer.remove(torrent);
      for (const peer of [...torrent.peers]) peer.close('torrent-unavailable');
    } else if (this.#options.isListening()) this.#parts.announcer.start(torrent);
    if (before !== serving) this.#choke();
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
    if (torrent.state === 'downloading') this.move(torrent, 'seeding');
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
    this.move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    if (!torrent.isComplete) this.#parts.downloads.start(torrent);
    if (torrent.isPauseWanted) this.#pause(torrent);
    if (this.#options.isListening() && torrent.takesPeers) this.#parts.announcer.start(torrent);
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
