import type { Bench } from '../bench.ts';
import type { BenchOptions } from '../options.ts';
import type { Case } from '../report.ts';

async function run(_options: BenchOptions): Promise<Case[]> {
  return [];
}

/** Memory and speed of the swarm store, in process. */
export const store: Bench = { name: 'store', run };
