import assert from 'node:assert/strict';
import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { deleteFiles } from '../../../../src/seeder/disk/delete-files.ts';
import { throughHeldFolders } from '../../../../src/seeder/disk/held-folder.ts';
import { makeTorrentFixture } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const linux = { skip: process.platform !== 'linux' };

test(
  'what is done below a held folder stays there, though a link takes its place meanwhile',
  linux,
  async (t) => {
    const target = await makeTempFolder(t);
    const elsewhere = await makeTempFolder(t);
    await mkdir(join(target, 'album/cd'), { recursive: true });
    await mkdir(join(elsewhere, 'cd'));
    await throughHeldFolders(target, join(target, 'album/cd/one'), async (place) => {
      renameSync(join(target, 'album'), join(target, 'moved'));
      symlinkSync(elsewhere, join(target, 'album'));
      await writeFile(place, 'x');
    });
    assert.deepEqual(await readdir(join(elsewhere, 'cd')), []);
    assert.deepEqual(await readdir(join(target, 'moved/cd')), ['one']);
  },
);

test(
  'a link that takes the place of a folder while its files are deleted leads nowhere',
  linux,
  async (t) => {
    const names = Array.from({ length: 2000 }, (_, number) => `${number}`);
    const content = Object.fromEntries(names.map((name) => [`sub/${name}`, 1]));
    const { metainfo, dataPath } = await makeTorrentFixture(t, { content });
    const elsewhere = await makeTempFolder(t);
    for (const name of names) await writeFile(join(elsewhere, name), 'x');
    const files = metainfo.info.files.map(({ path }) => ({
      path: join(dataPath, ...path),
      length: 1,
      isPadding: false,
    }));
    const deleting = deleteFiles(
      files as unknown as Parameters<typeof deleteFiles>[0],
      metainfo.info,
      dataPath,
    );
    while (existsSync(join(dataPath, 'sub/40'))) await new Promise((resolve) => setImmediate(resolve));
    renameSync(join(dataPath, 'sub'), join(dataPath, 'moved'));
    symlinkSync(elsewhere, join(dataPath, 'sub'));
    const { keptCount } = await deleting;
    assert.equal((await readdir(elsewhere)).length, names.length);
    assert.ok(keptCount > 0);
  },
);
