import { randomBytes } from 'node:crypto';
import { isPasskey, MAX_PASSKEY_LENGTH, MIN_PASSKEY_LENGTH } from '../bittorrent/announce-path.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { SessionRow, UserTorrentTotals, UserTotals } from '../persistence/traffic-store.ts';
import { Turns } from '../persistence/turns.ts';
import type { TakenField, TorrentCredit, UserChange, UserRow, UserStore } from '../persistence/user-store.ts';
import { SEEDER } from '../tracker/users/session-columns.ts';
import type { Credit, TorrentCredits } from '../tracker/users/torrent-credits.ts';
import type { TrafficAccounts } from '../tracker/users/traffic-accounts.ts';
import type { UserRegistry } from '../tracker/users/user-registry.ts';
import { UserError } from './user-error.ts';

/** What {@link Users} are made of. */
export interface UsersParts {
  readonly store: UserStore;
  /** What the tracker asks. */
  readonly registry: UserRegistry;
  readonly credits: TorrentCredits;
  readonly accounts: TrafficAccounts;
  /** Resolves when everything that was counted until now is in the store. */
  readonly flush: () => Promise<void>;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

/** A user to be. */
export interface NewUser {
  readonly name: string;
  /** Made when it is left out. */
  readonly passkey?: string | undefined;
  /** Unix seconds; null: never. */
  readonly expiresAtSeconds?: number | null | undefined;
}

/** A user, what he did, and what his clients do now. */
export interface UserState {
  readonly user: UserRow;
  /** Undefined when he did nothing yet. */
  readonly totals: UserTotals | undefined;
  readonly seedingNow: number;
  readonly leechingNow: number;
}

const SESSIONS_PER_PAGE = 10_000;
const MAX_NAME_LENGTH = 64;
/** 32 characters of 6 bits. */
const PASSKEY_BYTES = 24;
/** Times as much as it was; more is a slip of the hand. */
const MAX_PERCENT = 1000;

/** The users of this tracker: changes are stored first, and then known to the tracker. */
export class Users {
  readonly #parts: UsersParts;
  readonly #turns = new Turns();

  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  /** Takes up what an earlier run knew. Baselines that are older than a day are passed over. */
  async load(sessionsSinceSeconds: number): Promise<void> {
    const { store, accounts } = this.#parts;
    await this.reload();
    let after: SessionRow | null = null;
    for (;;) {
      const page: SessionRow[] = await store.loadSessions(sessionsSinceSeconds, after, SESSIONS_PER_PAGE);
      for (const row of page) accounts.restore(row);
      if (page.length < SESSIONS_PER_PAGE) break;
      after = page.at(-1) ?? null;
    }
    accounts.loaded();
  }

  /** Reads anew who may use the tracker and how torrents count: another node has changed it. */
  reload(): Promise<void> {
    const { store, registry, credits } = this.#parts;
    return this.#turns.reload(async () => {
      registry.replaceAll(await store.loadUsers());
      credits.replaceAll(await store.loadTorrentCredits());
      credits.freeleechUntilSeconds = await store.loadFreeleech();
    });
  }

  /** Up to `limit` users behind the first `skip`, by number, and how many there are. */
  async list(skip: number, limit: number): Promise<{ readonly users: UserState[]; readonly total: number }> {
    const users = await this.#parts.store.loadUsers();
    const page = users.slice(skip, skip + limit);
    await this.#flush();
    const totals = await this.#parts.store.loadUserTotals(page.map(({ id }) => id));
    const byId = new Map(totals.map((one) => [one.userId, one]));
    return { users: page.map((user) => this.#stateOf(user, byId.get(user.id))), total: users.length };
  }

  /**
   * One user, by his number or his name.
   * @throws {UserError} ERR_NO_USER
   */
  async get(idOrName: string): Promise<UserState> {
    const user = await this.#require(idOrName);
    await this.#flush();
    return this.#stateOf(user, (await this.#parts.store.loadUserTotals([user.id]))[0]);
  }

  /**
   * What a user did by torrent, the last seen first.
   * @throws {UserError} ERR_NO_USER
   */
  async torrentsOf(idOrName: string, skip: number, limit: number): Promise<UserTorrentTotals[]> {
    const { id } = await this.#require(idOrName);
    await this.#flush();
    return this.#parts.store.loadUserTorrents(id, skip, limit);
  }

  /** @throws {UserError} ERR_USER_INPUT, ERR_USER_EXISTS */
  async add({ name, passkey = makePasskey(), expiresAtSeconds = null }: NewUser): Promise<UserState> {
    checkName(name);
    checkPasskey(passkey);
    const { store, registry, nowSeconds } = this.#parts;
    const createdAtSeconds = nowSeconds();
    return this.#turns.run(async () => {
      const user = unlessTaken(
        await store.addUser({ name, passkey, isEnabled: true, expiresAtSeconds, createdAtSeconds }),
      );
      registry.set(user);
      return this.#stateOf(user, undefined);
    });
  }

  /** @throws {UserError} ERR_NO_USER, ERR_USER_INPUT, ERR_USER_EXISTS */
  async change(idOrName: string, change: UserChange): Promise<UserState> {
    if (change.name !== undefined) checkName(change.name);
    if (change.passkey !== undefined) checkPasskey(change.passkey);
    const { id } = await this.#require(idOrName);
    await this.#turns.run(async () => {
      const changed = await this.#parts.store.changeUser(id, change);
      if (changed === undefined) throw noUser(idOrName);
      this.#parts.registry.set(unlessTaken(changed));
    });
    return this.get(String(id));
  }

  /** Gives a user another passkey: the old one is unknown from now on. */
  newPasskey(idOrName: string, passkey: string = makePasskey()): Promise<UserState> {
    return this.change(idOrName, { passkey });
  }

  /** Forgets a user and all that he did. @throws {UserError} ERR_NO_USER */
  async remove(idOrName: string): Promise<void> {
    const { store, registry } = this.#parts;
    const user = await this.#require(idOrName);
    await this.#turns.run(async () => {
      registry.delete(user.id); // first, so that nothing is written for him behind his removal
      try {
        await store.removeUser(user.id);
      } catch (error) {
        registry.set(user);
        throw error;
      }
    });
  }

  /** How a torrent counts. */
  creditOf(infoHash: InfoHash): Credit {
    return this.#parts.credits.get(infoHash);
  }

  /** The torrents that do not count as usual. */
  credits(): Promise<TorrentCredit[]> {
    return this.#parts.store.loadTorrentCredits();
  }

  /** Says how a torrent counts; what is left out stays. @throws {UserError} ERR_USER_INPUT */
  async setCredit(infoHash: InfoHash, change: Partial<Credit>): Promise<Credit> {
    for (const percent of Object.values(change))
      if (!Number.isInteger(percent) || percent < 0 || percent > MAX_PERCENT)
        throw new UserError('ERR_USER_INPUT', `a percentage is a whole number from 0 to ${MAX_PERCENT}`);
    return this.#turns.run(async () => {
      const credit = { ...this.creditOf(infoHash), ...change };
      await this.#parts.store.saveTorrentCredit({ infoHash, ...credit });
      this.#parts.credits.set({ infoHash, ...credit });
      return credit;
    });
  }

  /** Until when no download counts, unix seconds; undefined when it does. */
  get freeleechUntilSeconds(): number | undefined {
    const { credits, nowSeconds } = this.#parts;
    return credits.isFreeleech(nowSeconds()) ? credits.freeleechUntilSeconds : undefined;
  }

  /** Says until when no download counts; 0 ends it. */
  async setFreeleech(untilSeconds: number): Promise<void> {
    await this.#turns.run(async () => {
      await this.#parts.store.saveFreeleech(untilSeconds);
      this.#parts.credits.freeleechUntilSeconds = untilSeconds;
    });
  }

  async #require(idOrName: string): Promise<UserRow> {
    const users = await this.#parts.store.loadUsers();
    const user = users.find(({ id, name }) =>
      isNumber(idOrName) ? id === Number(idOrName) : name === idOrName,
    );
    if (user === undefined) throw noUser(idOrName);
    return user;
  }

  /** What is shown is as new as it can be; a database that takes nothing shows what it has. */
  async #flush(): Promise<void> {
    await this.#parts.flush().catch(() => undefined); // counted and logged where it is written
  }

  #stateOf(user: UserRow, totals: UserTotals | undefined): UserState {
    const { accounts } = this.#parts;
    let seedingNow = 0;
    let leechingNow = 0;
    for (const slot of accounts.sessions.ofUser(user.id)) {
      if (!accounts.isLive(slot)) continue;
      if (((accounts.sessions.columns.flags[slot] as number) & SEEDER) !== 0)
        seedingNow++; // a slot in use
      else leechingNow++;
    }
    return { user, totals, seedingNow, leechingNow };
  }
}

function makePasskey(): string {
  return randomBytes(PASSKEY_BYTES).toString('base64url');
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function checkName(name: string): void {
  // The length in UTF-16 first: it costs nothing, and no name is read that cannot be one.
  const isShort = name.length <= 2 * MAX_NAME_LENGTH && [...name].length <= MAX_NAME_LENGTH;
  if (!isShort || name.trim() !== name || name === '' || /\p{C}/u.test(name))
    throw new UserError(
      'ERR_USER_INPUT',
      `a name has 1 to ${MAX_NAME_LENGTH} printable characters, and no blanks around it`,
    );
  if (/^\d+$/.test(name))
    throw new UserError('ERR_USER_INPUT', 'a name is not a number: those are given by us');
}

function checkPasskey(passkey: string): void {
  if (!isPasskey(passkey))
    throw new UserError(
      'ERR_USER_INPUT',
      `a passkey has ${MIN_PASSKEY_LENGTH} to ${MAX_PASSKEY_LENGTH} of A-Z, a-z, 0-9, "_" and "-"`,
    );
}

function unlessTaken(result: UserRow | TakenField): UserRow {
  if (typeof result === 'object') return result;
  throw new UserError('ERR_USER_EXISTS', `another user has this ${result}`);
}

function noUser(idOrName: string): UserError {
  const what = isNumber(idOrName) ? `number ${idOrName}` : `name "${idOrName.slice(0, MAX_NAME_LENGTH)}"`;
  return new UserError('ERR_NO_USER', `there is no user with the ${what}`);
}
