import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDataFolderInUse, lockDataFolder } from '../../../src/persistence/data-folder-lock.ts';
import { startProcess } from '../../support/processes.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const HOLDER = new URL('./hold-data-folder.ts', import.meta.url).pathname;

test('makes a missing folder and takes it for one holder at a time', async (t) => {
  const folder = join(await makeTempFolder(t), 'deep', 'data');
  const lock = lockDataFolder(folder);
  assert.throws(() => lockDataFolder(folder), {
    code: 'ERR_DATA_FOLDER_IN_USE',
    message: `the data folder ${folder} is in use by another running server: stop it, or choose another --data-dir`,
  });
  lock.release();
  lock.release();
  lockDataFolder(folder).release();
});

test('another process is kept out until the holder dies, even by kill -9', async (t) => {
  const folder = await makeTempFolder(t);
  const holder = startProcess(t, process.execPath, [HOLDER, folder]);
  await holder.waitForOutput(/held/);
  assert.throws(() => lockDataFolder(folder), { code: 'ERR_DATA_FOLDER_IN_USE' });
  holder.kill('SIGKILL');
  await holder.waitForExit();
  lockDataFolder(folder).release();
});

test('tells whether a folder is in use, and changes nothing', async (t) => {
  const folder = await makeTempFolder(t);
  assert.equal(isDataFolderInUse(join(folder, 'none')), false);
  assert.equal(isDataFolderInUse(folder), false);
  assert.deepEqual(await readdir(folder), []);
  const holder = startProcess(t, process.execPath, [HOLDER, folder]);
  await holder.waitForOutput(/held/);
  assert.equal(isDataFolderInUse(folder), true);
  holder.kill('SIGKILL');
  await holder.waitForExit();
  assert.equal(isDataFolderInUse(folder), false);
});

test('names the folder and the reason when it cannot be used', async (t) => {
  const folder = await makeTempFolder(t);
  const file = join(folder, 'file');
  await writeFile(file, 'no folder');
  for (const [path, reason] of [
    [file, 'it is no folder'],
    [join(file, 'below'), 'it is no folder, or lies below a file'],
  ] as const) {
    const message = `the data folder ${path} cannot be used: ${reason}`;
    assert.throws(() => lockDataFolder(path), { code: 'ERR_DATA_FOLDER', message });
  }
});

// Below /proc nothing can be made, and the recursive mode of mkdirSync would never end.
test('a folder that cannot be made is refused at once', {
  skip: existsSync('/proc') ? false : 'there is no /proc here',
}, () => {
  assert.throws(() => lockDataFolder('/proc/seedbed-test/below'), {
    code: 'ERR_DATA_FOLDER',
    message: /cannot be made there/,
  });
});

test('a lock.db of another kind is a clear error', async (t) => {
  const folder = await makeTempFolder(t);
  await writeFile(join(folder, 'lock.db'), 'this is no database, but a longer text'.repeat(50));
  assert.throws(() => lockDataFolder(folder), {
    code: 'ERR_DATA_FOLDER',
    message: `the data folder ${folder} cannot be used: its lock.db is no file of ours`,
  });
});

test('a folder without rights is a clear error', async (t) => {
  const folder = await makeTempFolder(t);
  await chmod(folder, 0o500);
  const holder = startProcess(t, process.execPath, [HOLDER, folder, 'as nobody']);
  await holder.waitForExit();
  assert.match(holder.stderr, /ERR_DATA_FOLDER\b/);
  assert.match(holder.stderr, /cannot be used: no right to write there/);
});
