import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type ListOptions, listFiles } from '../../../../src/builder/file-list.ts';
import { makeTree } from '../../../support/file-tree.ts';
import { refusal } from '../../../support/refusal.ts';

/** The files of a list, kept links with an arrow to their targets. */
async function linksIn(input: string | string[], options: ListOptions = {}): Promise<string[]> {
  const list = await listFiles([input].flat(), { links: 'keep', ...options });
  return list.files.map(({ path, linkTarget }) =>
    linkTarget === undefined ? path.join('/') : `${path.join('/')} -> ${linkTarget.join('/')}`,
  );
}

describe('links that are followed', () => {
  it('stand for files and folders, under their own names', async (test) => {
    const folder = await makeTree(test, 'real/a', 'b');
    await symlink('b', join(folder, 'link'));
    await symlink('real', join(folder, 'folder-link'));
    assert.deepEqual(await linksIn(folder, { links: 'follow' }), ['b', 'folder-link/a', 'link', 'real/a']);
    assert.deepEqual(await linksIn(folder, { links: 'skip' }), ['b', 'real/a']);
  });

  it('must lead somewhere, unless they are left out', async (test) => {
    const folder = await makeTree(test, 'a');
    await symlink('nowhere', join(folder, 'link'));
    await assert.rejects(
      linksIn(folder, { links: 'follow' }),
      refusal('ERR_FILE_MISSING', 'link', 'points to nothing'),
    );
    assert.deepEqual(await linksIn(folder, { links: 'follow', exclude: ['link'] }), ['a']);
    assert.deepEqual(await linksIn(folder, { links: 'follow', include: ['a'] }), ['a']);
    assert.deepEqual(await linksIn(folder, { links: 'skip' }), ['a']);
  });

  for (const [what, target] of [
    ['the folder it is in', '.'],
    ['a folder above it', '../..'],
    ['a folder above the one that was given', '../../..'],
  ] as const)
    it(`may not lead to ${what}`, async (test) => {
      const folder = await makeTree(test, 'a/b/c');
      await symlink(target, join(folder, 'a/b/up'));
      await assert.rejects(linksIn(folder, { links: 'follow' }), refusal('ERR_INPUT', 'up', 'contains it'));
      assert.deepEqual(await linksIn(folder, { links: 'skip' }), ['a/b/c']);
    });

  it('may not lead into one another', async (test) => {
    const folder = await makeTree(test, 'a/x', 'b/y');
    await symlink('../b', join(folder, 'a/to-b'));
    await symlink('../a', join(folder, 'b/to-a'));
    await assert.rejects(linksIn(folder, { links: 'follow' }), refusal('ERR_INPUT', 'contains it'));
  });
});

describe('links that are kept', () => {
  it('hold the path in the torrent that they point to', async (test) => {
    const folder = await makeTree(test, 'a/x', 'lib.so.1.2');
    await symlink('lib.so.1.2', join(folder, 'lib.so.1'));
    await symlink('./lib.so.1', join(folder, 'lib.so'));
    await symlink('../lib.so', join(folder, 'a/up'));
    await symlink('a', join(folder, 'folder'));
    await symlink('folder/x', join(folder, 'through'));
    await symlink('.', join(folder, 'a/here'));
    assert.deepEqual(await linksIn(folder), [
      'a/here -> a',
      'a/up -> lib.so',
      'a/x',
      'folder -> a',
      'lib.so -> lib.so.1',
      'lib.so.1 -> lib.so.1.2',
      'lib.so.1.2',
      'through -> folder/x',
    ]);
  });

  it('have no length and nothing to execute', async (test) => {
    const folder = await makeTree(test, 'a');
    await symlink('a', join(folder, 'b'));
    const { files, length } = await listFiles([folder], { links: 'keep', recordAttributes: true });
    assert.equal(length, 1);
    assert.deepEqual(files[1], {
      path: ['b'],
      absolutePath: join(folder, 'b'),
      length: 0,
      linkTarget: ['a'],
    });
  });

  it('may lead from one path that was given to another', async (test) => {
    const folder = await makeTree(test, 'one/a', 'two', 'three');
    await symlink('../two', join(folder, 'one/link'));
    const paths = [join(folder, 'one'), join(folder, 'two')];
    assert.deepEqual(await linksIn(paths, { name: 'both' }), ['one/a', 'one/link -> two', 'two']);
    await symlink('../three', join(folder, 'one/other'));
    await assert.rejects(linksIn(paths, { name: 'both' }), refusal('ERR_INPUT', 'other', 'not a part'));
  });

  for (const [what, target, ...words] of [
    ['an absolute path', '/etc/hostname', 'absolute'],
    ['nothing', 'nowhere', 'nothing'],
    ['itself', 'link', 'nothing'],
    ['what lies outside', '../../outside', 'not a part'],
    ["the torrent's own folder", '..', 'not a part'],
    ['what is hidden', '../.hidden', 'left out'],
    ['what is excluded', '../no.log', 'left out'],
    ['an empty folder', '../empty', 'left out'],
    ['a place that only the system reaches', 'to-deep/../x', 'nothing'],
  ] as const)
    it(`may not point to ${what}`, async (test) => {
      const folder = await makeTree(test, 'sub/a', '.hidden', 'no.log', 'empty/', 'deep/er/x', 'deep/x');
      await writeFile(join(folder, '../outside'), 'x');
      await symlink('../deep/er', join(folder, 'sub/to-deep'));
      await symlink(target, join(folder, 'sub/link'));
      const why = refusal('ERR_INPUT', join(folder, 'sub/link'), JSON.stringify(target).slice(-4), ...words);
      await assert.rejects(linksIn(folder, { exclude: ['*.log'] }), why);
    });

  it('are themselves followed when they are what was given', async (test) => {
    const folder = await makeTree(test, 'real/a');
    await symlink('real', join(folder, 'link'));
    await symlink('real/a', join(folder, 'file'));
    for (const links of ['keep', 'skip', 'follow'] as const) {
      const list = await listFiles([`${folder}/link/`], { links });
      assert.deepEqual([list.name, list.files.map((file) => file.path)], ['link', [['a']]]);
      const single = await listFiles([join(folder, 'file')], { links });
      assert.deepEqual([single.name, single.isSingleFile], ['file', true]);
      assert.deepEqual(await linksIn([join(folder, 'link'), join(folder, 'file')], { links, name: 'x' }), [
        'file',
        'link/a',
      ]);
    }
  });

  it('are not needed outside of what is listed', async (test) => {
    const folder = await makeTree(test, 'a');
    await mkdir(join(folder, '.git'));
    await symlink('/nowhere', join(folder, '.git/link'));
    await symlink('/nowhere', join(folder, 'other'));
    assert.deepEqual(await linksIn(folder, { exclude: ['other'] }), ['a']);
    assert.deepEqual(await linksIn(folder, { include: ['a'] }), ['a']);
  });
});
