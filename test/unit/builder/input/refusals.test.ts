import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, readdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type ListOptions, listFiles } from '../../../../src/builder/file-list.ts';
import { makeTree } from '../../../support/file-tree.ts';
import { refusal } from '../../../support/refusal.ts';
import { listElsewhere } from './list-elsewhere.ts';

async function pathsIn(input: string | string[], options: ListOptions = {}): Promise<string[]> {
  const { files } = await listFiles([input].flat(), options);
  return files.map((file) => file.path.join('/'));
}

describe('what cannot become a torrent', () => {
  it('is missing, empty or no file', async (test) => {
    const folder = await makeTree(test);
    const missing = join(folder, 'missing');
    await assert.rejects(listFiles([missing]), refusal('ERR_FILE_MISSING', missing));
    await assert.rejects(listFiles([join(missing, '..', 'x')]), refusal('ERR_FILE_MISSING', 'x'));
    await assert.rejects(listFiles([folder]), refusal('ERR_INPUT', folder, 'no files'));
    await writeFile(join(folder, 'empty'), '');
    await assert.rejects(listFiles([folder]), refusal('ERR_INPUT', folder, 'empty'));
    await assert.rejects(listFiles([join(folder, 'empty')]), refusal('ERR_INPUT', 'empty'));
    await assert.rejects(listFiles(['/dev/null']), refusal('ERR_INPUT', '/dev/null', 'a device'));
  });

  it('is a socket or a named pipe; in a folder they are left out', async (test) => {
    const folder = await makeTree(test, 'a');
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(folder, 'socket'), done));
    test.after(() => server.close());
    if (spawnSync('mkfifo', [join(folder, 'pipe')]).status === 0)
      await assert.rejects(listFiles([join(folder, 'pipe')]), refusal('ERR_INPUT', 'a named pipe'));
    await symlink('socket', join(folder, 'link'));
    await assert.rejects(listFiles([join(folder, 'socket')]), refusal('ERR_INPUT', 'a socket'));
    assert.deepEqual(await pathsIn(folder), ['a']);
  });

  it('has a name that no torrent can hold', async (test) => {
    const folder = await makeTree(test, 'good', 'back\\slash');
    await assert.rejects(pathsIn(folder), refusal('ERR_INPUT', 'back\\\\slash', 'backslash'));
    for (const name of ['new\nline', 'escape\u001b[31m', '\u0085']) {
      await renameOnly(folder, name);
      await assert.rejects(pathsIn(folder), refusal('ERR_INPUT', 'control character'));
      await assert.rejects(pathsIn(join(folder, name)), refusal('ERR_INPUT', 'control character'));
    }
  });

  it('has a name that is not UTF-8', async (test) => {
    const folder = await makeTree(test, 'good', 'sub/\ufffd');
    assert.deepEqual(await pathsIn(folder), ['good', 'sub/\ufffd']);
    const bad = Buffer.concat([Buffer.from(`${folder}/sub/f`), Buffer.from([0xff])]);
    await writeFile(bad, 'x');
    await assert.rejects(pathsIn(folder), refusal('ERR_INPUT', 'sub', 'not UTF-8'));
    assert.deepEqual(await pathsIn(folder, { exclude: ['f?'] }), ['good', 'sub/\ufffd']);
    await assert.rejects(pathsIn(bad.toString()), refusal('ERR_INPUT', 'not UTF-8'));
  });

  it('may not be read', async (test) => {
    const folder = await makeTree(test, 'a', 'closed/b');
    const closed = join(folder, 'closed');
    await chmod(closed, 0);
    try {
      const said = await listElsewhere(folder, 'await listFiles(args)', ['.']);
      assert.equal(said, `ERR_FILE_UNREADABLE "${closed}" cannot be read: permission denied`);
    } finally {
      await chmod(closed, 0o755);
    }
  });

  it('is larger than 2^53 bytes', async (test) => {
    const folder = await makeTree(test, 'file');
    await truncate(join(folder, 'file'), 2 ** 43);
    for (let index = 0; index < 2 ** 10; index++) await symlink('file', join(folder, `link ${index}`));
    await assert.rejects(pathsIn(folder), refusal('ERR_INPUT', '2^53'));
  });
});

/** Renames the file beside `good`. */
async function renameOnly(folder: string, name: string): Promise<void> {
  const [before = ''] = (await readdir(folder)).filter((other) => other !== 'good');
  await rename(join(folder, before), join(folder, name));
}
