import { performance } from 'node:perf_hooks';
import { LoadMeter } from '../tracker/announce/load-meter.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { StartedParts } from './started-parts.ts';

/** A reading covers so much time that a burst does not count. */
const READING_INTERVAL_MS = 30_000;

/** Stretches the intervals of the tracker while announces keep this process busy. */
export function watchLoad(tracker: TrackerCore, started: StartedParts): void {
  const meter = new LoadMeter(tracker.maxStretch);
  let before = { loop: performance.eventLoopUtilization(), announces: 0, atMs: performance.now() };
  const timer = setInterval(() => {
    const loop = performance.eventLoopUtilization();
    const { announces } = tracker.stats().counters;
    const atMs = performance.now();
    const stretch = meter.read({
      busy: performance.eventLoopUtilization(loop, before.loop).utilization,
      announces: announces - before.announces,
      seconds: (atMs - before.atMs) / 1000,
    });
    tracker.stretchIntervals(stretch);
    before = { loop, announces, atMs };
  }, READING_INTERVAL_MS);
  timer.unref();
  started.onStop(() => clearInterval(timer));
}
