import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type ListOptions, listFiles } from '../../../src/builder/file-list.ts';
import { makeTree } from '../../support/file-tree.ts';
import { refusal } from '../../support/refusal.ts';

async function pathsIn(input: string | string[], options: ListOptions = {}): Promise<string[]> {
  const { files } = await listFiles([input].flat(), options);
  return files.map((file) => file.path.join('/'));
}

describe('listFiles', () => {
  it('lists a single file without a path', async (test) => {
    const folder = await makeTree(test, 'a film.mkv');
    const absolutePath = join(folder, 'a film.mkv');
    assert.deepEqual(await listFiles([absolutePath]), {
      name: 'a film.mkv',
      isSingleFile: true,
      files: [{ path: [], absolutePath, length: 10 }],
      length: 10,
    });
  });

  it('lists a folder with the lengths of its files', async (test) => {
    const folder = await makeTree(test, 'b/two', 'a', 'c/');
    assert.deepEqual(await listFiles([`${folder}/`]), {
      name: 'content',
      isSingleFile: false,
      files: [
        { path: ['a'], absolutePath: join(folder, 'a'), length: 1 },
        { path: ['b', 'two'], absolutePath: join(folder, 'b/two'), length: 5 },
      ],
      length: 6,
    });
  });

  it('leaves out junk and hidden files, unless they are given themselves', async (test) => {
    const names = ['x', '.hidden', '.DS_Store', 'Thumbs.db', 'x~', '.git/config', 'sub/desktop.ini', 'sub/y'];
    const folder = await makeTree(test, ...names);
    assert.deepEqual(await pathsIn(folder), ['sub/y', 'x']);
    assert.deepEqual(await pathsIn(folder, { includeHidden: true }), [
      '.git/config',
      '.hidden',
      'sub/y',
      'x',
    ]);
    assert.deepEqual(await pathsIn(join(folder, '.git')), ['config']);
    assert.deepEqual(await pathsIn([join(folder, '.hidden'), join(folder, 'x~')], { name: 'n' }), [
      '.hidden',
      'x~',
    ]);
  });

  it('says which files are executable, when asked', async (test) => {
    const folder = await makeTree(test, 'run', 'read', 'others');
    await chmod(join(folder, 'run'), 0o700);
    await chmod(join(folder, 'others'), 0o611);
    const { files } = await listFiles([folder], { recordAttributes: true });
    assert.deepEqual(
      files.map((file) => [file.path[0], file.isExecutable, 'isExecutable' in file]),
      [
        ['others', undefined, false],
        ['read', undefined, false],
        ['run', true, true],
      ],
    );
    const single = await listFiles([join(folder, 'run')], { recordAttributes: true });
    assert.equal(single.files[0]?.isExecutable, true);
    assert.ok((await listFiles([folder])).files.every((file) => !('isExecutable' in file)));
  });

  it('lists a very deep folder, and refuses one that is too deep for any client', async (test) => {
    const deep = 'd/'.repeat(99);
    const folder = await makeTree(test, `${deep}file`);
    assert.deepEqual(await pathsIn(folder), [`${deep}file`]);
    await makeDeeper(folder, deep);
    await assert.rejects(pathsIn(folder), refusal('ERR_INPUT', 'deeper than 100'));
  });

  it('refuses options that make no sense before it looks for the files', async () => {
    for (const options of [{ links: 'no' }, { sort: 'name' }, { exclude: [''] }, { include: ['[a'] }])
      await assert.rejects(listFiles(['/nowhere'], options as ListOptions), refusal('ERR_OPTION'));
  });

  it('stops when it is aborted', async (test) => {
    const reason = new Error('stop');
    const folder = await makeTree(test, 'a');
    await assert.rejects(listFiles([folder], { signal: AbortSignal.abort(reason) }), reason);
  });
});

async function makeDeeper(folder: string, deep: string): Promise<void> {
  await mkdir(join(folder, deep, 'd'));
}

describe('the order of the files', () => {
  const names = ['a/x', 'a b', 'a.txt', 'a0', 'e10', 'e2/f', 'Z', '🌱', '\ufb00'];

  for (const [sort, expected] of [
    ['path', ['Z', 'a b', 'a.txt', 'a/x', 'a0', 'e10', 'e2/f', '\ufb00', '🌱']],
    ['tree', ['Z', 'a/x', 'a b', 'a.txt', 'a0', 'e10', 'e2/f', '\ufb00', '🌱']],
    ['natural', ['Z', 'a/x', 'a b', 'a.txt', 'a0', 'e2/f', 'e10', '\ufb00', '🌱']],
    ['given', ['Z', 'a/x', 'a b', 'a.txt', 'a0', 'e10', 'e2/f', '\ufb00', '🌱']],
    ['size', ['Z', 'a0', 'a b', 'a/x', 'e10', '\ufb00', 'e2/f', '🌱', 'a.txt']],
  ] as const)
    it(`is by ${sort} when asked`, async (test) => {
      assert.deepEqual(await pathsIn(await makeTree(test, ...names), { sort }), expected);
    });

  it('is by path when nothing is said', async (test) => {
    const folder = await makeTree(test, ...names);
    assert.deepEqual(await pathsIn(folder), await pathsIn(folder, { sort: 'path' }));
  });

  it('is that of the paths that were given, when asked', async (test) => {
    const folder = await makeTree(test, 'b', 'a b/y', 'a/x/1', 'a/x b');
    const paths = ['b', 'a b', 'a'].map((name) => join(folder, name));
    assert.deepEqual(await pathsIn(paths, { name: 'n', sort: 'given' }), ['b', 'a b/y', 'a/x/1', 'a/x b']);
    assert.deepEqual(await pathsIn(paths, { name: 'n' }), ['a b/y', 'a/x b', 'a/x/1', 'b']);
    assert.deepEqual(await pathsIn(paths, { name: 'n', sort: 'tree' }), ['a/x/1', 'a/x b', 'a b/y', 'b']);
  });
});
