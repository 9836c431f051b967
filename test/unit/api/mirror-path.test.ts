import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mirrorPath } from '../../../src/api/mirror-path.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('nothing is mirrored into our own folder, by way of a link neither', async (t) => {
  const { metainfo } = await makeTorrentFixture(t);
  const folder = await makeTempFolder(t);
  const own = join(folder, 'own');
  const link = join(folder, 'link');
  await mkdir(own);
  await symlink(own, link);
  await assert.rejects(mirrorPath(own, metainfo, { target: own, preferences: {} }), {
    code: 'ERR_OWN_FOLDER',
  });
  await assert.rejects(mirrorPath(own, metainfo, { target: link, preferences: {} }), {
    code: 'ERR_OWN_FOLDER',
  });
  assert.equal(
    await mirrorPath(own, metainfo, { target: folder, preferences: {} }),
    join(folder, metainfo.info.name),
  );
});

test('a torrent whose pieces do not fit into memory is refused', async (t) => {
  const { metainfo } = await makeTorrentFixture(t);
  const GIB = 2 ** 30;
  const long = { ...metainfo, info: { ...metainfo.info, pieceLength: GIB, length: 4 * GIB } };
  const folder = await makeTempFolder(t);
  await assert.rejects(mirrorPath(join(folder, 'own'), long, { target: folder, preferences: {} }), {
    code: 'ERR_SOURCE',
  });
});
