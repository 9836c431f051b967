import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionsView, FilesView, TrackersView } from '../../../../src/api/routes/torrent-details.ts';
import type { PiecesView } from '../../../../src/api/torrent-details.ts';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import { startTestApi, type TestApi } from '../../../support/api-client.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, numbersBytes } from '../../../support/fake-peer.ts';
import { startFixedTracker } from '../../../support/fixed-tracker.ts';
import { makeTorrentFixture, type TorrentFixture } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const FOLDER = { 'a.bin': 40_000, 'deep/b.bin': 30_000, 'deep/empty': 0 };

async function publish({ app }: TestApi, { torrent, dataPath, metainfo }: TorrentFixture): Promise<string> {
  await app.catalogue.add({ torrent, dataPath, resume: null });
  await eventually('seeding', () => app.catalogue.get(metainfo.infoHash)?.seed?.state === 'seeding');
  return `/torrents/${infoHashToHex(metainfo.infoHash)}`;
}

describe('what the control API tells of one torrent', () => {
  it('its files, with how much is here, page by page', async (t) => {
    const api = await startTestApi(t);
    const fixture = await makeTorrentFixture(t, { content: FOLDER });
    const place = await publish(api, fixture);
    const { body } = await api.call<FilesView>('GET', `${place}/files`);
    assert.deepEqual(
      body.files.map(({ index, path, lengthBytes, completedBytes, priority }) => [
        index,
        path,
        lengthBytes,
        completedBytes,
        priority,
      ]),
      [
        [0, 'a.bin', 40_000, 40_000, 1],
        [1, 'deep/b.bin', 30_000, 30_000, 1],
        [2, 'deep/empty', 0, 0, 1],
      ],
    );
    const page = await api.call<FilesView>('GET', `${place}/files?skip=1&limit=1`);
    assert.deepEqual([page.body.files.map(({ index }) => index), page.body.total], [[1], 3]);
    assert.equal((await api.call('GET', `${place}/files?limit=10001`)).status, 400);
  });

  it('its connections: who is there, and what they want', async (t) => {
    const api = await startTestApi(t);
    const fixture = await makeTorrentFixture(t, { content: 100_000 });
    const place = await publish(api, fixture);
    assert.deepEqual((await api.call<ConnectionsView>('GET', `${place}/connections`)).body.connections, []);
    const peer = await FakePeer.download(t, api.app.peerPort, fixture.metainfo.infoHash);
    peer.request(0, 0, 16_384);
    await peer.next(7);
    const { body } = await api.call<ConnectionsView>('GET', `${place}/connections`);
    const [connection] = body.connections;
    assert.equal(body.connections.length, 1);
    assert.deepEqual(
      { ...connection, port: 0, uploadBytesPerSecond: 0 },
      {
        address: '127.0.0.1',
        port: 0,
        peerId: Buffer.from('-FK0001-aaaaaaaaaaaa').toString('hex'),
        client: 'FK 0.0.0',
        direction: 'incoming',
        isEncrypted: false,
        progress: 0,
        uploadedBytes: 16_384,
        downloadedBytes: 0,
        uploadBytesPerSecond: 0,
        downloadBytesPerSecond: 0,
        isInterested: true,
        isChoked: false,
        areWeInterested: false,
        areWeChoked: true,
        isSnubbed: false,
      },
    );
  });

  it('the pieces that are here, and those that a peer has when they are asked for', async (t) => {
    const api = await startTestApi(t);
    const fixture = await makeTorrentFixture(t, { content: 100_000 });
    const place = await publish(api, fixture);
    const { body } = await api.call<PiecesView>('GET', `${place}/pieces`);
    const bits = (text: string | null | undefined): number[] => [...Buffer.from(text ?? '', 'base64')];
    assert.deepEqual([body.pieceCount, body.pieceLengthBytes], [4, 32_768]);
    assert.deepEqual([bits(body.bitfield), bits(body.wantedBitfield)], [[0xf0], [0]]);
    const peer = await FakePeer.download(t, api.app.peerPort, fixture.metainfo.infoHash);
    peer.send(numbersBytes(4, 2));
    peer.request(0, 0, 16_384);
    await peer.next(7);
    const told = async (query: string): Promise<ConnectionsView['connections']> =>
      (await api.call<ConnectionsView>('GET', `${place}/connections${query}`)).body.connections;
    assert.deepEqual(bits((await told('?bitfields=true'))[0]?.bitfield), [0x20]);
    assert.equal('bitfield' in ((await told(''))[0] ?? {}), false);
    assert.equal((await api.call('GET', `${place}/connections?bitfields=yes`)).status, 400);
  });

  it('the peers that a tracker names while something is missing', async (t) => {
    const named = Buffer.from([127, 0, 0, 1, 0xc3, 0x50]);
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ interval: 600, complete: 7, incomplete: 3, peers: named })),
    );
    const fixture = await makeTorrentFixture(t, { announceTiers: [[tracker.url]] });
    const api = await startTestApi(t);
    const { status } = await api.call('POST', '/torrents', {
      torrent: Buffer.from(fixture.torrent).toString('base64'),
      target: await makeTempFolder(t),
    });
    assert.equal(status, 201);
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    await eventually('the peers', async () => {
      const { body } = await api.call<TrackersView>('GET', `${place}/trackers`);
      const [peer] = body.trackers[1]?.peers ?? [];
      return peer?.address === '127.0.0.1' && peer.port === 50_000;
    });
  });

  it('its trackers without their passkeys, ours first, and what they answered', async (t) => {
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ interval: 600, complete: 7, incomplete: 3, peers: '' })),
    );
    const refusing = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ 'failure reason': 'the passkey s3cr3t-abc is not known' })),
    );
    const secret = (url: string): string => `${url.replace('/announce', '/s3cr3t-abc/announce')}?auth=h1dd3n`;
    const fixture = await makeTorrentFixture(t, {
      announceTiers: [[secret(refusing.url)], [secret(tracker.url)]],
    });
    const api = await startTestApi(t);
    const place = await publish(api, fixture);
    const { trackers } = await eventually('the second to be asked', async () => {
      const { body } = await api.call<TrackersView>('GET', `${place}/trackers`);
      return body.trackers[2]?.state === 'working' && body;
    });
    assert.ok(!/s3cr3t|h1dd3n/.test(JSON.stringify(trackers)));
    const port = (url: string): string => new URL(url).host;
    assert.deepEqual(
      trackers.map(({ url, tier, state, seeders, failures, message }) => [
        url,
        tier,
        state,
        seeders,
        failures,
        message,
      ]),
      [
        [`http://127.0.0.1:${api.app.httpPort}/announce`, null, 'own', 1, 0, null],
        [
          `http://${port(refusing.url)}/.../announce?...`,
          0,
          'failing',
          null,
          1,
          'the passkey ... is not known',
        ],
        [`http://${port(tracker.url)}/.../announce?...`, 1, 'working', 7, 0, null],
      ],
    );
    const [, first, second] = trackers;
    assert.equal(second?.secondsSinceAnnounce, 0);
    assert.ok((first?.secondsUntilAnnounce ?? 0) > 500, 'the next round begins with the first tier');
  });

  it('its trackers are idle while it is stopped', async (t) => {
    const api = await startTestApi(t);
    const fixture = await makeTorrentFixture(t, { announceTiers: [['http://tracker.example/announce']] });
    const place = await publish(api, fixture);
    await api.call('PATCH', place, { state: 'stopped' });
    const { body } = await api.call<TrackersView>('GET', `${place}/trackers`);
    assert.deepEqual(
      body.trackers.map(({ state }) => state),
      ['own', 'idle'],
    );
  });

  it('nothing to somebody without the token', async (t) => {
    const api = await startTestApi(t);
    const place = await publish(api, await makeTorrentFixture(t));
    for (const what of ['files', 'pieces', 'connections', 'trackers'])
      assert.equal((await fetch(`${api.app.url}/api/v1${place}/${what}`)).status, 401);
  });
});
