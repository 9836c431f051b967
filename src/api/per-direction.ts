import type { RateDirection } from '../persistence/persistence.ts';

/** Something for uploads and something for downloads. */
export type PerDirection<Value> = Readonly<Record<RateDirection, Value>>;
