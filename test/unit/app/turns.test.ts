import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { QueueView } from '../../../src/api/routes/queue.ts';
import type { TorrentView } from '../../../src/api/torrent-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import type { Config } from '../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { loopbackPeer, startMirrorNode } from '../../support/mirrored-torrent.ts';
import { makeTorrentFixture, torrentState } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

interface Api {
  readonly dataDir: string;
  readonly peerPort: number;
  get(path: string): Promise<unknown>;
  send(method: string, path: string, body: object): Promise<unknown>;
  torrent(infoHash: string): Promise<TorrentView>;
  stop(): Promise<void>;
}

async function startApi(t: TestContext, flags: Partial<Config> = {}): Promise<Api> {
  const app = await startTestApp(t, flags);
  const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return JSON.parse(text);
  };
  return {
    dataDir: app.dataDir,
    peerPort: app.peerPort,
    get: (path) => call('GET', path),
    send: call,
    torrent: async (infoHash) => (await call('GET', `/torrents/${infoHash}`)) as TorrentView,
    stop: () => app.stop(),
  };
}

/** A torrent that nobody has, to be fetched. */
async function addMirror(t: TestContext, api: Api, content: number): Promise<string> {
  const { torrent, metainfo } = await makeTorrentFixture(t, { content });
  const target = await makeTempFolder(t);
  const source = Buffer.from(torrent).toString('base64');
  await api.send('POST', '/torrents', { torrent: source, target });
  const hash = infoHashToHex(metainfo.infoHash);
  await eventually('it has been checked', async () => {
    const { state, reason } = await api.torrent(hash);
    return state === 'downloading' || reason !== undefined;
  });
  return hash;
}

/** Publishes a file, and downloads it once; resolves with its info-hash. */
async function uploadOnce(t: TestContext, api: Api): Promise<string> {
  const made = await makeFileTorrent(t);
  const torrent = Buffer.from(made.torrent).toString('base64');
  await api.send('POST', '/torrents', { torrent, dataPath: made.path, resume: made.resume });
  const leech = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), 'film.mkv');
  const peers = [loopbackPeer(api.peerPort)];
  const copy = leech.add({ metainfo: made.metainfo, dataPath, isMirrored: true, peers });
  await torrentState(leech, copy, 'seeding');
  return infoHashToHex(made.metainfo.infoHash);
}

describe('turns of torrents in the program', () => {
  it('the limit of downloads is that of the settings, until somebody changes it, also for later runs', async (t) => {
    const first = await startApi(t, { maxActiveDownloads: 1 });
    const a = await addMirror(t, first, 50_000);
    const b = await addMirror(t, first, 60_000);
    assert.deepEqual(
      [await first.torrent(a), await first.torrent(b)].map(({ state, reason }) => [state, reason]),
      [
        ['downloading', undefined],
        ['queued', 'waits for one of 1 active downloads'],
      ],
    );
    const changed = (await first.send('PATCH', '/queue', { downloads: 0 })) as QueueView;
    assert.deepEqual(changed.downloads, { maximum: 0, running: 2, stalled: 0, waiting: 0 });
    assert.equal((await first.torrent(b)).state, 'downloading');
    await first.stop();
    const second = await startApi(t, { dataDir: first.dataDir, maxActiveDownloads: 1 });
    await eventually('both run', async () => (await second.torrent(b)).state === 'downloading');
    await second.send('PATCH', '/queue', { downloads: 'default' });
    assert.equal((await second.torrent(b)).state, 'queued');
  });

  it('what was moved since ever is known after a restart, what was moved in this run begins at nothing', async (t) => {
    const first = await startApi(t);
    const hash = await uploadOnce(t, first);
    const before = await first.torrent(hash);
    assert.equal(before.uploadedBytes, 100_000);
    await first.stop();
    const second = await startApi(t, { dataDir: first.dataDir });
    const { uploadedBytes, uploadedTotalBytes, downloadedTotalBytes, ratio } = await second.torrent(hash);
    assert.deepEqual(
      { uploadedBytes, uploadedTotalBytes, downloadedTotalBytes, ratio },
      { uploadedBytes: 0, uploadedTotalBytes: 100_000, downloadedTotalBytes: 0, ratio: 1 },
    );
  });

  it('a torrent that a rule has stopped says why, stays so over a restart, and goes on when it is resumed', async (t) => {
    const first = await startApi(t, { seedRatio: 1 });
    const hash = await uploadOnce(t, first);
    await eventually('it is stopped', async () => (await first.torrent(hash)).state === 'stopped');
    await first.stop();
    const second = await startApi(t, { dataDir: first.dataDir, seedRatio: 1 });
    const { state, reason, progress } = await second.torrent(hash);
    assert.deepEqual([state, progress], ['stopped', 1]);
    assert.match(reason ?? '', /its share ratio is reached/);
    await second.send('PATCH', `/torrents/${hash}`, { isPaused: false });
    await eventually('it is seeded', async () => (await second.torrent(hash)).state === 'seeding');
    await second.stop();
    const third = await startApi(t, { dataDir: first.dataDir, seedRatio: 1 });
    await eventually('it is seeded still', async () => (await third.torrent(hash)).state === 'seeding');
  });
});
