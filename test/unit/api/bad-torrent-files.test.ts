import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startTestApi } from '../../support/api-client.ts';
import { randomBytesOf } from '../../support/data.ts';
import { startFileServer } from '../../support/file-server.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

describe('a .torrent file that is none, or ends too soon', () => {
  it('is refused as a body, for mirroring and for seeding, and by URL; nothing is left of it', async (t) => {
    const { torrent, metainfo } = await makeTorrentFixture(t);
    const bad = {
      'half of it': torrent.subarray(0, torrent.length / 2),
      'all but its last byte': torrent.subarray(0, -1),
      'no info dictionary': Buffer.from('d8:announce10:http://x/ye'),
      'pieces that are cut': Buffer.from(
        Buffer.from(torrent).toString('latin1').replace('pieces80:', 'pieces79:'),
        'latin1',
      ),
      'a film': randomBytesOf(1, 100_000),
      'an empty list': Buffer.from('le'),
    };
    const files = Object.entries(bad).map(([name, bytes]) => [`/${name}`, bytes] as const);
    const { url } = await startFileServer(t, Object.fromEntries(files));
    const { app, call } = await startTestApi(t);
    const target = await makeTempFolder(t);
    for (const [name, bytes] of Object.entries(bad)) {
      const body = { torrent: Buffer.from(bytes).toString('base64') };
      for (const request of [
        { ...body, target },
        { ...body, dataPath: null },
      ]) {
        const { status, body: answer } = await call('POST', '/torrents', request);
        assert.deepEqual([status, answer.error.code], [400, 'ERR_METAINFO'], name);
        assert.match(answer.error.message, /\S/);
      }
      const { status, body: answer } = await call('POST', '/torrents', {
        source: url + encodeURI(name),
        target,
      });
      assert.ok(status === 400 || status === 422, `${name}: ${status}`);
      assert.match(answer.error.code, /^ERR_(METAINFO|SOURCE)$/);
    }
    for (const none of ['', '!', 5, null]) {
      const { status, body: answer } = await call('POST', '/torrents', { torrent: none, target });
      assert.deepEqual([status, /^ERR_(BAD_REQUEST|METAINFO)$/.test(answer.error.code)], [400, true]);
    }
    assert.deepEqual(app.catalogue.list(), []);
    assert.deepEqual(await readdir(target), []);
    assert.deepEqual(await readdir(join(app.dataDir, 'torrents')).catch(() => []), []);
    const good = { torrent: Buffer.from(torrent).toString('base64'), target, isPaused: true };
    assert.equal((await call('POST', '/torrents', good)).status, 201);
    assert.deepEqual(app.catalogue.list()[0]?.seed?.infoHash, metainfo.infoHash);
  });
});
