import {
  type Disk,
  type DiskCallback,
  type DiskSpan,
  type DiskStat,
  systemDisk,
} from '../../src/seeder/disk/disk.ts';

/** What is done with a disk. */
export type DiskOperation = 'open' | 'read' | 'write' | 'flush' | 'look' | 'lookAt';

/** What goes wrong: a system's error code, an answer that is held until {@link FaultyDisk.answer}, or one that comes so late (ms). */
export type Fault = string | 'hold' | number | undefined;

/** The system's disk, on which a test decides what goes wrong, operation by operation. */
export class FaultyDisk implements Disk {
  /** Asked before each operation; undefined: it is done. */
  fault: (operation: DiskOperation, path: string, position: number) => Fault = () => undefined;
  /** The number of the disk on which a path is said to lie; undefined: the one on which it does. */
  deviceOf: (path: string) => bigint | undefined = () => undefined;
  readonly #paths = new Map<number, string>();
  #held: (() => void)[] = [];

  /** Operations that are held. */
  get heldCount(): number {
    return this.#held.length;
  }

  /** Has the disk answer what it held. */
  answer(): void {
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  open(path: string, flags: number, callback: DiskCallback<number>): void {
    this.#do('open', path, { callback, nothing: 0 }, () =>
      systemDisk.open(path, flags, (error, fd) => {
        if (error === null) this.#paths.set(fd, path);
        callback(error, fd);
      }),
    );
  }

  read(fd: number, span: DiskSpan, callback: DiskCallback<number>): void {
    const go = (): void => systemDisk.read(fd, span, callback);
    this.#do('read', this.#pathOf(fd), { callback, nothing: 0, position: span.position }, go);
  }

  write(fd: number, span: DiskSpan, callback: DiskCallback<number>): void {
    const go = (): void => systemDisk.write(fd, span, callback);
    this.#do('write', this.#pathOf(fd), { callback, nothing: 0, position: span.position }, go);
  }

  flush(fd: number, callback: DiskCallback): void {
    this.#do('flush', this.#pathOf(fd), { callback, nothing: undefined }, () =>
      systemDisk.flush(fd, callback),
    );
  }

  look(fd: number, callback: DiskCallback<DiskStat | undefined>): void {
    this.#do('look', this.#pathOf(fd), { callback, nothing: undefined }, () => systemDisk.look(fd, callback));
  }

  lookAt(path: string, callback: DiskCallback<DiskStat | undefined>): void {
    this.#do('lookAt', path, { callback, nothing: undefined }, () =>
      systemDisk.lookAt(path, (error, stat) => {
        const dev = this.deviceOf(path);
        if (stat !== undefined && dev !== undefined) Object.assign(stat, { dev });
        callback(error, stat);
      }),
    );
  }

  close(fd: number, callback: DiskCallback): void {
    this.#paths.delete(fd);
    systemDisk.close(fd, callback);
  }

  #pathOf(fd: number): string {
    return this.#paths.get(fd) ?? '';
  }

  #do<Result>(
    operation: DiskOperation,
    path: string,
    told: {
      readonly callback: DiskCallback<Result>;
      readonly nothing: Result;
      readonly position?: number;
    },
    go: () => void,
  ): void {
    const fault = this.fault(operation, path, told.position ?? 0);
    if (fault === undefined) go();
    else if (fault === 'hold') this.#held.push(go);
    else if (typeof fault === 'number') setTimeout(go, fault);
    else
      setImmediate(() =>
        told.callback(
          Object.assign(new Error(`${fault}: ${operation} '${path}'`), { code: fault }),
          told.nothing,
        ),
      );
  }
}
