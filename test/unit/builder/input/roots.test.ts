import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
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

describe('several paths', () => {
  it('become one folder, which needs a name', async (test) => {
    const folder = await makeTree(test, 'one/a', 'one/b', 'two');
    const paths = [join(folder, 'two'), join(folder, 'one')];
    const list = await listFiles(paths, { name: 'both' });
    assert.deepEqual([list.name, list.isSingleFile, list.length], ['both', false, 13]);
    assert.deepEqual(
      list.files.map((file) => file.path),
      [['one', 'a'], ['one', 'b'], ['two']],
    );
    await assert.rejects(listFiles(paths), refusal('ERR_OPTION', 'name'));
    await assert.rejects(listFiles([]), refusal('ERR_OPTION', 'no path'));
    await assert.rejects(listFiles([folder, ''], { name: 'x' }), refusal('ERR_OPTION', 'empty'));
  });

  it('may not be the same, nor lie in one another, nor have the same name', async (test) => {
    const folder = await makeTree(test, 'a/b/c', 'd/c', 'ab');
    const refused = (first: string, second: string, ...words: string[]): Promise<void> =>
      assert.rejects(
        listFiles([join(folder, first), join(folder, second)], { name: 'n' }),
        refusal('ERR_INPUT', ...words),
      );
    await refused('ab', 'ab', 'ab', 'twice');
    await refused('a', 'd/../a/', 'a', 'twice');
    await refused('a/b/c', 'a', 'a/b/c', 'lies in');
    await refused('a', 'a/b', 'a/b', 'lies in');
    await refused('a/b/c', 'd/c', 'a/b/c', 'd/c', 'both become "c"');
    assert.deepEqual(await pathsIn([join(folder, 'a'), join(folder, 'ab')], { name: 'n' }), ['a/b/c', 'ab']);
  });

  it('may have names that differ in case or in their Unicode form only', async (test) => {
    const folder = await makeTree(test, 'É', 'é', 'e\u0301');
    const paths = ['É', 'é', 'e\u0301'].map((name) => join(folder, name));
    assert.deepEqual(await pathsIn(paths, { name: 'n' }), ['e\u0301', 'É', 'é']);
  });
});

describe('the name of a torrent', () => {
  it('is that of the real folder for . and .., also behind a link', async (test) => {
    const folder = await makeTree(test, 'one/two/file');
    await symlink('one/two', join(folder, 'link'));
    const paths = ['.', './', 'two/..', 'two', 'two/.', '../link/..', '../link', '../link/../two'];
    const script =
      'process.chdir("one"); for (const path of args) console.log((await listFiles([path])).name)';
    const names = await listElsewhere(folder, script, paths);
    assert.deepEqual(names.split('\n'), ['one', 'one', 'one', 'two', 'two', 'one', 'link', 'two']);
  });

  it('must be given for the root of the file system', async () => {
    await assert.rejects(listFiles(['/']), refusal('ERR_OPTION', '"/"', 'no name'));
  });

  it('must be one that a torrent can hold', async (test) => {
    const folder = await makeTree(test, 'a');
    for (const name of [
      '',
      '.',
      '..',
      '../up',
      'a/b',
      'a\\b',
      'new\nline',
      '\ud800',
      'x'.repeat(256),
      '日'.repeat(86),
    ])
      await assert.rejects(listFiles([folder], { name }), refusal('ERR_OPTION'));
    for (const name of ['x'.repeat(255), '日'.repeat(85), 'CON', 'a:b', ' '])
      assert.equal((await listFiles([folder], { name })).name, name);
  });
});
