import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import type { RecheckView } from '../../../src/api/recheck-record.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { startTestApi, type TestApi } from '../../support/api-client.ts';
import { rotByte } from '../../support/corrupt.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTorrentFixture, type TorrentFixture } from '../../support/seeded-torrent.ts';

/** Three pieces of 32 KiB. */
const FOLDER = { 'a.bin': 40_000, 'deep/b.bin': 50_000, empty: 0 };

interface Published {
  readonly api: TestApi;
  readonly fixture: TorrentFixture;
  /** The path of the torrent. */
  readonly place: string;
}

async function published(t: TestContext): Promise<Published> {
  const api = await startTestApi(t);
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { torrent, dataPath, metainfo } = fixture;
  await api.app.catalogue.add({ torrent, dataPath, resume: null });
  await eventually('seeding', () => api.app.catalogue.get(metainfo.infoHash)?.seed?.state === 'seeding');
  return { api, fixture, place: `/torrents/${infoHashToHex(metainfo.infoHash)}` };
}

async function recheck({ api, place }: Published, body?: object): Promise<RecheckView> {
  const begun = await api.call('POST', `${place}/recheck`, body);
  assert.equal(begun.status, 202, JSON.stringify(begun.body));
  return eventually('the recheck ends', async () => {
    const { body: view } = await api.call<RecheckView>('GET', `${place}/recheck`);
    return !view.isRunning && view;
  });
}

describe('rechecks by the control API', () => {
  it('of all: every piece passes', async (t) => {
    const { bytes, ...view } = await recheck(await published(t));
    const counts = { passed: 3, failed: 0, skipped: 0, failedPieces: [], reason: null };
    assert.deepEqual(view, { isRunning: false, isWhole: true, progress: 1, ...counts });
    assert.equal(bytes, 90_000);
  });

  it('of all: bad pieces are named', async (t) => {
    const torrent = await published(t);
    await rotByte(`${torrent.fixture.dataPath}/deep/b.bin`, 49_999);
    const { passed, failed, failedPieces, reason } = await recheck(torrent);
    assert.deepEqual([passed, failed, failedPieces, reason], [2, 1, [2], null]);
  });

  it('of chosen pieces', async (t) => {
    const view = await recheck(await published(t), { pieces: ['0-1', 1] });
    assert.deepEqual([view.isWhole, view.passed, view.failed, view.bytes], [false, 2, 0, 65_536]);
  });

  it('of the pieces of a file', async (t) => {
    const torrent = await published(t);
    assert.equal((await recheck(torrent, { file: 'deep/b.bin' })).passed, 2);
    assert.equal((await recheck(torrent, { file: 'empty' })).passed, 0);
  });

  it('of a file that is gone tells so', async (t) => {
    const torrent = await published(t);
    await rename(torrent.fixture.dataPath, `${torrent.fixture.dataPath}.away`);
    const { reason, passed } = await recheck(torrent);
    assert.match(reason ?? '', /missing|does not exist/);
    assert.equal(passed, 0);
  });

  it('of a stopped torrent leaves it stopped', async (t) => {
    const torrent = await published(t);
    await torrent.api.call('PATCH', torrent.place, { state: 'stopped' });
    const view = await recheck(torrent);
    assert.deepEqual([view.passed, view.reason], [3, null]);
    const { body } = await torrent.api.call<{ state: string }>('GET', torrent.place);
    assert.equal(body.state, 'stopped');
  });

  for (const [body, status, code] of [
    [{ pieces: [3] }, 400, 'ERR_PIECE_RANGE'],
    [{ pieces: ['2-1'] }, 400, 'ERR_PIECE_RANGE'],
    [{ pieces: [] }, 400, 'ERR_BAD_REQUEST'],
    [{ pieces: 'all' }, 400, 'ERR_BAD_REQUEST'],
    [{ pieces: [-1] }, 400, 'ERR_BAD_REQUEST'],
    [{ pieces: [0], file: 'a.bin' }, 400, 'ERR_BAD_REQUEST'],
    [{ piece: [0] }, 400, 'ERR_BAD_REQUEST'],
    [{ file: '../a.bin' }, 404, 'ERR_NO_FILE'],
  ] as const)
    it(`refuses ${JSON.stringify(body)}`, async (t) => {
      const { api, place } = await published(t);
      const reply = await api.call('POST', `${place}/recheck`, body);
      assert.deepEqual([reply.status, reply.body.error.code], [status, code]);
      assert.equal((await api.call('GET', `${place}/recheck`)).body.error.code, 'ERR_NO_RECHECK');
    });
});
