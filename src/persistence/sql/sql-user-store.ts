import type { Knex } from 'knex';
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
import { insertTraffic, selectLastBatch, selectUserTorrents, selectUserTotals } from './traffic-table.ts';
import { deleteUser, insertUser, selectUsers, updateUser } from './user-table.ts';

/** Runs work in a transaction of the database. */
export type Transact = <T>(work: (trx: Knex) => Promise<T>) => Promise<T>;

/** The users of a database that knex reaches. */
export class SqlUserStore implements UserStore {
  readonly #knex: Knex;
  readonly #nodeId: () => number;
  readonly #transact: Transact;

  /** `transact`: for a driver that tries transactions again. */
  constructor(knex: Knex, nodeId: () => number, transact: Transact = (work) => knex.transaction(work)) {
    this.#knex = knex;
    this.#nodeId = nodeId;
    this.#transact = transact;
  }

  loadUsers(): Promise<UserRow[]> {
    return selectUsers(this.#knex);
  }

  addUser(user: Omit<UserRow, 'id'>): Promise<UserRow | TakenField> {
    return this.#transact((trx) => insertUser(trx, user));
  }

  changeUser(id: number, change: UserChange): Promise<UserRow | TakenField | undefined> {
    return this.#transact((trx) => updateUser(trx, id, change));
  }

  removeUser(id: number): Promise<boolean> {
    return this.#transact((trx) => deleteUser(trx, id));
  }

  loadTorrentCredits(): Promise<TorrentCredit[]> {
    return selectCredits(this.#knex);
  }

  saveTorrentCredit(credit: TorrentCredit): Promise<void> {
    return this.#transact((trx) => upsertCredit(trx, credit));
  }

  loadFreeleech(): Promise<number> {
    return selectFreeleech(this.#knex);
  }

  saveFreeleech(untilSeconds: number): Promise<void> {
    return this.#transact((trx) => upsertFreeleech(trx, untilSeconds));
  }

  saveTraffic(batch: TrafficBatch): Promise<void> {
    return this.#transact((trx) => insertTraffic(trx, this.#nodeId(), batch));
  }

  lastTrafficBatch(): Promise<number> {
    return selectLastBatch(this.#knex, this.#nodeId());
  }

  loadSessions(sinceSeconds: number, after: SessionKey | null, limit: number): Promise<SessionRow[]> {
    return selectSessions(this.#knex, sinceSeconds, after, limit);
  }

  expireSessions(beforeSeconds: number): Promise<number> {
    return deleteSessions(this.#knex, beforeSeconds);
  }

  loadUserTotals(userIds: readonly number[]): Promise<UserTotals[]> {
    return selectUserTotals(this.#knex, userIds);
  }

  loadUserTorrents(userId: number, skip: number, limit: number): Promise<UserTorrentTotals[]> {
    return selectUserTorrents(this.#knex, userId, skip, limit);
  }
}
