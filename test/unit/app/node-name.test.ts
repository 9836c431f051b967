import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureNodeName } from '../../../src/app/node-name.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('a node keeps the name that was made at its first start, and another folder gets another one', async (t) => {
  const [one, two] = [await makeTempFolder(t), await makeTempFolder(t)];
  const name = await ensureNodeName(one, undefined, 'seed-3.example.org');
  assert.match(name, /^seed-3\.example\.org-[a-z]{4}$/);
  assert.equal(await ensureNodeName(one, undefined, 'renamed'), name);
  assert.notEqual(await ensureNodeName(two, undefined, 'seed-3.example.org'), name);
});

test('whatever the machine is called, the name fits; a damaged file is written anew', async (t) => {
  const folder = await makeTempFolder(t);
  assert.match(await ensureNodeName(folder, undefined, ' --Öl "<x>\n'), /^lx-[a-z]{4}$/);
  await writeFile(join(folder, 'node-name'), 'no name at all');
  assert.match(await ensureNodeName(folder, undefined, '...'), /^node-[a-z]{4}$/);
  await writeFile(join(folder, 'node-name'), '');
  const long = await ensureNodeName(folder, undefined, 'n'.repeat(300));
  assert.equal(long.length, 45);
  assert.equal(await readFile(join(folder, 'node-name'), 'utf8'), `${long}\n`);
});

test('a name that is given is kept for the commands and starts that follow', async (t) => {
  const folder = await makeTempFolder(t);
  const made = await ensureNodeName(folder, undefined);
  assert.equal(await ensureNodeName(folder, 'north-1'), 'north-1');
  assert.equal(await ensureNodeName(folder, undefined), 'north-1');
  assert.notEqual(made, 'north-1');
});

test('a server whose database is in its data folder keeps its torrents under another name', async (t) => {
  const first = await startTestApp(t, { nodeName: 'north' });
  const made = await makeFileTorrent(t);
  await first.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  await first.stop();
  const second = await startTestApp(t, { nodeName: 'south', dataDir: first.dataDir });
  const { row, seed } = second.catalogue.require(made.metainfo.infoHash);
  assert.deepEqual([row.dataPath, row.resume], [made.path, made.resume]);
  assert.notEqual(seed, undefined);
  assert.deepEqual(
    second.nodes().map(({ id, name }) => [id, name]),
    [[1, 'south']],
  );
});
