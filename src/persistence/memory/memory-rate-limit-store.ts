import {
  RATE_DIRECTIONS,
  type RateDirection,
  type RateLimitRow,
  type RateLimitStore,
  type RateScope,
} from '../rate-limit-store.ts';

/** The limits of a node by direction and scope. */
export type NodeRateLimits = Readonly<Record<RateDirection, Map<RateScope, RateLimitRow>>>;

/** Limits in memory, by node. */
export class MemoryRateLimitTable {
  readonly #nodes = new Map<number, NodeRateLimits>();

  /** The limits of a node. */
  of(nodeId: number): NodeRateLimits {
    const limits = this.#nodes.get(nodeId) ?? { upload: new Map(), download: new Map() };
    this.#nodes.set(nodeId, limits);
    return limits;
  }

  /** A torrent was removed: its limits go, on all nodes. */
  dropScope(scope: RateScope): void {
    for (const limits of this.#nodes.values())
      for (const direction of RATE_DIRECTIONS) limits[direction].delete(scope);
  }

  /** A node was removed. */
  dropNode(nodeId: number): void {
    this.#nodes.delete(nodeId);
  }
}

/** {@link RateLimitStore} in memory. `limits` may only be asked for while the driver is open. */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #limits: () => NodeRateLimits;

  constructor(limits: () => NodeRateLimits) {
    this.#limits = limits;
  }

  async loadRateLimits(): Promise<RateLimitRow[]> {
    const limits = this.#limits();
    return RATE_DIRECTIONS.flatMap((direction) =>
      [...limits[direction].values()].sort((a, b) => (a.scope < b.scope ? -1 : 1)),
    );
  }

  async saveRateLimit({ direction, scope, bytesPerSecond }: RateLimitRow): Promise<void> {
    this.#limits()[direction].set(scope, Object.freeze({ direction, scope, bytesPerSecond }));
  }

  async removeRateLimit(direction: RateDirection, scope: RateScope): Promise<boolean> {
    return this.#limits()[direction].delete(scope);
  }
}
