import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { TorrentView } from '../../../src/api/torrent-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { type ApiErrorBody, startTestApi, type TestApi } from '../../support/api-client.ts';
import { makeFileTorrent } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

async function publish(t: TestContext, api: TestApi): Promise<string> {
  const { torrent, path, resume, metainfo } = await makeFileTorrent(t);
  await api.app.catalogue.add({ torrent, dataPath: path, resume });
  const place = `/torrents/${infoHashToHex(metainfo.infoHash)}`;
  await isIn(api, place, 'seeding');
  return place;
}

async function isIn(api: TestApi, place: string, state: string): Promise<TorrentView> {
  return eventually(`the torrent is ${state}`, async () => {
    const { body } = await api.call<TorrentView>('GET', place);
    return body.state === state && body;
  });
}

describe('the wanted state of a torrent, by the control API', () => {
  it('stopped: the tracker forgets our seed; started: it is there again', async (t) => {
    const api = await startTestApi(t);
    const place = await publish(t, api);
    assert.equal((await isIn(api, place, 'seeding')).seeders, 1);
    const { body } = await api.call<TorrentView>('PATCH', place, { state: 'stopped' });
    assert.deepEqual([body.state, body.seeders, body.progress], ['stopped', 0, 1]);
    await api.call('PATCH', place, { state: 'started' });
    assert.equal((await isIn(api, place, 'seeding')).seeders, 1);
  });

  for (const state of ['stopped', 'paused'] as const)
    it(`${state} holds over a restart`, async (t) => {
      const dataDir = await makeTempFolder(t);
      const first = await startTestApi(t, { dataDir });
      const place = await publish(t, first);
      await first.call('PATCH', place, { state });
      await first.app.stop();
      const second = await startTestApi(t, { dataDir });
      const view = await isIn(second, place, state);
      assert.equal(view.progress, 1);
      await second.call('PATCH', place, { state: 'started' });
      await isIn(second, place, 'seeding');
    });

  it('a mirror that is stopped stays a mirror over a restart', async (t) => {
    const dataDir = await makeTempFolder(t);
    const { torrent, metainfo } = await makeTorrentFixture(t);
    const first = await startTestApi(t, { dataDir });
    const target = await makeTempFolder(t);
    await first.call('POST', '/torrents', { torrent: Buffer.from(torrent).toString('base64'), target });
    const place = `/torrents/${infoHashToHex(metainfo.infoHash)}`;
    await first.call('PATCH', place, { state: 'stopped' });
    await first.app.stop();
    const second = await startTestApi(t, { dataDir });
    await isIn(second, place, 'stopped');
    await second.call('PATCH', place, { state: 'started' });
    await isIn(second, place, 'downloading');
  });

  it('a torrent that is stopped may be paused', async (t) => {
    const api = await startTestApi(t);
    const place = await publish(t, api);
    await api.call('PATCH', place, { state: 'stopped' });
    await api.call('PATCH', place, { state: 'paused' });
    await isIn(api, place, 'paused');
  });

  it('refuses what is no state, or says it twice', async (t) => {
    const api = await startTestApi(t);
    const place = await publish(t, api);
    for (const body of [{ state: 'seeding' }, { state: 1 }, { state: 'paused', isPaused: true }]) {
      const reply = await api.call<ApiErrorBody>('PATCH', place, body);
      assert.deepEqual([reply.status, reply.body.error.code], [400, 'ERR_BAD_REQUEST'], JSON.stringify(body));
    }
    await isIn(api, place, 'seeding');
  });

  it('of a torrent without data here is an error', async (t) => {
    const api = await startTestApi(t);
    const infoHash = 'ab'.repeat(20);
    await api.call('POST', '/torrents', { infoHash });
    const { status, body } = await api.call('PATCH', `/torrents/${infoHash}`, { state: 'stopped' });
    assert.deepEqual([status, body.error.code], [409, 'ERR_TORRENT_STATE']);
  });
});
