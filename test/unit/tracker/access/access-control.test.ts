import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PersistenceError } from '../../../../src/persistence/errors.ts';
import { MemoryDatabase } from '../../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../../src/persistence/memory/memory-persistence.ts';
import { AccessControl } from '../../../../src/tracker/access/access-control.ts';
import type { AccessMode } from '../../../../src/tracker/access/access-mode.ts';
import { TorrentAccess } from '../../../../src/tracker/access/torrent-access.ts';
import { infoHash } from '../tracker-fixture.ts';

/** A node: its rules, their control, and what its tracker was told. */
async function node(name: string, database: MemoryDatabase, mode?: AccessMode) {
  const persistence = new MemoryPersistence(name, database);
  await persistence.open();
  const access = new TorrentAccess();
  const control = new AccessControl({ store: persistence.access, access, nowSeconds: () => 1 });
  await control.load(mode);
  const told: string[] = [];
  control.onChange((hash) => told.push(hash === undefined ? 'all' : String(hash[0])));
  return { persistence, access, control, told };
}

describe('the control of access', () => {
  it('begins with registered torrents only', async () => {
    assert.equal((await node('one', new MemoryDatabase())).control.mode, 'registered');
  });

  it('keeps a mode for later starts, unless the settings name one', async () => {
    const database = new MemoryDatabase();
    await (await node('one', database)).control.setMode('deny');
    assert.equal((await node('one', database)).control.mode, 'deny');
    const { control } = await node('one', database, 'allow');
    assert.equal(control.mode, 'allow');
    assert.equal((await node('one', database)).control.mode, 'deny', 'the settings were not written down');
  });

  it('takes a mode from the database only when it knows it', async () => {
    const database = new MemoryDatabase();
    database.access.mode = 'closed';
    assert.equal((await node('one', database)).control.mode, 'registered');
  });

  it('tells the tracker of each change that is one', async () => {
    const { control, told } = await node('one', new MemoryDatabase());
    await control.setMode('registered');
    assert.equal(await control.add('deny', [infoHash(1), infoHash(2), infoHash(1)]), 2);
    assert.equal(await control.add('deny', [infoHash(2)]), 0);
    assert.equal(await control.remove('deny', [infoHash(2), infoHash(3)]), 1);
    await control.setMode('open');
    assert.deepEqual(told, ['1', '2', '2', 'all']);
  });

  it('keeps lists and switches over a restart', async () => {
    const database = new MemoryDatabase();
    const { control } = await node('one', database);
    await control.add('allow', [infoHash(1)]);
    assert.equal(await control.setTracked(infoHash(2), false), true);
    assert.equal(await control.setTracked(infoHash(2), false), false);
    const again = await node('one', database);
    assert.equal(again.control.isSwitchedOff(infoHash(2)), true);
    assert.deepEqual(again.control.whereListed('allow', infoHash(1)), { entries: true, file: false });
    assert.equal(await again.control.setTracked(infoHash(2), true), true);
    assert.equal(again.control.isSwitchedOff(infoHash(2)), false);
  });

  it('takes in what another node changed', async () => {
    const database = new MemoryDatabase();
    const [one, two] = [await node('one', database, 'open'), await node('two', database)];
    await one.control.add('deny', [infoHash(1)]);
    await two.control.reload();
    assert.ok(two.access.deny.has(infoHash(1)));
    assert.equal(two.control.mode, 'registered', 'nobody changed the mode: one was started with its own');
    await one.control.setMode('deny');
    await one.control.remove('deny', [infoHash(1)]);
    await Promise.all([two.control.reload(), two.control.reload()]);
    assert.deepEqual([two.control.mode, two.access.deny.has(infoHash(1))], ['deny', false]);
    assert.deepEqual(two.told, ['all', 'all'], 'reloads that wait are one');
    await two.control.setMode('open');
    await one.control.reload();
    assert.equal(one.control.mode, 'open', 'a change counts more than what a node was started with');
  });

  it('loses no change that is made while it reloads', async () => {
    const { control, access } = await node('one', new MemoryDatabase());
    const reload = control.reload();
    const added = control.add('allow', [infoHash(1)]);
    const second = control.reload();
    await Promise.all([reload, added, second]);
    assert.ok(access.allow.has(infoHash(1)));
  });

  it('changes nothing that the database does not take', async () => {
    const { control, access, persistence, told } = await node('one', new MemoryDatabase());
    await persistence.close();
    await assert.rejects(control.setMode('open'), PersistenceError);
    await assert.rejects(control.add('deny', [infoHash(1)]), PersistenceError);
    assert.deepEqual([control.mode, access.deny.has(infoHash(1)), told], ['registered', false, []]);
    await persistence.open();
    await control.setMode('open');
    assert.equal(control.mode, 'open');
  });

  it('reads a list of more torrents than a page whole', async () => {
    const database = new MemoryDatabase();
    const { control } = await node('one', database);
    const hashes = Array.from({ length: 25_000 }, (_, index) => {
      const hash = infoHash(0);
      new DataView(hash.buffer).setUint32(8, index);
      return hash;
    });
    await control.add('allow', hashes);
    assert.equal((await node('one', database)).control.entryCount('allow'), 25_000);
  });
});
