import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import {
  NO_TRAFFIC,
  type SessionKey,
  type SessionRow,
  saturatedSum,
  type TrafficBatch,
  type TrafficRow,
  type TrafficTotals,
  type UserTorrentTotals,
  type UserTotals,
} from '../traffic-store.ts';
import type { TakenField, TorrentCredit, UserChange, UserRow, UserStore } from '../user-store.ts';

/** The tables of users in memory. Several nodes may share them. */
export class MemoryUserTables {
  readonly users = new Map<number, UserRow>();
  lastUserId = 0;
  readonly credits = new Map<string, TorrentCredit>();
  freeleechUntilSeconds = 0;
  /** By user, torrent and node. */
  readonly traffic = new Map<string, TrafficRow>();
  readonly sessions = new Map<string, SessionRow>();
  /** The number of the last batch, by node. */
  readonly batches = new Map<number, number>();
}

/** What a {@link MemoryUserStore} needs of its driver; the tables may only be asked for while it is open. */
export interface MemoryUserStoreParts {
  readonly tables: () => MemoryUserTables;
  readonly nodeId: () => number;
  /** Users or credits have changed. */
  readonly onChange: () => void;
}

/** Users in memory. */
export class MemoryUserStore implements UserStore {
  readonly #parts: MemoryUserStoreParts;

  constructor(parts: MemoryUserStoreParts) {
    this.#parts = parts;
  }

  async loadUsers(): Promise<UserRow[]> {
    return [...this.#tables.users.values()];
  }

  async addUser(user: Omit<UserRow, 'id'>): Promise<UserRow | TakenField> {
    const taken = this.#takenBy(user, 0);
    if (taken !== undefined) return taken;
    const row = { ...user, id: ++this.#tables.lastUserId };
    this.#tables.users.set(row.id, row);
    this.#parts.onChange();
    return row;
  }

  async changeUser(id: number, change: UserChange): Promise<UserRow | TakenField | undefined> {
    const user = this.#tables.users.get(id);
    if (user === undefined) return undefined;
    const taken = this.#takenBy(change, id);
    if (taken !== undefined) return taken;
    const changed = { ...user, ...change };
    this.#tables.users.set(id, changed);
    this.#parts.onChange();
    return changed;
  }

  async removeUser(id: number): Promise<boolean> {
    const { users, traffic, sessions } = this.#tables;
    if (!users.delete(id)) return false;
    for (const [key, row] of traffic) if (row.userId === id) traffic.delete(key);
    for (const [key, row] of sessions) if (row.userId === id) sessions.delete(key);
    this.#parts.onChange();
    return true;
  }

  async loadTorrentCredits(): Promise<TorrentCredit[]> {
    return [...this.#tables.credits].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, credit]) => credit);
  }

  async saveTorrentCredit(credit: TorrentCredit): Promise<void> {
    const { credits } = this.#tables;
    const key = infoHashToHex(credit.infoHash);
    if (credit.uploadPercent === 100 && credit.downloadPercent === 100) credits.delete(key);
    else credits.set(key, structuredClone(credit));
    this.#parts.onChange();
  }

  async loadFreeleech(): Promise<number> {
    return this.#tables.freeleechUntilSeconds;
  }

  async saveFreeleech(untilSeconds: number): Promise<void> {
    this.#tables.freeleechUntilSeconds = untilSeconds;
    this.#parts.onChange();
  }

  async saveTraffic(batch: TrafficBatch): Promise<void> {
    const { batches, traffic, sessions } = this.#tables;
    const nodeId = this.#parts.nodeId();
    if ((batches.get(nodeId) ?? 0) >= batch.number) return;
    batches.set(nodeId, batch.number);
    for (const row of batch.traffic) {
      const key = `${row.userId} ${infoHashToHex(row.infoHash)} ${nodeId}`;
      const before = traffic.get(key);
      traffic.set(key, before === undefined ? structuredClone(row) : { ...row, ...joined(before, row) });
    }
    for (const session of batch.sessions) sessions.set(sessionKey(session), structuredClone(session));
  }

  async lastTrafficBatch(): Promise<number> {
    return this.#tables.batches.get(this.#parts.nodeId()) ?? 0;
  }

  async loadSessions(sinceSeconds: number, after: SessionKey | null, limit: number): Promise<SessionRow[]> {
    const behind = after === null ? '' : sessionKey(after);
    return [...this.#tables.sessions]
      .filter(([key, session]) => key > behind && session.lastSeenSeconds >= sinceSeconds)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([, session]) => session);
  }

  async expireSessions(beforeSeconds: number): Promise<number> {
    const { sessions } = this.#tables;
    const before = sessions.size;
    for (const [key, session] of sessions) if (session.lastSeenSeconds < beforeSeconds) sessions.delete(key);
    return before - sessions.size;
  }

  async loadUserTotals(userIds: readonly number[]): Promise<UserTotals[]> {
    const { traffic } = this.#tables;
    return userIds.flatMap((userId) => {
      const rows = [...traffic.values()].filter((row) => row.userId === userId);
      const byTorrent = byInfoHash(rows);
      const completed = byTorrent.filter((torrent) => torrent.completedAtSeconds !== null).length;
      if (rows.length === 0) return [];
      return [{ userId, ...totalsOf(rows), torrents: byTorrent.length, completed }];
    });
  }

  async loadUserTorrents(userId: number, skip: number, limit: number): Promise<UserTorrentTotals[]> {
    const rows = [...this.#tables.traffic.values()].filter((row) => row.userId === userId);
    return byInfoHash(rows)
      .sort((a, b) => b.lastSeenSeconds - a.lastSeenSeconds || Buffer.compare(a.infoHash, b.infoHash))
      .slice(skip, skip + limit);
  }

  get #tables(): MemoryUserTables {
    return this.#parts.tables();
  }

  #takenBy(change: UserChange, id: number): TakenField | undefined {
    for (const field of ['name', 'passkey'] as const) {
      const others = [...this.#tables.users.values()].filter((user) => user.id !== id);
      if (others.some((user) => user[field] === change[field])) return field;
    }
    return undefined;
  }
}

function sessionKey({ infoHash, peerId, userId }: SessionKey): string {
  return `${infoHashToHex(infoHash)} ${infoHashToHex(peerId)} ${String(userId).padStart(10, '0')}`;
}

function byInfoHash(rows: readonly TrafficRow[]): UserTorrentTotals[] {
  const groups = new Map<string, TrafficRow[]>();
  for (const row of rows) {
    const key = infoHashToHex(row.infoHash);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, group]) => {
    const times = group.flatMap((row) => row.completedAtSeconds ?? []);
    return {
      infoHash: new Uint8Array(Buffer.from(key, 'hex')),
      ...totalsOf(group),
      completedAtSeconds: times.length === 0 ? null : Math.min(...times),
    };
  });
}

function totalsOf(rows: readonly TrafficRow[]): TrafficTotals {
  return rows.reduce<TrafficTotals>((sum, row) => joined(sum, row), NO_TRAFFIC);
}

/** The sums of two rows, and the first time of completion. */
function joined(
  a: TrafficTotals & { readonly completedAtSeconds?: number | null },
  b: TrafficRow,
): TrafficTotals & { readonly completedAtSeconds: number | null } {
  return {
    uploadedBytes: saturatedSum(a.uploadedBytes, b.uploadedBytes),
    downloadedBytes: saturatedSum(a.downloadedBytes, b.downloadedBytes),
    creditedUpBytes: saturatedSum(a.creditedUpBytes, b.creditedUpBytes),
    creditedDownBytes: saturatedSum(a.creditedDownBytes, b.creditedDownBytes),
    suspiciousBytes: saturatedSum(a.suspiciousBytes, b.suspiciousBytes),
    seedingSeconds: a.seedingSeconds + b.seedingSeconds,
    leechingSeconds: a.leechingSeconds + b.leechingSeconds,
    lastSeenSeconds: Math.max(a.lastSeenSeconds, b.lastSeenSeconds),
    completedAtSeconds: a.completedAtSeconds ?? b.completedAtSeconds,
  };
}
