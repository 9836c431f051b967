import { Router } from 'express';
import type { DatabaseHealth } from '../../persistence/nodes/database-health.ts';
import type { Forgotten, NodeStatus } from '../../persistence/nodes/node-membership.ts';
import { sendError } from '../errors.ts';

/** Where the routes of `/nodes` get what they show. */
export interface NodeRoutesOptions {
  /** The nodes of the database, by number. */
  nodes(): readonly NodeStatus[];
  /** Forgets a node that lives no more. */
  forget(name: string): Promise<Forgotten>;
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
  router.delete('/nodes/:name', async (request, response) => {
    const { name } = request.params;
    const outcome = await options.forget(name);
    if (outcome === 'forgotten') response.status(204).end();
    else if (outcome === 'unknown') sendError(response, 404, 'ERR_NO_NODE', `there is no node "${name}"`);
    else sendError(response, 409, 'ERR_NODE_ALIVE', `the node "${name}" lives: stop it first`);
  });
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
