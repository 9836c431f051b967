import type {
  SessionKey,
  SessionRow,
  TrafficBatch,
  UserTorrentTotals,
  UserTotals,
} from '../traffic-store.ts';
import type { TakenField, TorrentCredit, UserChange, UserRow, UserStore } from '../user-store.ts';
import { selectCredits, selectFreeleech, upsertCredit, upsertFreeleech } from './credit-table.ts';
import { deleteSessions, selectSessions } from './session-table.ts';
import type { SqlQueries } from './sql-queries.ts';
import { insertTraffic, selectLastBatch, selectUserTorrents, selectUserTotals } from './traffic-table.ts';
import { deleteUser, insertUser, selectUsers, updateUser } from './user-table.ts';

/** The users of a database that knex reaches. */
export class SqlUserStore implements UserStore {
  readonly #queries: SqlQueries;

  constructor(queries: SqlQueries) {
    this.#queries = queries;
  }

  loadUsers(): Promise<UserRow[]> {
    return this.#queries.read((knex) => selectUsers(knex));
  }

  addUser(user: Omit<UserRow, 'id'>): Promise<UserRow | TakenField> {
    return this.#queries.write((trx) => insertUser(trx, user), { isRepeatable: false });
  }

  changeUser(id: number, change: UserChange): Promise<UserRow | TakenField | undefined> {
    return this.#queries.write((trx) => updateUser(trx, id, change));
  }

  removeUser(id: number): Promise<boolean> {
    return this.#queries.write((trx) => deleteUser(trx, id), { isRepeatable: false });
  }

  loadTorrentCredits(): Promise<TorrentCredit[]> {
    return this.#queries.read((knex) => selectCredits(knex));
  }

  saveTorrentCredit(credit: TorrentCredit): Promise<void> {
    return this.#queries.write((trx) => upsertCredit(trx, credit));
  }

  loadFreeleech(): Promise<number> {
    return this.#queries.read((knex) => selectFreeleech(knex));
  }

  saveFreeleech(untilSeconds: number): Promise<void> {
    return this.#queries.write((trx) => upsertFreeleech(trx, untilSeconds));
  }

  saveTraffic(batch: TrafficBatch): Promise<void> {
    return this.#queries.write((trx) => insertTraffic(trx, this.#queries.nodeId, batch));
  }

  lastTrafficBatch(): Promise<number> {
    return this.#queries.read((knex) => selectLastBatch(knex, this.#queries.nodeId));
  }

  loadSessions(sinceSeconds: number, after: SessionKey | null, limit: number): Promise<SessionRow[]> {
    return this.#queries.read((knex) => selectSessions(knex, sinceSeconds, after, limit));
  }

  expireSessions(beforeSeconds: number): Promise<number> {
    return this.#queries.write((trx) => deleteSessions(trx, beforeSeconds));
  }

  loadUserTotals(userIds: readonly number[]): Promise<UserTotals[]> {
    return this.#queries.read((knex) => selectUserTotals(knex, userIds));
  }

  loadUserTorrents(userId: number, skip: number, limit: number): Promise<UserTorrentTotals[]> {
    return this.#queries.read((knex) => selectUserTorrents(knex, userId, skip, limit));
  }
}
