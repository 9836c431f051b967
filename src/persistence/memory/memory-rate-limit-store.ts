import type { RateLimitRow, RateLimitStore, RateScope } from '../rate-limit-store.ts';

/** Limits in memory, by node and scope. */
export class MemoryRateLimitTable {
  readonly #rows = new Map<number, Map<RateScope, RateLimitRow>>();

  /** The limits of a node. */
  of(nodeId: number): Map<RateScope, RateLimitRow> {
    const rows = this.#rows.get(nodeId) ?? new Map<RateScope, RateLimitRow>();
    this.#rows.set(nodeId, rows);
    return rows;
  }

  /** A torrent was removed: its limits go, on all nodes. */
  dropScope(scope: RateScope): void {
    for (const rows of this.#rows.values()) rows.delete(scope);
  }

  /** A node was removed. */
  dropNode(nodeId: number): void {
    this.#rows.delete(nodeId);
  }
}

/** {@link RateLimitStore} in memory. `rows` may only be asked for while the driver is open. */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #rows: () => Map<RateScope, RateLimitRow>;

  constructor(rows: () => Map<RateScope, RateLimitRow>) {
    this.#rows = rows;
  }

  async loadRateLimits(): Promise<RateLimitRow[]> {
    return [...this.#rows().values()].sort((a, b) => (a.scope < b.scope ? -1 : 1));
  }

  async saveRateLimit({ scope, uploadBytesPerSecond }: RateLimitRow): Promise<void> {
    this.#rows().set(scope, Object.freeze({ scope, uploadBytesPerSecond }));
  }

  async removeRateLimit(scope: RateScope): Promise<boolean> {
    return this.#rows().delete(scope);
  }
}
