import type { FailureReply } from '../../bittorrent/announce-response.ts';

/** What a client is told whose announce could not be saved. */
export const NOT_SAVED: FailureReply = Object.freeze({
  reason: 'the tracker cannot save announces at the moment: try again later',
  retryInSeconds: 120,
  intervalSeconds: 120,
});

/** How a {@link CommitGate} works. */
export interface CommitGateOptions {
  /** Resolves when all that announces have changed until now is saved; rejects, within a bounded time, when it cannot be. */
  readonly commit: () => Promise<unknown>;
  /** Bytes of answers that may wait, over all front ends; 64 MiB. */
  readonly maxHeldBytes?: number;
  /** Called for each answer that became a failure, with the reason: as often as announces come, so it must be quick. */
  readonly onFailure?: (reason: unknown) => void;
}

const TOO_MANY_WAIT = new Error('too many answers wait for the database');

/** What has happened at a gate since it was made. */
export interface CommitGateCounters {
  /** Answers, or runs of answers of one connection, that went out after their commit, and that became failures. */
  committed: number;
  notCommitted: number;
  /** Announces refused because too many answers waited already. */
  refusedFull: number;
  /** Bytes of answers that wait now. */
  heldBytes: number;
}

/**
 * Strict durability: a front end with a gate holds the answers to accepted announces back until the changes are saved. A front end
 * without one answers at once, and none of this costs it anything.
 */
export class CommitGate {
  readonly #commit: CommitGateOptions['commit'];
  readonly #maxHeldBytes: number;
  readonly #onFailure: CommitGateOptions['onFailure'];
  readonly #counters: CommitGateCounters = { committed: 0, notCommitted: 0, refusedFull: 0, heldBytes: 0 };

  constructor({ commit, maxHeldBytes = 64 * 1024 * 1024, onFailure }: CommitGateOptions) {
    this.#commit = commit;
    this.#maxHeldBytes = maxHeldBytes;
    this.#onFailure = onFailure;
  }

  counters(): Readonly<CommitGateCounters> {
    return { ...this.#counters };
  }

  /** Asked before an announce is taken in. False: refuse it with {@link NOT_SAVED}, for too many answers wait already. */
  hasRoom(): boolean {
    if (this.#counters.heldBytes < this.#maxHeldBytes) return true;
    this.#counters.refusedFull++;
    this.#onFailure?.(TOO_MANY_WAIT);
    return false;
  }

  /**
   * Waits with an answer of `bytes` bytes: call it in the turn in which the announce was taken in. Resolves with whether the
   * announce is saved; if not, answer {@link NOT_SAVED} instead. Never rejects.
   */
  async pass(bytes: number): Promise<boolean> {
    this.#counters.heldBytes += bytes;
    try {
      await this.#commit();
      this.#counters.committed++;
      return true;
    } catch (error) {
      this.#counters.notCommitted++;
      this.#onFailure?.(error);
      return false;
    } finally {
      this.#counters.heldBytes -= bytes;
    }
  }
}
