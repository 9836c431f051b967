import type { WriteBehindCounters } from '../../persistence/flush-statistics.ts';
import type { DatabaseHealth } from '../../persistence/nodes/database-health.ts';
import type { NodeStatus } from '../../persistence/nodes/node-membership.ts';
import type { SeederCounters } from '../../seeder/counters.ts';
import type { AnnounceTally } from '../../tracker/announce-tally.ts';
import type { CommitGateCounters } from '../../tracker/commit-gate.ts';
import type { TrackerStats } from '../../tracker/core.ts';

/** A front end of the tracker. */
export interface FrontEndSource {
  readonly protocol: 'http' | 'https' | 'udp' | 'ws';
  /** Its counters, by name; those that begin with `dropped`, `shed`, `refused` or `closed` say what it turned away. Undefined: it does not run. */
  readonly counters: () => object | undefined;
  /** Open connections; left out where there is no such thing. */
  readonly connections?: () => number;
}

/** The seed node, as far as it is measured. */
export interface SeedNodeSource {
  readonly counters: SeederCounters;
  readonly connectionCount: number;
  torrents(): readonly { readonly state: string }[];
}

/** Where the metrics are read when somebody asks. The parts keep plain numbers and know nothing of metrics. */
export interface MetricsSources {
  readonly version: string;
  readonly tracker: {
    readonly tally: AnnounceTally;
    readonly intervalStretch: number;
    stats(): TrackerStats;
  };
  readonly frontEnds: readonly FrontEndSource[];
  readonly journal: () => WriteBehindCounters;
  /** Undefined: durability is relaxed. */
  readonly commits?: (() => CommitGateCounters) | undefined;
  readonly seedNode: SeedNodeSource;
  /** The nodes of the database. */
  readonly nodes: { nodes(): readonly NodeStatus[]; health(): DatabaseHealth };
}
