import type { Mutator } from './mutator.ts';

/** A parser with all that stands behind it, up to the bytes of the answer. */
export interface FuzzTarget {
  readonly name: string;
  /** Good inputs, from which the others are made. */
  readonly corpus: readonly Uint8Array[];
  /** No input grows beyond. */
  readonly maxBytes: number;
  /** Takes an input. Throws when something is wrong with the answer, or when anything threw. Returns what became of the input. */
  take(input: Buffer, mutator: Mutator): string;
}
