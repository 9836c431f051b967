import type { BenchOptions } from './options.ts';
import type { Case } from './report.ts';

/** A benchmark: runs ours and the rivals in turn and returns one case a table. A missing rival is a subject with a reason. */
export interface Bench {
  readonly name: string;
  run(options: BenchOptions): Promise<Case[]>;
}
