import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type ListOptions, listFiles } from '../../../../src/builder/file-list.ts';
import { makeTree } from '../../../support/file-tree.ts';
import { refusal } from '../../../support/refusal.ts';

async function pathsIn(input: string | string[], options: ListOptions = {}): Promise<string[]> {
  const { files } = await listFiles([input].flat(), options);
  return files.map((file) => file.path.join('/'));
}

describe('patterns', () => {
  const names = ['a.mkv', 'a.nfo', 'sample/s.mkv', 'sub/b.mkv', 'sub/b.srt', 'sub/sample/t.mkv'];
  const cases: readonly (readonly [what: string, options: ListOptions, expected: readonly string[]])[] = [
    ['exclude a name anywhere', { exclude: ['*.nfo', 'sample'] }, ['a.mkv', 'sub/b.mkv', 'sub/b.srt']],
    [
      'exclude a path',
      { exclude: ['sub/sample', '/*.nfo'] },
      ['a.mkv', 'sample/s.mkv', 'sub/b.mkv', 'sub/b.srt'],
    ],
    ['include files', { include: ['*.{nfo,srt}'] }, ['a.nfo', 'sub/b.srt']],
    [
      'include a folder with all that is in it',
      { include: ['sub'] },
      ['sub/b.mkv', 'sub/b.srt', 'sub/sample/t.mkv'],
    ],
    ['include what is in a folder', { include: ['sub/*.mkv'] }, ['sub/b.mkv']],
    ['exclude more than they include', { include: ['sub'], exclude: ['sample', '*.srt'] }, ['sub/b.mkv']],
  ];
  for (const [what, options, expected] of cases)
    it(what, async (test) => {
      assert.deepEqual(await pathsIn(await makeTree(test, ...names), options), expected);
    });

  it('are held against a single file and against what is given with others', async (test) => {
    const folder = await makeTree(test, 'a.mkv', 'b.nfo', 'c/d.nfo');
    assert.deepEqual(await pathsIn(join(folder, 'a.mkv'), { include: ['*.mkv'], exclude: ['b*'] }), ['']);
    const paths = ['a.mkv', 'b.nfo', 'c'].map((name) => join(folder, name));
    assert.deepEqual(await pathsIn(paths, { name: 'n', exclude: ['*.nfo'] }), ['a.mkv']);
    assert.deepEqual(await pathsIn(paths, { name: 'n', include: ['c/*'] }), ['c/d.nfo']);
  });

  it('do not enter what they exclude', async (test) => {
    const folder = await makeTree(test, 'a', 'bad/new\nline');
    await symlink('..', join(folder, 'bad/circle'));
    assert.deepEqual(await pathsIn(folder, { exclude: ['bad'] }), ['a']);
  });

  it('must leave something', async (test) => {
    const folder = await makeTree(test, 'a');
    for (const input of [folder, join(folder, 'a')])
      for (const options of [{ exclude: ['a'] }, { include: ['b'] }])
        await assert.rejects(pathsIn(input, options), refusal('ERR_INPUT', input, 'patterns'));
  });

  it('are refused when they are empty or broken, whatever is listed', async (test) => {
    const folder = await makeTree(test, 'a');
    for (const input of [folder, join(folder, 'a')])
      for (const options of [{ exclude: [''] }, { include: ['x', '[a'] }])
        await assert.rejects(pathsIn(input, options), refusal('ERR_OPTION', 'pattern'));
    const many = Array.from({ length: 1001 }, () => 'a');
    await assert.rejects(pathsIn(folder, { include: many }), refusal('ERR_OPTION', '1000'));
  });
});
