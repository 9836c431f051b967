import type { Knex } from 'knex';
import type { TakenField, UserChange, UserRow } from '../user-store.ts';
import { bumpRevision } from './sequence-table.ts';

interface UserRecord {
  readonly id: number;
  readonly name: string;
  readonly passkey: string;
  readonly is_enabled: number | boolean;
  readonly expires_at: number | null;
  readonly created_at: number;
}

/** All users, by id. */
export async function selectUsers(knex: Knex): Promise<UserRow[]> {
  return (await knex<UserRecord>('users').orderBy('id')).map(toUser);
}

/** Adds a user within the caller's transaction. */
export async function insertUser(trx: Knex, user: Omit<UserRow, 'id'>): Promise<UserRow | TakenField> {
  const taken = await takenBy(trx, user, 0);
  if (taken !== undefined) return taken;
  const [id] = await trx('users').insert(toRecord(user));
  await bumpRevision(trx, 'users');
  return { ...user, id: Number(id) };
}

/** Changes a user within the caller's transaction. */
export async function updateUser(
  trx: Knex,
  id: number,
  change: UserChange,
): Promise<UserRow | TakenField | undefined> {
  const record: UserRecord | undefined = await trx('users').where({ id }).first();
  if (record === undefined) return undefined;
  const taken = await takenBy(trx, change, id);
  if (taken !== undefined) return taken;
  const user = { ...toUser(record), ...change };
  await trx('users').where({ id }).update(toRecord(user));
  await bumpRevision(trx, 'users');
  return user;
}

/** Forgets a user and all that he did, within the caller's transaction. Resolves false when there was none. */
export async function deleteUser(trx: Knex, id: number): Promise<boolean> {
  if ((await trx('users').where({ id }).delete()) === 0) return false;
  await trx('user_torrents').where({ user_id: id }).delete();
  await trx('user_sessions').where({ user_id: id }).delete();
  await bumpRevision(trx, 'users');
  return true;
}

/** What of a change another user than `id` has already. */
async function takenBy(trx: Knex, change: UserChange, id: number): Promise<TakenField | undefined> {
  for (const field of ['name', 'passkey'] as const) {
    const value = change[field];
    if (value === undefined) continue;
    if ((await trx('users').where(field, value).whereNot({ id }).first('id')) !== undefined) return field;
  }
  return undefined;
}

function toRecord(user: Omit<UserRow, 'id'>): Omit<UserRecord, 'id'> {
  return {
    name: user.name,
    passkey: user.passkey,
    is_enabled: user.isEnabled,
    expires_at: user.expiresAtSeconds,
    created_at: user.createdAtSeconds,
  };
}

function toUser(record: UserRecord): UserRow {
  return {
    id: Number(record.id),
    name: record.name,
    passkey: record.passkey,
    isEnabled: Boolean(record.is_enabled),
    expiresAtSeconds: record.expires_at === null ? null : Number(record.expires_at), // MySQL may give 64-bit numbers as text
    createdAtSeconds: Number(record.created_at),
  };
}
