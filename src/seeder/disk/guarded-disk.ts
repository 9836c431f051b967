import { dirname, sep } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Disk, DiskCallback, DiskStat } from './disk.ts';
import { poolThreads } from './pool-threads.ts';

/** Looks under way together, and of them those at one disk: each holds a thread of Node's pool until the disk answers. */
const MAX_LOOKS = 4;
const MAX_OF_DISK = 2;
/** A look that takes longer has no answer. */
const LOOK_DEADLINE_MS = 10_000;
/** Folders that two paths share beyond which they are taken to lie on one disk: `/mnt/disk`. */
const DISK_DEPTH = 2;

type LookCallback = DiskCallback<DiskStat | undefined>;

interface Look {
  readonly path: string;
  readonly callback: LookCallback;
}

/**
 * A disk whose looks at paths end in time. A network file system whose server is away lets them hang, and each holds a thread that
 * all disks share: so few run at a time, and fewer at one disk; one that has no answer by its deadline is ETIMEDOUT, and until it does
 * come back those that seem to lie on the same disk are EAGAIN at once, as are all others when every place hangs.
 */
export class GuardedDisk implements Disk {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #maxLooks = Math.min(MAX_LOOKS, Math.max(2, poolThreads() - 1));
  /** By what seems to be their disk; those that wait there stand in their order. */
  readonly #waiting = new Map<string, Look[]>();
  readonly #running = new Map<string, number>();
  #runningCount = 0;
  /** Paths whose looks passed their deadlines and hang yet. */
  readonly #hung = new Set<Look>();

  readonly open: Disk['open'];
  readonly read: Disk['read'];
  readonly write: Disk['write'];
  readonly flush: Disk['flush'];
  readonly look: Disk['look'];
  readonly close: Disk['close'];

  constructor(disk: Disk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
    this.open = (...args) => disk.open(...args);
    this.read = (...args) => disk.read(...args);
    this.write = (...args) => disk.write(...args);
    this.flush = (...args) => disk.flush(...args);
    this.look = (...args) => disk.look(...args);
    this.close = (...args) => disk.close(...args);
  }

  lookAt(path: string, callback: LookCallback): void {
    const disk = diskOf(path);
    const waiting = this.#waiting.get(disk);
    if (waiting === undefined) this.#waiting.set(disk, [{ path, callback }]);
    else waiting.push({ path, callback });
    queueMicrotask(() => this.#next());
  }

  #next(): void {
    for (const [disk, looks] of this.#waiting) this.#nextOf(disk, looks);
  }

  #nextOf(disk: string, looks: Look[]): void {
    for (;;) {
      const [look] = looks;
      if (look === undefined) return void this.#waiting.delete(disk);
      const isHopeless = this.#isHopeless(look.path);
      const isFull = this.#runningCount >= this.#maxLooks || (this.#running.get(disk) ?? 0) >= MAX_OF_DISK;
      if (isFull && !isHopeless) return;
      looks.shift();
      if (isHopeless) look.callback(failure('EAGAIN', look.path), undefined);
      else this.#begin(disk, look);
    }
  }

  #begin(disk: string, look: Look): void {
    const { path, callback } = look;
    let isTold = false;
    this.#count(disk, 1);
    const cancel = this.#clock.after(LOOK_DEADLINE_MS, () => {
      isTold = true;
      this.#hung.add(look);
      callback(failure('ETIMEDOUT', path), undefined);
      this.#next();
    });
    this.#disk.lookAt(path, (error, stat) => {
      cancel();
      this.#count(disk, -1);
      this.#hung.delete(look);
      if (!isTold) callback(error, stat);
      this.#next();
    });
  }

  #count(disk: string, by: number): void {
    this.#runningCount += by;
    const running = (this.#running.get(disk) ?? 0) + by;
    if (running === 0) this.#running.delete(disk);
    else this.#running.set(disk, running);
  }

  #isHopeless(path: string): boolean {
    if (this.#hung.size === 0) return false;
    if (this.#hung.size >= this.#maxLooks) return true;
    for (const hung of this.#hung) if (seemOnOneDisk(hung.path, path)) return true;
    return false;
  }
}

/** The folders above a path by which looks share the places of one disk. */
function diskOf(path: string): string {
  return dirname(path)
    .split(sep, DISK_DEPTH + 1)
    .join(sep);
}

/** Whether two paths share their folder, or enough of those above. */
function seemOnOneDisk(one: string, other: string): boolean {
  if (dirname(one) === dirname(other)) return true;
  const names = one.split(sep).slice(1);
  const others = other.split(sep).slice(1);
  for (let depth = 0; depth < DISK_DEPTH; depth++) if (names[depth] !== others[depth]) return false;
  return true;
}

function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: no answer, stat ${path}`), { code, path });
}
