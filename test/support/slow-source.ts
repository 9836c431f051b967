import type { ExtentSource } from '../../src/seeder/disk/extent.ts';
import type { SeederError } from '../../src/seeder/errors.ts';

const MIB = 1 << 20;

/** Data whose bytes tell their extent of 1 MiB, read when the test says so. */
export class SlowSource implements ExtentSource {
  readonly length: number;
  readonly extentBytes = MIB;
  /** The extents that were read, in the order in which that began. */
  readonly reads: number[] = [];
  #waiting: (() => void)[] = [];
  error: SeederError | null = null;
  /** What reading an extent ends with. */
  errorOf: (index: number) => SeederError | null = () => this.error;

  constructor(extents: number, rest = 0) {
    this.length = extents * MIB + rest;
  }

  read(buffer: Buffer, offset: number, length: number, callback: (error: SeederError | null) => void): void {
    const index = offset / MIB;
    this.reads.push(index);
    this.#waiting.push(() => {
      buffer.fill(index & 0xff, 0, length);
      callback(this.errorOf(index));
    });
  }

  /** Ends the reads that have begun. */
  finish(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}
