import assert from 'node:assert/strict';
import type { Persistence } from '../persistence.ts';
import type { UserRow } from '../user-store.ts';
import { type ConformanceCase, sampleHash } from './harness.ts';

const NOW = 1_000_000;

/** A user of this name. */
export function sampleUser(name: string, change: Partial<UserRow> = {}): Omit<UserRow, 'id'> {
  return {
    name,
    passkey: `passkey-of-${name}`.padEnd(20, '_'),
    isEnabled: true,
    expiresAtSeconds: null,
    createdAtSeconds: NOW,
    ...change,
  };
}

/** Adds a user that nobody stands in the way of. */
export async function addUser(persistence: Persistence, name: string): Promise<UserRow> {
  const user = await persistence.users.addUser(sampleUser(name));
  assert.ok(typeof user === 'object');
  return user;
}

/** The rules of AccountStore. */
export const userCases: readonly ConformanceCase[] = [
  {
    name: 'users: they are numbered, loaded by number, and outlive the handle',
    async run({ persistence, openAnother }) {
      const anna = await addUser(persistence, 'Anna Ö 🌱');
      const expiring = sampleUser('bert', { expiresAtSeconds: 4_000_000_000, isEnabled: false });
      const bert = await persistence.users.addUser(expiring);
      await persistence.close();
      const again = await openAnother('one');
      assert.deepEqual(await again.users.loadUsers(), [anna, bert]);
      assert.deepEqual(bert, { ...expiring, id: anna.id + 1 });
    },
  },
  {
    name: 'users: a name or passkey that another one has is told and changes nothing',
    async run({ persistence: { users }, persistence }) {
      const anna = await addUser(persistence, 'anna');
      const bert = await addUser(persistence, 'bert');
      assert.equal(await users.addUser(sampleUser('anna', { passkey: 'x'.repeat(16) })), 'name');
      assert.equal(await users.addUser(sampleUser('carl', { passkey: anna.passkey })), 'passkey');
      assert.equal(await users.changeUser(bert.id, { name: 'anna' }), 'name');
      assert.equal(await users.changeUser(bert.id, { passkey: anna.passkey }), 'passkey');
      assert.deepEqual(await users.loadUsers(), [anna, bert]);
    },
  },
  {
    name: 'users: names and passkeys that differ by case are different',
    async run({ persistence: { users } }) {
      await users.addUser(sampleUser('anna', { passkey: 'abcdefghijklmnop' }));
      const other = await users.addUser(sampleUser('Anna', { passkey: 'ABCDEFGHIJKLMNOP' }));
      assert.equal(typeof other, 'object');
    },
  },
  {
    name: 'users: a change keeps what it does not name, and his own name is free to him',
    async run({ persistence: { users }, persistence }) {
      const anna = await addUser(persistence, 'anna');
      const change = { name: 'anna', isEnabled: false, expiresAtSeconds: 5 };
      assert.deepEqual(await users.changeUser(anna.id, change), { ...anna, ...change });
      await users.changeUser(anna.id, { expiresAtSeconds: null });
      assert.deepEqual(await users.loadUsers(), [{ ...anna, isEnabled: false }]);
      assert.equal(await users.changeUser(anna.id + 1, { isEnabled: true }), undefined);
    },
  },
  {
    name: 'users: one that is removed is gone with what he did, and his number is not given again',
    async run({ persistence: { users }, persistence }) {
      const anna = await addUser(persistence, 'anna');
      const row = { ...NO_TRAFFIC, userId: anna.id, infoHash: sampleHash(1), uploadedBytes: 5 };
      await users.saveTraffic({ number: 1, traffic: [row], sessions: [] });
      assert.equal(await users.removeUser(anna.id), true);
      assert.equal(await users.removeUser(anna.id), false);
      assert.deepEqual(await users.loadUsers(), []);
      assert.deepEqual(await users.loadUserTotals([anna.id]), []);
      assert.notEqual((await addUser(persistence, 'anna')).id, anna.id);
    },
  },
  {
    name: 'users: what does not count as usual is kept by torrent, and forgotten when it does again',
    async run({ persistence: { users } }) {
      const free = { infoHash: new Uint8Array(sampleHash(2)), uploadPercent: 100, downloadPercent: 0 };
      const double = { infoHash: new Uint8Array(sampleHash(1)), uploadPercent: 200, downloadPercent: 50 };
      await users.saveTorrentCredit({ ...free, downloadPercent: 50 });
      await users.saveTorrentCredit(free);
      await users.saveTorrentCredit(double);
      assert.deepEqual(await users.loadTorrentCredits(), [double, free]);
      await users.saveTorrentCredit({ ...free, downloadPercent: 100 });
      assert.deepEqual(await users.loadTorrentCredits(), [double]);
    },
  },
  {
    name: 'users: freeleech holds until the time that was said last',
    async run({ persistence: { users } }) {
      assert.equal(await users.loadFreeleech(), 0);
      await users.saveFreeleech(4_000_000_000);
      await users.saveFreeleech(3_000_000_000);
      assert.equal(await users.loadFreeleech(), 3_000_000_000);
    },
  },
  {
    name: 'users: every change raises their revision, and what failed does not',
    async run({ persistence: { users }, persistence }) {
      const revision = async () => (await persistence.revisions()).users;
      const anna = await addUser(persistence, 'anna');
      const seen = [await revision()];
      const changes = [
        () => users.changeUser(anna.id, { isEnabled: false }),
        () => users.saveTorrentCredit({ infoHash: sampleHash(1), uploadPercent: 0, downloadPercent: 0 }),
        () => users.saveFreeleech(1),
        () => users.removeUser(anna.id),
      ];
      for (const change of changes) {
        await change();
        seen.push(await revision());
      }
      const raised = seen.slice(1).map((value, i) => value > (seen[i] ?? 0));
      assert.deepEqual(raised, [true, true, true, true]);
      await users.removeUser(anna.id);
      assert.equal(await revision(), seen.at(-1));
    },
  },
];

/** A row of traffic in which nothing happened. */
export const NO_TRAFFIC = Object.freeze({
  userId: 1,
  infoHash: sampleHash(1),
  uploadedBytes: 0,
  downloadedBytes: 0,
  creditedUpBytes: 0,
  creditedDownBytes: 0,
  suspiciousBytes: 0,
  seedingSeconds: 0,
  leechingSeconds: 0,
  completedAtSeconds: null,
  lastSeenSeconds: NOW,
});
