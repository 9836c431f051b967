import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import type { TorrentLimitsView } from '../../../src/api/routes/limits-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import type { Config } from '../../../src/config/settings.ts';
import { openPersistence } from '../../../src/persistence/open.ts';
import { type ApiErrorBody, startTestApi } from '../../support/api-client.ts';
import { startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTorrentFixture, seedFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

/** A torrent that a seed on loopback has, and a server to mirror it. */
async function mirroring(t: TestContext, flags: Partial<Config> = {}) {
  const fixture = await makeTorrentFixture(t, { content: 400_000 });
  const { port } = await seedFixture(t, fixture);
  const api = await startTestApi(t, flags);
  const hash = infoHashToHex(fixture.metainfo.infoHash);
  const target = await makeTempFolder(t);
  const body = { source: `magnet:?xt=urn:btih:${hash}&x.pe=127.0.0.1:${port}`, target, waits: true };
  return { ...api, body, path: `/torrents/${hash}` };
}

type Call = Awaited<ReturnType<typeof startTestApi>>['call'];

/** The limits of its own that a torrent has, upload and download; `default` where it has none. */
async function ownLimits(call: Call, path: string): Promise<unknown[]> {
  const { upload, download } = (await call<TorrentLimitsView>('GET', `${path}/limits`)).body;
  return [upload, download].map(({ isOwn, bytesPerSecond }) => (isOwn ? bytesPerSecond : 'default'));
}

describe('limits of a torrent that is added to be mirrored', () => {
  it('are there before its first byte, and after a restart, until it is removed', async (t) => {
    const { call, app, body, path } = await mirroring(t, { limitLocal: true });
    const limits = { upload: { bytesPerSecond: 7000 }, download: { bytesPerSecond: 2048 } };
    const added = await call('POST', '/torrents', { ...body, limits });
    assert.equal(added.status, 201);
    assert.deepEqual(await ownLimits(call, path), [7000, 2048]);
    await eventually('the first block', () => {
      const seed = app.catalogue.list()[0]?.seed;
      return (seed?.downloadedBytes ?? 0) > 0;
    });
    await app.stop();
    const again = await startTestApi(t, { dataDir: app.dataDir, limitLocal: true });
    assert.deepEqual(await ownLimits(again.call, path), [7000, 2048]);
    assert.equal((await again.call('DELETE', path)).status, 204);
    assert.equal((await again.call('POST', '/torrents', { ...body, isPaused: true })).status, 201);
    assert.deepEqual(await ownLimits(again.call, path), ['default', 'default']);
  });

  it('may be one of the two, or none, and are not those of a torrent that is here already', async (t) => {
    const { call, body, path } = await mirroring(t);
    const of = (limits: object): object => ({ ...body, isPaused: true, limits });
    await call('POST', '/torrents', of({ download: { bytesPerSecond: null } }));
    assert.deepEqual(await ownLimits(call, path), ['default', null]);
    const again = await call('POST', '/torrents', of({ download: { bytesPerSecond: 5000 } }));
    assert.equal(again.status, 200);
    assert.deepEqual(await ownLimits(call, path), ['default', null]);
  });

  it('are refused when they can be none, and nothing is added then', async (t) => {
    const { call, app, body } = await mirroring(t);
    for (const limits of [
      { download: { bytesPerSecond: 12 } },
      { download: { bytesPerSecond: '5M' } },
      { download: { nodeBytesPerSecond: 5000 } },
      { bytesPerSecond: 5000 },
      {},
      5000,
    ]) {
      const { status, body: answer } = await call('POST', '/torrents', { ...body, limits });
      assert.deepEqual([status, answer.error.code], [400, 'ERR_BAD_REQUEST'], JSON.stringify(limits));
    }
    const published = { torrent: 'ZGU=', limits: { upload: { bytesPerSecond: 5000 } } };
    const { status, body: answer } = await call<ApiErrorBody>('POST', '/torrents', published);
    assert.deepEqual([status, answer.error.message.includes('need a "target"')], [400, true]);
    assert.deepEqual(app.catalogue.list(), []);
  });

  it('are kept nowhere when the torrent cannot be stored', async (t) => {
    const persistence = await openPersistence({ database: 'memory', logger: pino({ level: 'silent' }) });
    const app = await startTestApp(t, {}, { persistence });
    const { torrent } = await makeTorrentFixture(t);
    const limits = { upload: 7000, download: null };
    const mirror = { target: await makeTempFolder(t), isPaused: true, peers: [], preferences: {}, limits };
    const save = t.mock.method(persistence, 'saveTorrent', () => Promise.reject(new Error('no room')));
    const publication = { torrent, dataPath: null, resume: null, mirror };
    await assert.rejects(app.catalogue.add(publication), /no room/);
    assert.deepEqual(await persistence.limits.loadRateLimits(), []);
    save.mock.restore();
    await app.catalogue.add(publication);
    assert.equal((await persistence.limits.loadRateLimits()).length, 2);
  });
});
