import {
  type InfoHash,
  infoHashFromBytes,
  infoHashFromHex,
  infoHashToHex,
} from '../../bittorrent/info-hash.ts';
import type { AccessRuleRow, AccessStore, TorrentListKind } from '../access-store.ts';

/** The access rules in memory. Several nodes may share them. */
export class MemoryAccessTables {
  mode: string | undefined;
  readonly lists: Readonly<Record<TorrentListKind, Set<string>>> = {
    allow: new Set(),
    deny: new Set(),
    off: new Set(),
  };
  /** By kind and value. */
  readonly rules = new Map<string, AccessRuleRow>();
}

/** What a {@link MemoryAccessStore} needs of its driver; the tables may only be asked for while it is open. */
export interface MemoryAccessStoreParts {
  readonly tables: () => MemoryAccessTables;
  readonly onChange: () => void;
}

/** {@link AccessStore} in memory. */
export class MemoryAccessStore implements AccessStore {
  readonly #tables: () => MemoryAccessTables;
  readonly #onChange: () => void;

  constructor({ tables, onChange }: MemoryAccessStoreParts) {
    this.#tables = tables;
    this.#onChange = onChange;
  }

  async loadAccessMode(): Promise<string | undefined> {
    return this.#tables().mode;
  }

  async saveAccessMode(mode: string): Promise<void> {
    const tables = this.#tables();
    if (tables.mode === mode) return;
    tables.mode = mode;
    this.#onChange();
  }

  async addToList(list: TorrentListKind, infoHashes: readonly InfoHash[]): Promise<number> {
    const listed = this.#tables().lists[list];
    const before = listed.size;
    for (const infoHash of infoHashes) listed.add(infoHashToHex(infoHash));
    if (listed.size > before) this.#onChange();
    return listed.size - before;
  }

  async removeFromList(list: TorrentListKind, infoHashes: readonly InfoHash[]): Promise<number> {
    const listed = this.#tables().lists[list];
    const removed = infoHashes.filter((infoHash) => listed.delete(infoHashToHex(infoHash))).length;
    if (removed > 0) this.#onChange();
    return removed;
  }

  async listAfter(list: TorrentListKind, after: InfoHash | null, limit: number): Promise<InfoHash[]> {
    const start = after === null ? '' : infoHashToHex(infoHashFromBytes(after));
    const sorted = [...this.#tables().lists[list]].filter((hash) => hash > start).sort();
    return sorted.slice(0, limit).map(infoHashFromHex);
  }

  async loadAccessRules(): Promise<AccessRuleRow[]> {
    const rules = [...this.#tables().rules].sort(([a], [b]) => (a < b ? -1 : 1));
    return rules.map(([, rule]) => ({ ...rule }));
  }

  async addAccessRule(rule: AccessRuleRow): Promise<boolean> {
    const { rules } = this.#tables();
    if (rules.has(keyOf(rule))) return false;
    rules.set(keyOf(rule), { kind: rule.kind, value: rule.value });
    this.#onChange();
    return true;
  }

  async removeAccessRule(rule: AccessRuleRow): Promise<boolean> {
    const isRemoved = this.#tables().rules.delete(keyOf(rule));
    if (isRemoved) this.#onChange();
    return isRemoved;
  }
}

function keyOf({ kind, value }: AccessRuleRow): string {
  return `${kind} ${value}`;
}
