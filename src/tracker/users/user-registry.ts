import type { UserRow } from '../../persistence/user-store.ts';

/** What the tracker knows of a user. */
export type User = Pick<UserRow, 'id' | 'name' | 'passkey' | 'isEnabled' | 'expiresAtSeconds'>;

/**
 * The users of a private tracker, in memory. A passkey is looked up in a hash table whose hash the engine keys afresh in each
 * process, so a flood of unknown ones costs a look each, and nobody can choose passkeys that fall together.
 */
export class UserRegistry {
  readonly #byId = new Map<number, User>();
  readonly #byPasskey = new Map<string, User>();

  /** How many there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** The user of a passkey, or undefined. */
  find(passkey: string | undefined): User | undefined {
    return passkey === undefined ? undefined : this.#byPasskey.get(passkey);
  }

  /** The user of this number, or undefined. */
  get(id: number): User | undefined {
    return this.#byId.get(id);
  }

  /** All users, in no particular order. */
  list(): User[] {
    return [...this.#byId.values()];
  }

  /** Adds a user, or changes the one of his number. */
  set(user: User): void {
    this.delete(user.id);
    this.#byId.set(user.id, user);
    this.#byPasskey.set(user.passkey, user);
  }

  /** Forgets a user. */
  delete(id: number): void {
    const user = this.#byId.get(id);
    if (user === undefined) return;
    this.#byId.delete(id);
    this.#byPasskey.delete(user.passkey);
  }

  /** These are all the users from now on. */
  replaceAll(users: readonly User[]): void {
    this.#byId.clear();
    this.#byPasskey.clear();
    for (const user of users) this.set(user);
  }
}
