import { dirname, sep } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Disk, DiskCallback, DiskStat } from './disk.ts';

/** Looks under way together: each holds a thread of the pool (four, unless the environment says otherwise) until the disk answers. */
const MAX_LOOKS = 2;
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
 * all disks share: so few run at a time, one that has no answer by its deadline is ETIMEDOUT, and until it does come back those that
 * seem to lie on the same disk are EAGAIN at once, as are all others when every place hangs.
 */
export class GuardedDisk implements Disk {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #waiting: Look[] = [];
  #running = 0;
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

  /** Looks that have no answer and hold a thread, at most {@link MAX_LOOKS}. */
  get hungLooks(): number {
    return this.#hung.size;
  }

  lookAt(path: string, callback: LookCallback): void {
    this.#waiting.push({ path, callback });
    queueMicrotask(() => this.#next());
  }

  #next(): void {
    for (;;) {
      const look = this.#waiting[0];
      if (look === undefined) return;
      if (this.#isHopeless(look.path)) {
        this.#waiting.shift();
        look.callback(failure('EAGAIN', look.path), undefined);
      } else if (this.#running < MAX_LOOKS) {
        this.#waiting.shift();
        this.#begin(look);
      } else return;
    }
  }

  #begin(look: Look): void {
    const { path, callback } = look;
    let isTold = false;
    this.#running++;
    const cancel = this.#clock.after(LOOK_DEADLINE_MS, () => {
      isTold = true;
      this.#hung.add(look);
      callback(failure('ETIMEDOUT', path), undefined);
      this.#next();
    });
    this.#disk.lookAt(path, (error, stat) => {
      cancel();
      this.#running--;
      this.#hung.delete(look);
      if (!isTold) callback(error, stat);
      this.#next();
    });
  }

  #isHopeless(path: string): boolean {
    if (this.#hung.size === 0) return false;
    if (this.#hung.size >= MAX_LOOKS) return true;
    for (const hung of this.#hung) if (seemOnOneDisk(hung.path, path)) return true;
    return false;
  }
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
