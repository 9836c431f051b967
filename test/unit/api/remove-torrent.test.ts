import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import type { Deletion } from '../../../src/seeder/disk/delete-files.ts';
import { startTestApi, type TestApi } from '../../support/api-client.ts';
import { type MadeTorrent, makeFileTorrent } from '../../support/app.ts';

async function publish({ app }: TestApi, { torrent, path, resume, metainfo }: MadeTorrent): Promise<string> {
  await app.catalogue.add({ torrent, dataPath: path, resume });
  return `/torrents/${infoHashToHex(metainfo.infoHash)}`;
}

describe('a torrent that is removed by the control API', () => {
  it('loses its data when that is said, and the answer tells so', async (t) => {
    const [api, made] = [await startTestApi(t), await makeFileTorrent(t)];
    const place = await publish(api, made);
    const { status, body } = await api.call<Deletion>('DELETE', `${place}?data=delete`);
    assert.deepEqual(
      [status, body],
      [200, { deletedFiles: 1, deletedBytes: 100_000, kept: [], keptCount: 0 }],
    );
    assert.ok(!existsSync(made.path));
    assert.equal((await api.call('GET', place)).status, 404);
  });

  for (const query of ['', '?data=keep'])
    it(`keeps its data: ${query === '' ? 'nothing is said' : query}`, async (t) => {
      const [api, made] = [await startTestApi(t), await makeFileTorrent(t)];
      const { status } = await api.call('DELETE', `${await publish(api, made)}${query}`);
      assert.equal(status, 204);
      assert.ok(existsSync(made.path));
    });

  for (const query of [
    '?data=0',
    '?data=',
    '?data=true',
    '?data=delete&data=delete',
    '?delete_files=0',
    '?Data=delete',
  ])
    it(`is refused for ${query}, and nothing is done`, async (t) => {
      const [api, made] = [await startTestApi(t), await makeFileTorrent(t)];
      const place = await publish(api, made);
      const { status, body } = await api.call('DELETE', `${place}${query}`);
      assert.deepEqual([status, body.error.code], [400, 'ERR_BAD_REQUEST']);
      assert.ok(existsSync(made.path));
      assert.equal((await api.call('GET', place)).status, 200);
    });

  it('is refused with its data while another torrent has the same file', async (t) => {
    const [api, made] = [await startTestApi(t), await makeFileTorrent(t)];
    const place = await publish(api, made);
    const other = await createTorrent(made.path, {
      creationDate: 'none',
      comment: 'another',
      isPrivate: true,
    });
    await publish(api, { ...made, ...other });
    const { status, body } = await api.call('DELETE', `${place}?data=delete`);
    assert.deepEqual([status, body.error.code], [409, 'ERR_PLACE_SHARED']);
    assert.ok(existsSync(made.path));
    assert.equal((await api.call('GET', place)).status, 200);
  });

  it('that is only tracked has no data to lose', async (t) => {
    const api = await startTestApi(t);
    const infoHash = 'ab'.repeat(20);
    await api.call('POST', '/torrents', { infoHash });
    const { body } = await api.call<Deletion>('DELETE', `/torrents/${infoHash}?data=delete`);
    assert.equal(body.deletedFiles, 0);
    assert.equal((await api.call('DELETE', `/torrents/${infoHash}?data=delete`)).status, 404);
  });
});
