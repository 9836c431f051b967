import { announceTo, randomHash } from './nodes.ts';
import { type CleanupOwner, cleanup } from './scope.ts';

/** What a load has announced. */
export interface LoadResult {
  readonly announces: number;
  /** Answers that were refusals, and connections that failed: their messages. */
  readonly failures: readonly string[];
  readonly swarms: readonly LoadedSwarm[];
  /** Ports of the peers whose announces were answered: each peer has another. */
  readonly ports: readonly number[];
}

/** A swarm and who is in it now, by role. */
export interface LoadedSwarm {
  readonly infoHash: Uint8Array;
  complete: number;
  incomplete: number;
}

/** Announces new peers of a few swarms to several nodes, until it is told to stop. */
export class AnnounceLoad {
  readonly #origins: readonly string[];
  readonly #swarms: readonly LoadedSwarm[] = Array.from({ length: 5 }, () => ({
    infoHash: randomHash(),
    complete: 0,
    incomplete: 0,
  }));
  readonly #failures: string[] = [];
  readonly #workers: Promise<void>[];
  readonly #ports: number[] = [];
  #isStopped = false;

  /** It ends with its owner at the latest: a test that fails must not leave it running. */
  constructor(owner: CleanupOwner, origins: readonly string[], workers = 6) {
    this.#origins = origins;
    cleanup(owner, async () => void (await this.stop()));
    this.#workers = Array.from({ length: workers }, (_, worker) => this.#work(worker, workers));
  }

  /** Announces that were answered so far. */
  get announces(): number {
    return this.#ports.length;
  }

  /** Ends it, and resolves with what was announced. */
  async stop(): Promise<LoadResult> {
    this.#isStopped = true;
    await Promise.all(this.#workers);
    const [failures, swarms, ports] = [this.#failures, this.#swarms, this.#ports];
    return { announces: ports.length, failures, swarms, ports };
  }

  async #work(worker: number, workers: number): Promise<void> {
    for (let port = 1_025 + worker; port < 65_000 && !this.#isStopped; port += workers) {
      const swarm = this.#swarms[port % this.#swarms.length] as LoadedSwarm; // within the list; so below
      const origin = this.#origins[(port >> 3) % this.#origins.length] as string;
      const left = (port >> 2) % 2;
      try {
        await announceTo(origin, swarm.infoHash, { port, left, event: 'started' });
        this.#ports.push(port);
        if (left === 0) swarm.complete++;
        else swarm.incomplete++;
      } catch (error) {
        if (this.#failures.length < 20) this.#failures.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 2)); // a steady load, not the most that can be had
    }
  }
}
