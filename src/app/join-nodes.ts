import type { Logger } from 'pino';
import { type Clock, systemClock } from '../persistence/clock.ts';
import { DatabaseTask } from '../persistence/nodes/database-task.ts';
import { withDeadline } from '../persistence/nodes/deadline.ts';
import {
  type Forgotten,
  HEARTBEAT_INTERVAL_MS,
  NodeMembership,
  type NodeStatus,
} from '../persistence/nodes/node-membership.ts';
import { SharedClock } from '../persistence/nodes/shared-clock.ts';
import type { Persistence } from '../persistence/persistence.ts';
import type { StartedParts } from './started-parts.ts';

/** How long a heartbeat may take, and how long a database that was away is not asked at most. */
const TIMEOUT_MS = 5_000;
const MAX_BACKOFF_MS = 5_000;
/** How long the leave of a node that stops may take. */
const LEAVE_MS = 500;

/** A node among those of its database; alone where the database is not shared. */
export interface JoinedNodes {
  /** The time that goes into the database: its own clock where nodes share it, else that of this machine. */
  readonly clock: Clock;
  /** All nodes of the database, by number. */
  readonly list: () => readonly NodeStatus[];
  /** Forgets a node that lives no more. */
  readonly forget: (name: string) => Promise<Forgotten>;
  /** Undefined when the database is not shared. */
  readonly membership: NodeMembership | undefined;
  /** Undefined when the database is not shared. */
  readonly heartbeat: DatabaseTask | undefined;
}

/** Says that this node lives, now and from now on, and reads the clock that the nodes share. */
export async function joinNodes(
  persistence: Persistence,
  logger: Logger,
  started: StartedParts,
): Promise<JoinedNodes> {
  if (!persistence.isShared) return alone(persistence);
  const clock = new SharedClock({ readClock: () => persistence.readClock() });
  const membership = new NodeMembership({ persistence, clock, logger });
  await membership.beat();
  const heartbeat = new DatabaseTask({
    run: async () => {
      await membership.beat();
      return false;
    },
    intervalMs: HEARTBEAT_INTERVAL_MS,
    maxBackoffMs: MAX_BACKOFF_MS,
    timeoutMs: TIMEOUT_MS,
    logger,
    failing: 'the database does not answer; announces go on from memory',
    recovered: 'the database answers again',
  });
  heartbeat.start();
  started.onStop(async () => {
    await heartbeat.stop(LEAVE_MS);
    await leave(membership, LEAVE_MS);
  });
  return {
    clock: { now: clock.nowMs, after: systemClock.after },
    list: () => membership.nodes,
    forget: (name) => membership.forget(name),
    membership,
    heartbeat,
  };
}

async function alone(persistence: Persistence): Promise<JoinedNodes> {
  const id = persistence.nodeId;
  const name = (await persistence.loadNodes()).find((row) => row.id === id)?.name ?? '';
  const list = (): NodeStatus[] => {
    const heartbeatAtSeconds = Math.floor(Date.now() / 1_000);
    return [{ id, name, heartbeatAtSeconds, state: 'alive', isThis: true }];
  };
  const forget = async (other: string): Promise<Forgotten> => (other === name ? 'alive' : 'unknown');
  return { clock: systemClock, list, forget, membership: undefined, heartbeat: undefined };
}

/** Whoever cannot say goodbye will be missed by its heartbeat. */
async function leave(membership: NodeMembership, deadlineMs: number): Promise<void> {
  await withDeadline(membership.leave(), deadlineMs, systemClock).catch(() => {});
}
