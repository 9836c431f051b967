import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { PendingMagnetRow, PendingMagnetStore } from '../pending-magnet-store.ts';

/** The pending magnet links of each node, by info-hash. */
export class MemoryPendingMagnetTable {
  readonly #nodes = new Map<number, Map<string, PendingMagnetRow>>();

  /** Those of a node. */
  of(nodeId: number): Map<string, PendingMagnetRow> {
    const rows = this.#nodes.get(nodeId) ?? new Map<string, PendingMagnetRow>();
    this.#nodes.set(nodeId, rows);
    return rows;
  }

  /** A node was removed. */
  dropNode(nodeId: number): void {
    this.#nodes.delete(nodeId);
  }
}

/** {@link PendingMagnetStore} in memory. `rows` may only be asked for while the driver is open. */
export class MemoryPendingMagnetStore implements PendingMagnetStore {
  readonly #rows: () => Map<string, PendingMagnetRow>;

  constructor(rows: () => Map<string, PendingMagnetRow>) {
    this.#rows = rows;
  }

  async loadPendingMagnets(): Promise<PendingMagnetRow[]> {
    return [...this.#rows().values()].sort((a, b) => a.createdAtSeconds - b.createdAtSeconds);
  }

  async savePendingMagnet(row: PendingMagnetRow): Promise<void> {
    this.#rows().set(infoHashToHex(row.infoHash), Object.freeze({ ...row }));
  }

  async removePendingMagnet(infoHash: InfoHash): Promise<boolean> {
    return this.#rows().delete(infoHashToHex(infoHash));
  }
}
