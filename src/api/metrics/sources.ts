import type { WriteBehindCounters } from '../../persistence/flush-statistics.ts';
import type { DatabaseHealth } from '../../persistence/nodes/database-health.ts';
import type { NodeStatus } from '../../persistence/nodes/node-membership.ts';
import type { Serving } from '../../seeder/choking/serving.ts';
import type { SeederCounters } from '../../seeder/counters.ts';
import type { TorrentQueue } from '../../seeder/queue/torrent-queue.ts';
import type { WebSeedCounters } from '../../seeder/web-seed/counters.ts';
import type { AnnounceTally } from '../../tracker/announce/announce-tally.ts';
import type { TrackerStats } from '../../tracker/core.ts';
import type { CommitGateCounters } from '../../tracker/front-end/commit-gate.ts';
import type { PrivateCounters } from '../../tracker/users/private-mode.ts';
import type { TrafficCounters } from '../../tracker/users/traffic-accounts.ts';

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
  readonly dhtNodeCount: number;
  readonly uploadRateBytesPerSecond: number;
  readonly downloadRateBytesPerSecond: number;
  readonly superSeededCount: number;
  readonly pacer: { readonly nodeLimitNow: number | null; readonly waitingCount: number };
  readonly queue: Pick<TorrentQueue, 'status'>;
  readonly downloadPacer: { readonly nodeLimitNow: number | null };
  torrents(): readonly {
    readonly state: string;
    readonly serving: Serving;
    readonly webSources: Iterable<{ readonly state: string }>;
  }[];
}

/** What is known of the swarms that are seeded, and of the budget; bytes. */
export interface PolicySource {
  readonly downloadedBytes: () => number;
  readonly savedBytes: () => number;
  readonly followedPeers: () => number;
  /** Undefined: there is none. */
  readonly budget: () => { readonly limitBytes: number; readonly spentBytes: number } | undefined;
}

/** What is known of the users of a private tracker. */
export interface UserCounters extends PrivateCounters, TrafficCounters {
  /** How many there are. */
  readonly users: number;
  /** Clients whose traffic waits to be written. */
  readonly pending: number;
  /** How long it has waited at most. */
  readonly lagSeconds: number;
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
  /** Undefined for a public tracker. */
  readonly users?: (() => UserCounters) | undefined;
  readonly seedNode: SeedNodeSource;
  readonly policy: PolicySource;
  /** Undefined: no files over HTTP. */
  readonly webSeed?: { readonly counters: WebSeedCounters; readonly activeDownloads: number } | undefined;
  /** The nodes of the database. */
  readonly nodes: { nodes(): readonly NodeStatus[]; health(): DatabaseHealth };
}
