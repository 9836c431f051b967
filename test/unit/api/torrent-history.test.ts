import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TorrentView } from '../../../src/api/torrent-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { encodeMetainfo } from '../../../src/bittorrent/metainfo/encode.ts';
import { publishedText } from '../../../src/cli/published-text.ts';
import { startTestApi, type TestApi } from '../../support/api-client.ts';
import { eventually } from '../../support/eventually.ts';
import { FakePeer } from '../../support/fake-peer.ts';
import { makeTorrentFixture } from '../../support/seeded-torrent.ts';

interface Remarks {
  readonly comment?: string;
  readonly createdBy?: string;
  readonly creationDate?: number;
}

/** Publishes a torrent that says this of itself; its view when it is seeded. */
async function published(
  { app, call }: TestApi,
  owner: Parameters<typeof makeTorrentFixture>[0],
  remarks: Remarks,
) {
  const { metainfo, dataPath } = await makeTorrentFixture(owner);
  const torrent = encodeMetainfo({ infoBytes: metainfo.infoBytes, announceTiers: [], ...remarks });
  await app.catalogue.add({ torrent, dataPath, resume: null });
  const view = async (): Promise<TorrentView> =>
    (await call<TorrentView>('GET', `/torrents/${infoHashToHex(metainfo.infoHash)}`)).body;
  await eventually('seeding', async () => (await view()).state === 'seeding');
  return { view, metainfo };
}

describe('the history of a torrent', () => {
  it('is when it came, what its file says, and that nothing has moved yet', async (t) => {
    const api = await startTestApi(t);
    const before = Math.floor(Date.now() / 1000);
    const remarks = { comment: 'the one\nand only', createdBy: 'mktorrent 1.1', creationDate: 1_234_567_890 };
    const { view } = await published(api, t, remarks);
    const shown = await view();
    assert.ok(Date.parse(shown.addedAt) / 1000 >= before);
    assert.deepEqual(
      [shown.createdAt, shown.createdBy, shown.comment, shown.lastUploadedAt, shown.lastDownloadedAt],
      ['2009-02-13T23:31:30.000Z', 'mktorrent 1.1', 'the one\nand only', null, null],
    );
    assert.deepEqual([shown.wastedBytes, shown.wastedTotalBytes], [0, 0]);
    const text = publishedText(shown);
    assert.match(text, /^Added: +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m);
    assert.match(text, /^Created: +2009-02-13 23:31:30 UTC$/m);
    assert.match(text, /^Created by: +mktorrent 1\.1$/m);
    assert.match(text, /^Comment: +the one.+and only$/m);
    assert.ok(!/Wasted|Last sent|Last fetched/.test(text));
  });

  it('has nothing where the file says nothing, or what can be no date', async (t) => {
    const api = await startTestApi(t);
    const { view } = await published(api, t, { creationDate: Number.MAX_SAFE_INTEGER });
    const { createdAt, createdBy, comment } = await view();
    assert.deepEqual([createdAt, createdBy, comment], [null, null, null]);
    const bare = await api.call<TorrentView>('POST', '/torrents', { infoHash: 'ab'.repeat(20) });
    assert.deepEqual([bare.body.createdBy, bare.body.lastUploadedAt], [null, null]);
    assert.ok(!Number.isNaN(Date.parse(bare.body.addedAt)));
  });

  it('tells when a byte last went out', async (t) => {
    const api = await startTestApi(t);
    const { view, metainfo } = await published(api, t, {});
    const before = Math.floor(Date.now() / 1000);
    const peer = await FakePeer.download(t, api.app.peerPort, metainfo.infoHash);
    peer.request(0, 0, 16_384);
    await peer.next(7);
    const shown = await eventually('the time of the upload', async () => {
      const now = await view();
      return now.lastUploadedAt !== null && now;
    });
    assert.ok(Date.parse(shown.lastUploadedAt ?? '') / 1000 >= before);
    assert.match(publishedText(shown), /^Last sent: /m);
    assert.equal(shown.lastDownloadedAt, null);
  });
});
