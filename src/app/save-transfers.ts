import type { Logger } from 'pino';
import type { TorrentStates } from '../api/torrent-states.ts';
import { infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Clock } from '../seeder/clock.ts';
import type { SeedNode } from '../seeder/seed-node.ts';

/** What was moved is stored so often: a crash forgets as much. */
const INTERVAL_MS = 30_000;
/** Torrents that are stored in one transaction. */
const MAX_ROWS = 1000;

type Moved = ReturnType<SeedNode['takeTransfers']>[number];

/** What the saving needs. */
export interface TransferSavingParts {
  readonly seedNode: Pick<SeedNode, 'takeTransfers'>;
  readonly states: Pick<TorrentStates, 'saveTransfers'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Stores what the torrents of the seed node have moved since ever: those that changed, again and again, and all at the end. */
export class TransferSaving {
  readonly #parts: TransferSavingParts;
  #cancel: (() => void) | undefined;
  #isStarted = false;
  #isStopped = false;
  #last: Promise<void> = Promise.resolve();
  /** What could not be stored, by info-hash: at most one record a torrent. */
  readonly #unsaved = new Map<string, Moved>();

  constructor(parts: TransferSavingParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#isStopped) return;
    this.#isStarted = true;
    this.#cancel = this.#parts.clock.after(INTERVAL_MS, () => void this.save().finally(() => this.start()));
  }

  /** Stores what has changed by now. What cannot be stored is told in the log, and tried again with the next. */
  save(): Promise<void> {
    this.#last = this.#last.then(() => this.#saveAll());
    return this.#last;
  }

  /** Stores the last, after the seed node has ended. One that was never started has nothing to store. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    if (this.#isStarted) await this.save();
  }

  async #saveAll(): Promise<void> {
    try {
      for (let moved = this.#take(); moved.length > 0; moved = this.#take()) {
        for (const one of moved) this.#unsaved.set(infoHashToHex(one.infoHash), one);
        await this.#parts.states.saveTransfers(moved);
        for (const { infoHash } of moved) this.#unsaved.delete(infoHashToHex(infoHash));
      }
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'what torrents have moved could not be saved');
    }
  }

  /** What has changed goes before what could not be stored before. */
  #take(): readonly Moved[] {
    const moved = this.#parts.seedNode.takeTransfers(MAX_ROWS);
    for (const { infoHash } of moved) this.#unsaved.delete(infoHashToHex(infoHash)); // overtaken
    return moved.length > 0 ? moved : [...this.#unsaved.values()].slice(0, MAX_ROWS);
  }
}
