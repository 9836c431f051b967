import type { Logger } from 'pino';
import type { Catalogue } from '../api/catalogue.ts';
import { CatalogueFollower } from '../api/catalogue-follower.ts';
import { ChangeFollower } from '../persistence/nodes/change-follower.ts';
import type { DatabaseHealth } from '../persistence/nodes/database-health.ts';
import { DatabaseTask } from '../persistence/nodes/database-task.ts';
import type { OwnSeeds } from '../persistence/nodes/own-seeds.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { SharedData } from '../persistence/revision-store.ts';
import type { WriteBehind } from '../persistence/write-behind.ts';
import type { TrackerCore } from '../tracker/core.ts';
import type { JoinedNodes } from './join-nodes.ts';
import type { StartedParts } from './started-parts.ts';

/** With half a second until a flush, another node hands a peer out within two seconds, and a slow database has one of them. */
const POLL_INTERVAL_MS = 500;
const TIMEOUT_MS = 10_000;
const MAX_BACKOFF_MS = 5_000;

/** What the follower connects. */
export interface FollowParts {
  readonly persistence: Persistence;
  readonly nodes: JoinedNodes;
  readonly tracker: TrackerCore;
  readonly journal: WriteBehind;
  readonly ownSeeds: OwnSeeds | undefined;
  readonly catalogue: Catalogue;
  /** What reads other shared data anew. */
  readonly reload: Readonly<Partial<Record<Exclude<SharedData, 'torrents'>, () => Promise<void>>>>;
  readonly logger: Logger;
}

/** A node that takes in what the others do. */
export interface FollowedNodes {
  /** Begins to read: call it when the tracker has what was stored before. */
  start(): Promise<void>;
  /** How this node stands with its database. */
  health(): DatabaseHealth;
}

/** Notes where the database stands: call it before anything is loaded from it. */
export async function followNodes(parts: FollowParts, started: StartedParts): Promise<FollowedNodes> {
  const { persistence, tracker, journal, ownSeeds, catalogue, reload, logger } = parts;
  if (!persistence.isShared) return { start: async () => {}, health: () => healthOf(parts) };
  const torrents = new CatalogueFollower({ store: persistence, catalogue, logger });
  const follower = new ChangeFollower({
    persistence,
    tracker,
    journal,
    ownSeeds,
    reload: { ...reload, torrents: (isFromStart) => torrents.reload({ isFromStart }) },
    onSetBack: (where) =>
      logger.warn(
        where,
        'the database went back to an earlier state; the changes of other nodes are read anew',
      ),
  });
  await follower.begin();
  const task = new DatabaseTask({
    run: () => follower.poll(),
    intervalMs: POLL_INTERVAL_MS,
    maxBackoffMs: MAX_BACKOFF_MS,
    timeoutMs: TIMEOUT_MS,
    logger,
    failing: 'the changes of other nodes cannot be read',
    recovered: 'the changes of other nodes are read again',
  });
  started.onStop(() => task.stop());
  const start = async (): Promise<void> => {
    await torrents.reload();
    task.start();
  };
  return { start, health: () => healthOf(parts, task, follower) };
}

function healthOf(
  { journal, nodes }: FollowParts,
  feed?: DatabaseTask,
  follower?: ChangeFollower,
): DatabaseHealth {
  const { failuresInRow, lagSeconds, pending } = journal.counters;
  const unwrittenSinceMs = failuresInRow > 0 ? Date.now() - lagSeconds * 1_000 : undefined;
  const since = [unwrittenSinceMs, nodes.heartbeat?.failingSinceMs, feed?.failingSinceMs].filter(
    (ms) => ms !== undefined,
  );
  const readMs = feed?.lastSuccessMs;
  return {
    isReachable: since.length === 0,
    unreachableSinceMs: since.length === 0 ? undefined : Math.min(...since),
    backlog: pending,
    feedLagMs: readMs === undefined ? undefined : Math.max(0, Date.now() - readMs),
    feedPeers: follower?.peersTaken ?? 0,
    setBackAtMs: follower?.setBackAtMs,
    isStartingOver: follower?.isStartingOver === true,
  };
}
