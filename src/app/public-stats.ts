import type { TrackerCore } from '../tracker/core.ts';
import type { PublicStats } from '../web/public-stats.ts';

/** What was computed holds so long, however many ask. */
const CACHE_MS = 5_000;

/** The public figures of a tracker, computed once in five seconds at most. */
export function publicStats(
  tracker: TrackerCore,
  version: string,
  nowMs: () => number = () => performance.now(),
): () => PublicStats {
  const startedAtMs = nowMs();
  let computedAtMs = startedAtMs;
  let before = totals(tracker);
  let cached: PublicStats | undefined;
  return () => {
    const now = nowMs();
    if (cached !== undefined && now - computedAtMs < CACHE_MS) return cached;
    const seconds = Math.max(0.001, (now - computedAtMs) / 1000);
    const after = totals(tracker);
    const rate = (protocol: keyof typeof after): number =>
      Math.round(((after[protocol] - before[protocol]) / seconds) * 10) / 10;
    const stats = tracker.stats();
    const seeders = stats.seeders4 + stats.seeders6 + stats.webSeeders;
    cached = Object.freeze({
      version,
      uptimeSeconds: Math.floor((now - startedAtMs) / 1000),
      swarms: stats.swarms,
      seeders,
      leechers: stats.peers4 + stats.peers6 + stats.webPeers - seeders,
      completed: stats.counters.completed,
      announcesPerSecond: { http: rate('http'), udp: rate('udp'), ws: rate('ws') },
    });
    before = after;
    computedAtMs = now;
    return cached;
  };
}

function totals({ tally }: TrackerCore): Record<'http' | 'udp' | 'ws', number> {
  return { http: tally.total('http'), udp: tally.total('udp'), ws: tally.total('ws') };
}
