import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureNodeName } from '../../../src/app/node-name.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('a node keeps the name that was made at its first start, and another folder gets another one', async (t) => {
  const [one, two] = [await makeTempFolder(t), await makeTempFolder(t)];
  const name = await ensureNodeName(one, 'seed-3.example.org');
  assert.match(name, /^seed-3\.example\.org-[a-z]{4}$/);
  assert.equal(await ensureNodeName(one, 'renamed'), name);
  assert.notEqual(await ensureNodeName(two, 'seed-3.example.org'), name);
});

test('whatever the machine is called, the name fits; a damaged file is written anew', async (t) => {
  const folder = await makeTempFolder(t);
  assert.match(await ensureNodeName(folder, ' --Öl "<x>\n'), /^lx-[a-z]{4}$/);
  await writeFile(join(folder, 'node-name'), 'no name at all');
  assert.match(await ensureNodeName(folder, '...'), /^node-[a-z]{4}$/);
  await writeFile(join(folder, 'node-name'), '');
  const long = await ensureNodeName(folder, 'n'.repeat(300));
  assert.equal(long.length, 45);
  assert.equal(await readFile(join(folder, 'node-name'), 'utf8'), `${long}\n`);
});
