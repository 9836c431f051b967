import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { PersistenceError } from '../../../../src/persistence/errors.ts';
import { SqlitePersistence } from '../../../../src/persistence/sqlite/sqlite-persistence.ts';
import type { TrafficBatch } from '../../../../src/persistence/traffic-store.ts';
import { TrafficWriter } from '../../../../src/tracker/users/traffic-writer.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { ManualClock } from '../../persistence/manual-clock.ts';
import { infoHash, peerId } from '../tracker-fixture.ts';
import { PrivateFixture } from './private-fixture.ts';

const TORRENTS = 40;

/** A writer over a store that refuses batches with what `isBad` says; and a user who announces in many torrents. */
function setUp(isBad: (uploaded: number) => boolean, loseAnswer: () => boolean = () => false) {
  const fixture = new PrivateFixture();
  const stored: number[] = [];
  const calls = { count: 0 };
  let last = 0;
  const lines: string[] = [];
  const log = (...args: readonly unknown[]): void => void lines.push(String(args[1]));
  const saveTraffic = async (batch: TrafficBatch): Promise<void> => {
    calls.count++;
    if (batch.number <= last) return;
    if (batch.traffic.some((row) => isBad(row.uploadedBytes)))
      throw new PersistenceError('ERR_DATABASE', 'out of range');
    last = batch.number;
    stored.push(...batch.traffic.map((row) => row.uploadedBytes));
    assert.equal(batch.sessions.length, batch.traffic.length);
    if (loseAnswer()) throw new PersistenceError('ERR_DATABASE_AWAY', 'the connection is lost');
  };
  const writer = new TrafficWriter({
    accounts: fixture.accounts,
    store: { lastTrafficBatch: async () => last, saveTraffic },
    logger: { warn: log, info: log, error: log },
    clock: new ManualClock(),
  });
  /** Makes `uploads` wait, one a torrent. */
  const upload = async (uploads: readonly number[]): Promise<void> => {
    const announce = (uploaded: number, i: number): void =>
      fixture.announce({ infoHash: infoHash(i), peerId: peerId(i), port: i + 1, uploaded });
    uploads.forEach((_, i) => void announce(0, i));
    fixture.take();
    uploads.forEach(announce);
  };
  return { writer, stored, lines, calls, upload };
}

const LOST = 'traffic of a user is lost: the database refuses this row alone';
const many = Array.from({ length: TORRENTS }, (_, i) => i + 1);

test('a row that the database refuses holds up nobody else, and is told', async () => {
  const { writer, stored, lines, upload } = setUp((uploaded) => uploaded === 17);
  await upload(many);
  await writer.flush();
  assert.deepEqual(
    stored.toSorted((a, b) => a - b),
    many.filter((uploaded) => uploaded !== 17),
  );
  assert.deepEqual(lines, [LOST]);
  assert.equal(writer.pending, 0);
});

test('a database that refuses everything loses nothing, and is asked a few times a flush', async () => {
  let isBroken = true;
  const { writer, stored, lines, calls, upload } = setUp(() => isBroken);
  await upload(many);
  for (let i = 0; i < 10; i++) await assert.rejects(writer.flush(), { code: 'ERR_DATABASE' });
  assert.ok(calls.count <= 10 * 21, `${calls.count} attempts`);
  assert.equal(writer.pending, TORRENTS);
  isBroken = false;
  await writer.flush();
  assert.deepEqual(
    stored.toSorted((a, b) => a - b),
    many,
  );
  assert.ok(!lines.includes(LOST));
});

test('whatever is refused and whichever answers are lost, each good row is written exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: TORRENTS }), { maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      async (bad, losses) => {
        let mayLose = true;
        const { writer, stored, upload } = setUp(
          (uploaded) => bad.includes(uploaded),
          () => mayLose && losses.next().value === true,
        );
        await upload(many);
        for (let i = 0; i < 20 && writer.pending > 0; i++) await writer.flush().catch(() => undefined);
        mayLose = false;
        await upload([TORRENTS + 1]); // a last one that is taken: what is refused behind it is given up
        await writer.flush();
        assert.deepEqual(
          stored.toSorted((a, b) => a - b),
          [...many, TORRENTS + 1].filter((uploaded) => !bad.includes(uploaded)),
        );
        assert.equal(writer.pending, 0);
      },
    ),
    { numRuns: 60 },
  );
});

test('SQLite that does not take the traffic of one user takes that of the others', async (t) => {
  const path = join(await makeTempFolder(t), 'seedbed.db');
  const persistence = new SqlitePersistence({ path, nodeName: 'one' });
  await persistence.open();
  t.after(() => persistence.close());
  const database = new DatabaseSync(path);
  database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON user_torrents WHEN NEW.user_id = 1
    BEGIN SELECT RAISE(ABORT, 'out of range'); END`);
  database.close();
  const fixture = new PrivateFixture();
  const quiet = (): void => undefined;
  const writer = new TrafficWriter({
    accounts: fixture.accounts,
    store: persistence.users,
    logger: { warn: quiet, info: quiet, error: quiet },
  });
  for (const uploaded of [0, 7])
    for (const id of [1, 2])
      fixture.announce({ passkey: `passkey-${String(id).padStart(12, '0')}`, port: id, uploaded });
  await writer.flush();
  const totals = await persistence.users.loadUserTotals([1, 2]);
  assert.deepEqual(
    totals.map(({ userId, uploadedBytes }) => [userId, uploadedBytes]),
    [[2, 7]],
  );
});
