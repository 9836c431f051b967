import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { batchOf, linesOf, sampleHash, sampleTorrent } from '../../../src/persistence/conformance/harness.ts';
import { SqlitePersistence } from '../../../src/persistence/sqlite/sqlite-persistence.ts';
import { WorkerLink } from '../../../src/persistence/sqlite/worker-link.ts';
import { WriteBehind } from '../../../src/persistence/write-behind.ts';
import { startProcess } from '../../support/processes.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const WRITER = new URL('./write-peers.ts', import.meta.url).pathname;

async function openFile(t: TestContext, maxBytes?: number) {
  const path = join(await makeTempFolder(t), 'a.db');
  const persistence = new SqlitePersistence({
    path,
    nodeName: 'one',
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  await persistence.open();
  t.after(() => persistence.close());
  return { path, persistence };
}

test('a full disk fails the batch as a whole, and the journal keeps it until there is room', async (t) => {
  const { path, persistence } = await openFile(t, 300_000);
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  const journal = new WriteBehind({ persistence, logger });
  const peer = { peerId: new Uint8Array(20), key: 0, uploaded: 0, downloaded: 0, left: 0 };
  for (let port = 1; port <= 5_000; port++) {
    journal.recordPeer(sampleHash(port), Uint8Array.of(10, 0, 0, 1), port, peer, 1_000, 2_000);
  }
  for (let i = 0; i < 3; i++) await assert.rejects(journal.flush(), { code: 'ERR_DATABASE_FULL' });
  assert.deepEqual(await linesOf(persistence.loadPeers(0)), []);
  assert.partialDeepStrictEqual(journal.counters, {
    flushed: 0,
    failedFlushes: 3,
    pending: 5_000,
    dropped: 0,
  });
  await persistence.close();

  const roomy = new SqlitePersistence({ path, nodeName: 'one' });
  await roomy.open();
  persistence.savePeers = (batch) => roomy.savePeers(batch); // the same journal, now with room
  await journal.flush();
  assert.equal((await linesOf(roomy.loadPeers(0))).length, 5_000);
  assert.deepEqual(lines, ['peers cannot be saved; they are kept', 'peers are saved again']);
  await roomy.close();
});

test('a row of the sequence that somebody deleted is put back behind the numbers in use', async (t) => {
  const { path, persistence } = await openFile(t);
  await persistence.savePeers(batchOf({ port: 1 }, { port: 2 }));
  const db = new Database(path);
  db.exec('DELETE FROM sequences');
  assert.equal(await persistence.lastSequence(), 2);
  assert.equal((await linesOf(persistence.loadPeers(0))).length, 2);
  await persistence.savePeers(batchOf({ port: 3 }));
  assert.deepEqual(db.prepare('SELECT name, value FROM sequences').raw().all(), [['peers', 3]]);
  assert.deepEqual(db.prepare('SELECT sequence FROM peers ORDER BY 1').pluck().all(), [1, 2, 3]);
  db.close();
});

test('after kill -9 in the midst of writing, what was acknowledged is there and the file is sound', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  const writer = startProcess(t, process.execPath, [WRITER, path]);
  await writer.waitForOutput(/saved 20\n/);
  writer.kill('SIGKILL');
  await writer.waitForExit();
  const acknowledged = Number(/saved (\d+)\n(?![\s\S]*saved \d+\n)/.exec(writer.stdout)?.[1]);
  assert.ok(acknowledged >= 20);

  const check = new Database(path);
  assert.equal(check.pragma('integrity_check', { simple: true }), 'ok');
  check.close();
  const persistence = new SqlitePersistence({ path, nodeName: 'one' });
  await persistence.open();
  t.after(() => persistence.close());
  const rounds = new Map<number, number>();
  for await (const batch of persistence.loadPeers(0)) {
    for (let row = 0; row < batch.length; row++) {
      const port = batch.columns.ports[row] ?? 0;
      rounds.set(port, (rounds.get(port) ?? 0) + 1);
    }
  }
  for (let round = 1; round <= acknowledged; round++) assert.equal(rounds.get(round), 200, `round ${round}`);
  for (const [round, count] of rounds) assert.equal(count, 200, `round ${round} is there in part`);
  const [torrent] = await persistence.loadTorrents();
  assert.ok((torrent?.completed ?? 0) >= acknowledged);
});

test('the tables read well in SQL', async (t) => {
  const { path, persistence } = await openFile(t);
  await persistence.saveTorrent(sampleTorrent(1, { completed: 3 }));
  const ipv6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];
  await persistence.savePeers(
    batchOf({ address: [203, 0, 113, 255], left: 0 }, { address: ipv6 }, { port: 1 }),
  );
  await persistence.savePeers(batchOf({ port: 1, isGone: true }));
  const sql = new Database(path);
  t.after(() => sql.close());
  assert.deepEqual(sql.prepare('SELECT info_hash, completed, created FROM readable_torrents').raw().all(), [
    ['01'.repeat(20), 3, '2023-11-14 22:13:21'],
  ]);
  assert.deepEqual(
    sql.prepare('SELECT address, port, is_seeder, last_seen, node FROM readable_peers').raw().all(),
    [
      ['203.0.113.255', 6881, 1, '1970-01-01 00:16:40', 'one'],
      ['2001:0db8:0000:0000:0000:0000:0000:0005', 6881, 0, '1970-01-01 00:16:40', 'one'],
    ],
  );
});

test('waits for another program that holds the file, and then writes', async (t) => {
  const { path, persistence } = await openFile(t);
  const other = new Database(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const saved = persistence.savePeers(batchOf({}));
  other.exec('COMMIT');
  await saved;
  assert.equal((await linesOf(persistence.loadPeers(0))).length, 1);
});

test('a program that forgets to close it ends all the same', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  const writer = startProcess(t, process.execPath, [WRITER, path, '3']);
  assert.deepEqual(await writer.waitForExit(), { code: 0, signal: null });
});

test('when its thread dies, calls under way fail and the next ones work again', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  const links: WorkerLink[] = [];
  const persistence = new SqlitePersistence({ path, nodeName: 'one' }, (options) => {
    const link = new WorkerLink(options);
    links.push(link);
    return link;
  });
  await persistence.open();
  t.after(() => persistence.close());
  await persistence.savePeers(batchOf({ port: 1 }));
  const underWay = Promise.all(Array.from({ length: 200 }, () => persistence.loadTorrents())); // one may come through
  await Promise.all([assert.rejects(underWay, { code: 'ERR_DATABASE_CLOSED' }), links[0]?.terminate()]);
  await Promise.all([
    persistence.savePeers(batchOf({ port: 2 })),
    persistence.savePeers(batchOf({ port: 3 })),
  ]);
  assert.equal((await linesOf(persistence.loadPeers(0))).length, 3);
  assert.equal(links.length, 2);
});

test('opened twice, at once or later, it has one thread, which closing ends', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  const links: WorkerLink[] = [];
  const persistence = new SqlitePersistence({ path, nodeName: 'one' }, (options) => {
    const link = new WorkerLink(options);
    links.push(link);
    return link;
  });
  t.after(() => persistence.close());
  await Promise.all([persistence.open(), persistence.open()]);
  await persistence.open();
  await persistence.close();
  assert.deepEqual(
    links.map((link) => link.hasEnded),
    [true],
  );
});

test('a new file can be read by its owner only', async (t) => {
  const { path, persistence } = await openFile(t);
  await persistence.setSetting('key', Uint8Array.of(1));
  for (const file of [path, `${path}-wal`]) assert.equal((await stat(file)).mode & 0o777, 0o600, file);
});

test('a byte count that is no number is stored as 0, and its batch is written', async (t) => {
  const { persistence } = await openFile(t);
  await persistence.savePeers(batchOf({ left: Number.NaN, uploaded: -1, downloaded: 1.5 }, { port: 2 }));
  const expected = batchOf({ left: 0, uploaded: 0, downloaded: 1 }, { port: 2 });
  assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([expected]));
});
