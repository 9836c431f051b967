import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleTorrent } from '../../../src/persistence/conformance/harness.ts';
import { MemoryDatabase } from '../../../src/persistence/memory/memory-database.ts';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import { makeFileTorrent } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { startNode } from '../../support/nodes.ts';

test('a removal is noticed also where a torrent of the database cannot be read', async (t) => {
  const database = new MemoryDatabase();
  const open = async (name: string) => {
    const persistence = new MemoryPersistence(name, database);
    await persistence.open();
    return persistence;
  };
  const [one, two] = [await startNode(t, open, 'one'), await startNode(t, open, 'two')];
  const made = await makeFileTorrent(t);
  const { infoHash } = made.metainfo;
  await (await open('broken')).saveTorrent(sampleTorrent(1)); // its metainfo is none
  await one.app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  await eventually('it is listed by the other', () => two.app.catalogue.get(infoHash) !== undefined);
  await one.app.catalogue.remove(infoHash);
  await eventually('it is gone from the other', () => two.app.catalogue.get(infoHash) === undefined);
  assert.equal(two.app.catalogue.size, 0);
});
