import { HashPool } from '../../builder/hashing/pool.ts';
import { poolThreads } from '../disk/pool-threads.ts';

/** Disks from which torrents are hashed at the same time. */
const MAX_PLACES = 4;

interface Place {
  readonly pool: HashPool;
  isTaken: boolean;
}

interface Waiting {
  readonly device: bigint | undefined;
  readonly begin: (place: Place) => void;
}

/**
 * Where torrents are hashed: one at a time of each disk, so that one on a disk that hangs, or is slow, does not hold up those on
 * others. Who comes first has all threads, and who comes to another disk meanwhile has one: that is faster than most disks.
 */
export class HashingPlaces {
  readonly #places: readonly Place[];
  /** Disks from which is read. */
  readonly #devices = new Set<bigint | undefined>();
  readonly #waiting: Waiting[] = [];

  /** @param threads that hash; one a core when left out. They start with the first work that is worth it. */
  constructor(threads: number | undefined) {
    // A disk that hangs must not have all threads of Node's pool.
    const first = new HashPool({ threads, maxReads: Math.floor(poolThreads() / 2) });
    const others = Array.from({ length: MAX_PLACES - 1 }, () => new HashPool({ threads: 1, maxReads: 1 }));
    this.#places = [first, ...others].map((pool) => ({ pool, isTaken: false }));
  }

  /** Runs a task when its turn comes; the result is the task's. @param device of the data; all that are not known count as one. */
  async run<T>(device: bigint | undefined, task: (pool: HashPool) => Promise<T>): Promise<T> {
    const place = await new Promise<Place>((begin) => {
      this.#waiting.push({ device, begin });
      this.#next();
    });
    try {
      return await task(place.pool);
    } finally {
      place.isTaken = false;
      this.#devices.delete(device);
      this.#next();
    }
  }

  /** Ends the threads; what they hash fails. */
  async stop(): Promise<void> {
    await Promise.all(this.#places.map(({ pool }) => pool.stop()));
  }

  /** Begins with those from whose disks nobody reads, the first first. */
  #next(): void {
    for (;;) {
      const place = this.#places.find(({ isTaken }) => !isTaken);
      const at = this.#waiting.findIndex(({ device }) => !this.#devices.has(device));
      const [waiting] = place === undefined || at < 0 ? [] : this.#waiting.splice(at, 1);
      if (place === undefined || waiting === undefined) return;
      place.isTaken = true;
      this.#devices.add(waiting.device);
      waiting.begin(place);
    }
  }
}
