import { Router } from 'express';
import type { DatabaseHealth } from '../../persistence/nodes/database-health.ts';
import type { NodeStatus } from '../../persistence/nodes/node-membership.ts';

/** Where the routes of `/nodes` get what they show. */
export interface NodeRoutesOptions {
  /** The nodes of the database, by number. */
  nodes(): readonly NodeStatus[];
  /** How this node stands with the database. */
  health(): DatabaseHealth;
}

/** A node as the control API shows it. */
export interface NodeView {
  readonly id: number;
  readonly name: string;
  readonly state: NodeStatus['state'];
  /** It is the node that answers. */
  readonly isThis: boolean;
  /** When it last said that it lives, unix seconds; null when it has left. */
  readonly heartbeatAt: number | null;
}

/** `GET /nodes`, as it is answered. */
export interface NodesView {
  readonly nodes: readonly NodeView[];
  readonly database: {
    readonly isReachable: boolean;
    /** Unix seconds; null while the database answers. */
    readonly unreachableSince: number | null;
    readonly backlog: number;
    readonly feedLagSeconds: number | null;
  };
}

/** `/nodes`: who shares the database, and how this node stands with it. */
export function nodeRoutes(options: NodeRoutesOptions): Router {
  const router = Router();
  router.get('/nodes', (_request, response) => void response.json(nodesView(options)));
  return router;
}

function nodesView(options: NodeRoutesOptions): NodesView {
  const { isReachable, unreachableSinceMs, backlog, feedLagMs } = options.health();
  return {
    nodes: options.nodes().map(({ id, name, state, isThis, heartbeatAtSeconds }) => ({
      id,
      name,
      state,
      isThis,
      heartbeatAt: heartbeatAtSeconds === 0 ? null : heartbeatAtSeconds,
    })),
    database: {
      isReachable,
      unreachableSince: unreachableSinceMs === undefined ? null : Math.floor(unreachableSinceMs / 1_000),
      backlog,
      feedLagSeconds: feedLagMs === undefined ? null : Math.round(feedLagMs) / 1_000,
    },
  };
}
