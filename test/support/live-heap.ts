import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of objects that are still in use, after the collector has taken the others. */
export function liveHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void; // the flag makes it a global of every context from now on
  collect();
  return process.memoryUsage().heapUsed;
}
