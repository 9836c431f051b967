import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 5 });

/** Notes from now on how long this process is held up by others on its machine. */
export function watchStalls(): void {
  delays.enable();
  delays.reset();
}

/** The longest time in seconds that it was held up since then: what a limit saved up meanwhile may pass behind it at once. */
export function longestStallSeconds(): number {
  return delays.max / 1e9;
}
