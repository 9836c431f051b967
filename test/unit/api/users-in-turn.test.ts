import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Users } from '../../../src/api/users.ts';
import { infoHashFromHex } from '../../../src/bittorrent/info-hash.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { ClientSessions } from '../../../src/tracker/users/client-sessions.ts';
import { TorrentCredits } from '../../../src/tracker/users/torrent-credits.ts';
import { TrafficAccounts } from '../../../src/tracker/users/traffic-accounts.ts';
import { UserRegistry } from '../../../src/tracker/users/user-registry.ts';

/** Users on a database in memory whose list of users, once read, waits for `deliver` before it is handed out. */
async function makeUsers() {
  const persistence = new MemoryPersistence('one');
  await persistence.open();
  const { users: store } = persistence;
  const { promise: delivered, resolve: deliver } = Promise.withResolvers<void>();
  const slow = new Proxy(store, {
    get(target, name) {
      if (name === 'loadUsers') return () => target.loadUsers().then((rows) => delivered.then(() => rows));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const registry = new UserRegistry();
  const credits = new TorrentCredits();
  const accounts = new TrafficAccounts({
    sessions: new ClientSessions(10),
    credits,
    isUser: () => true,
    clock: () => 0,
    maxRate: Number.POSITIVE_INFINITY,
    intervalSeconds: 1800,
  });
  const flush = async (): Promise<void> => {};
  const users = new Users({ store: slow, registry, credits, accounts, flush, nowSeconds: () => 0 });
  return { users, registry, deliver };
}

describe('changes of users at the same time', () => {
  it('keep a user who is added while another change is read from the database', async () => {
    const { users, registry, deliver } = await makeUsers();
    const reload = users.reload();
    const added = users.add({ name: 'anna' });
    await new Promise(setImmediate); // time enough for both to reach the database
    deliver();
    await Promise.all([reload, added]);
    assert.equal(registry.find((await added).user.passkey)?.name, 'anna');
  });

  it('keep both halves of how a torrent counts', async () => {
    const { users, deliver } = await makeUsers();
    deliver();
    const infoHash = infoHashFromHex('aa'.repeat(20));
    await Promise.all([
      users.setCredit(infoHash, { uploadPercent: 200 }),
      users.setCredit(infoHash, { downloadPercent: 0 }),
    ]);
    assert.deepEqual(users.creditOf(infoHash), { uploadPercent: 200, downloadPercent: 0 });
  });
});
