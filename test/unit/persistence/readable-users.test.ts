import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { addUser, NO_TRAFFIC } from '../../../src/persistence/conformance/user-cases.ts';
import { SqlitePersistence } from '../../../src/persistence/sqlite/sqlite-persistence.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('the view of users shows what each did, over all torrents, and no passkey', async (t) => {
  const path = join(await makeTempFolder(t), 'seedbed.db');
  const persistence = new SqlitePersistence({ path, nodeName: 'one' });
  await persistence.open();
  const { id, passkey } = await addUser(persistence, 'anna');
  await addUser(persistence, 'idle');
  const rich = await addUser(persistence, 'rich');
  const did = {
    ...NO_TRAFFIC,
    userId: id,
    uploadedBytes: 5,
    completedAtSeconds: 1_000,
    lastSeenSeconds: 2_000,
  };
  const much = { ...did, userId: rich.id, uploadedBytes: Number.MAX_SAFE_INTEGER };
  const all = Array.from({ length: 1_100 }, (_, i) => ({
    ...much,
    infoHash: new Uint8Array(20).fill(i >> 8, 1).fill(i & 0xff, 0, 1),
  }));
  await persistence.users.saveTraffic({ number: 1, traffic: all, sessions: [] });
  const traffic = [did, { ...did, infoHash: new Uint8Array(20), completedAtSeconds: null }];
  await persistence.users.saveTraffic({ number: 2, traffic, sessions: [] });
  await persistence.close();
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare("SELECT * FROM readable_users WHERE name <> 'rich' ORDER BY id").all();
  const most = database.prepare('SELECT max(uploaded_bytes) / 1e18 AS exabytes FROM readable_users').get();
  database.close();
  assert.deepEqual(
    rows.map(({ name, uploaded_bytes, completed, last_seen, expires }) => [
      name,
      uploaded_bytes,
      completed,
      last_seen,
      expires,
    ]),
    [
      ['anna', 10, 1, '1970-01-01 00:33:20', null],
      ['idle', 0, 0, null, null],
    ],
  );
  assert.ok(Number(most?.['exabytes']) > 9); // more than 64 bits hold, and still readable
  assert.ok(!JSON.stringify(rows).includes(passkey));
});
