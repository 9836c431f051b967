import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { openPersistence } from '../../../src/persistence/open.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const logger = pino({ level: 'silent' });

async function makeDatabase(path: string): Promise<void> {
  await (await openPersistence({ database: `sqlite:${path}`, logger })).close();
}

test('opens a database in memory and one in a file, and opens the file again', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  for (const database of ['memory', `sqlite:${path}`, `sqlite:${path}`]) {
    const persistence = await openPersistence({ database, logger });
    assert.equal(persistence.nodeId, 1);
    assert.deepEqual(await persistence.loadTorrents(), []);
    await persistence.close();
  }
});

test('refuses a name that is no database, and shows no password', async () => {
  for (const database of ['', 'sqlite:', 'sqlite::memory:', 'seedbed.db', 'postgres://me:secret@host/db']) {
    await assert.rejects(openPersistence({ database, logger }), (error: Error & { code: string }) => {
      assert.equal(error.code, 'ERR_DATABASE_URL');
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

test('refuses a file that is no database', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  await writeFile(path, 'just a text that is longer than a header\n'.repeat(100));
  await assert.rejects(openPersistence({ database: `sqlite:${path}`, logger }), {
    code: 'ERR_DATABASE_FORMAT',
    message: `the database ${path} is no SQLite database`,
  });
});

test('refuses a path whose folder is missing, and one that is a folder', async (t) => {
  const folder = await makeTempFolder(t);
  await mkdir(join(folder, 'd.db'));
  for (const path of [join(folder, 'missing', 'a.db'), join(folder, 'd.db')]) {
    await assert.rejects(openPersistence({ database: `sqlite:${path}`, logger }), {
      code: 'ERR_DATABASE_OPEN',
      message: `the database ${path} cannot be opened: see that its folder exists and may be written`,
    });
  }
});

test('refuses the database of another program, and leaves it as it is', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  const other = new Database(path);
  other.exec('CREATE TABLE torrents (id INTEGER)');
  other.close();
  await assert.rejects(openPersistence({ database: `sqlite:${path}`, logger }), {
    code: 'ERR_DATABASE_FOREIGN',
  });
  const after = new Database(path);
  t.after(() => after.close());
  assert.deepEqual(after.prepare('SELECT name FROM sqlite_master').pluck().all(), ['torrents']);
});

test('refuses a database that a newer version has changed', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  await makeDatabase(path);
  const newer = new Database(path);
  newer.exec("INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('9999_future', 2, 0)");
  newer.close();
  await assert.rejects(openPersistence({ database: `sqlite:${path}`, logger }), {
    code: 'ERR_DATABASE_NEWER',
    message: `the database ${path} was changed by a newer version of this program (migration "9999_future"): update the program`,
  });
});

test('two programs that open a new file at the same time both get it', async (t) => {
  const database = `sqlite:${join(await makeTempFolder(t), 'a.db')}`;
  const opened = await Promise.all(
    ['one', 'two'].map((nodeName) => openPersistence({ database, logger, nodeName })),
  );
  assert.deepEqual(opened.map(({ nodeId }) => nodeId).sort(), [1, 2]);
  for (const persistence of opened) await persistence.close();
});
