import type { Logger } from 'pino';
import type { TorrentStates } from '../api/torrent-states.ts';
import type { Clock } from '../seeder/clock.ts';
import type { SeedNode } from '../seeder/seed-node.ts';

/** What was moved is stored so often: a crash forgets as much. */
const INTERVAL_MS = 30_000;
/** Torrents that are stored in one transaction. */
const MAX_ROWS = 1000;

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
  #isStopped = false;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: TransferSavingParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#parts.clock.after(INTERVAL_MS, () => void this.save().finally(() => this.start()));
  }

  /** Stores what has changed by now. What cannot be stored is told in the log, and stored when it changes again. */
  save(): Promise<void> {
    this.#last = this.#last.then(() => this.#saveAll());
    return this.#last;
  }

  /** Stores the last, after the seed node has ended. Idempotent. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    return this.save();
  }

  async #saveAll(): Promise<void> {
    const { seedNode, states, logger } = this.#parts;
    try {
      for (;;) {
        const moved = seedNode.takeTransfers(MAX_ROWS);
        if (moved.length === 0) return;
        await states.saveTransfers(moved);
      }
    } catch (error) {
      logger.warn({ err: error }, 'what torrents have moved could not be saved');
    }
  }
}
