import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { LimitsView, TorrentLimitsView } from '../../../../src/api/routes/limits-view.ts';
import { readToken } from '../../../../src/api/token.ts';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import type { Config } from '../../../../src/config/settings.ts';
import { makeFileTorrent, startTestApp } from '../../../support/app.ts';
import { runCommandHere } from '../../../support/run-command.ts';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** An answer of the routes under test. */
interface Answer {
  readonly upload: LimitsView['upload'] & TorrentLimitsView['upload'];
  readonly download: LimitsView['download'] & TorrentLimitsView['download'];
  readonly error: { readonly code: string };
}

async function call(
  app: TestApp,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: Answer }> {
  const response = await fetch(`${app.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${await readToken(app.dataDir)}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

/** A server with one published torrent. */
async function publishing(t: TestContext, flags: Partial<Config> = {}) {
  const app = await startTestApp(t, flags);
  const made = await makeFileTorrent(t);
  await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  return { app, made, infoHash: infoHashToHex(made.metainfo.infoHash) };
}

async function nodeLimits(app: TestApp): Promise<unknown[]> {
  const { upload } = (await call(app, 'GET', '/limits')).body;
  return [upload.nodeBytesPerSecond, upload.eachTorrentBytesPerSecond, upload.eachPeerBytesPerSecond];
}

describe('/limits', () => {
  it('shows what the settings say, and changes what is named', async (t) => {
    const { app } = await publishing(t, { uploadLimit: 5_000_000, uploadLimitPerPeer: 70_000 });
    assert.deepEqual(await nodeLimits(app), [5_000_000, null, 70_000]);
    const change = { upload: { nodeBytesPerSecond: 2_000_000, eachTorrentBytesPerSecond: 1_000_000 } };
    assert.equal((await call(app, 'PATCH', '/limits', change)).status, 200);
    await call(app, 'PATCH', '/limits', { upload: { eachPeerBytesPerSecond: null } });
    assert.deepEqual(await nodeLimits(app), [2_000_000, 1_000_000, null]);
    const defaults = { nodeBytesPerSecond: 'default', eachPeerBytesPerSecond: 'default' };
    await call(app, 'PATCH', '/limits', { upload: defaults });
    assert.deepEqual(await nodeLimits(app), [5_000_000, 1_000_000, 70_000]);
  });

  it('refuses what cannot be a limit, and changes nothing then', async (t) => {
    const { app, infoHash } = await publishing(t);
    for (const upload of [
      { nodeBytesPerSecond: 0 },
      { nodeBytesPerSecond: 1023 },
      { nodeBytesPerSecond: 2000.5 },
      { nodeBytesPerSecond: 1e13 },
      { nodeBytesPerSecond: '5M' },
      { nodeBytesPerSecond: 5000, everyBytesPerSecond: 5000 },
      { nodeBytesPerSecond: 5000, eachPeerBytesPerSecond: true },
      { bytesPerSecond: 5000 },
      {},
      5000,
    ]) {
      const { status, body } = await call(app, 'PATCH', '/limits', { upload });
      assert.deepEqual([status, body.error.code], [400, 'ERR_BAD_REQUEST'], JSON.stringify(upload));
    }
    assert.equal((await call(app, 'PATCH', '/limits', { download: {} })).status, 400);
    assert.equal((await call(app, 'PATCH', `/torrents/${infoHash}/limits`, {})).status, 400);
    assert.deepEqual(await nodeLimits(app), [null, null, null]);
  });

  it('are kept over a restart, those of a torrent until it is removed', async (t) => {
    const { app, made, infoHash } = await publishing(t, { uploadLimit: 5_000_000 });
    const path = `/torrents/${infoHash}/limits`;
    await call(app, 'PATCH', '/limits', { upload: { nodeBytesPerSecond: 3_000_000 } });
    await call(app, 'PATCH', path, { upload: { bytesPerSecond: 4000 } });
    await app.stop();
    const again = await startTestApp(t, { dataDir: app.dataDir, uploadLimit: 9_000_000 });
    assert.deepEqual(await nodeLimits(again), [3_000_000, null, null]);
    const own = (await call(again, 'GET', path)).body.upload;
    assert.deepEqual(own, { bytesPerSecond: 4000, isOwn: true, rateBytesPerSecond: 0 });
    const publication = { torrent: made.torrent, dataPath: made.path, resume: made.resume };
    await again.catalogue.add(publication);
    assert.equal((await call(again, 'GET', path)).body.upload.bytesPerSecond, 4000);
    await again.catalogue.remove(made.metainfo.infoHash);
    assert.equal((await call(again, 'GET', path)).status, 404);
    await again.catalogue.add(publication);
    assert.equal((await call(again, 'GET', path)).body.upload.isOwn, false);
  });

  it('bind downloads too, each direction by itself, and are kept over a restart', async (t) => {
    const { app, infoHash } = await publishing(t, { downloadLimit: 7_000_000, limitLocal: true });
    const path = `/torrents/${infoHash}/limits`;
    const shown = (await call(app, 'GET', '/limits')).body;
    assert.deepEqual(
      [shown.upload.nodeBytesPerSecond, shown.download.nodeBytesPerSecond, shown.download.isLocalLimited],
      [null, 7_000_000, true],
    );
    const change = {
      upload: { nodeBytesPerSecond: 1_000_000 },
      download: { nodeBytesPerSecond: 2_000_000, eachPeerBytesPerSecond: 50_000 },
    };
    const changed = (await call(app, 'PATCH', '/limits', change)).body;
    assert.deepEqual(
      [changed.upload.nodeBytesPerSecond, changed.download.nodeBytesPerSecond],
      [1_000_000, 2_000_000],
    );
    await call(app, 'PATCH', path, { download: { bytesPerSecond: 4000 } });
    assert.equal((await call(app, 'GET', path)).body.upload.isOwn, false);
    await app.stop();
    const again = await startTestApp(t, { dataDir: app.dataDir });
    const { download } = (await call(again, 'GET', '/limits')).body;
    assert.deepEqual([download.nodeBytesPerSecond, download.eachPeerBytesPerSecond], [2_000_000, 50_000]);
    assert.equal((await call(again, 'GET', path)).body.download.bytesPerSecond, 4000);
    const { body, status } = await call(again, 'PATCH', path, {
      upload: { bytesPerSecond: 9000 },
      download: { bytesPerSecond: 1 },
    });
    assert.deepEqual([status, body.error.code], [400, 'ERR_BAD_REQUEST']);
    assert.equal((await call(again, 'GET', path)).body.upload.isOwn, false);
  });

  it('tells the hours of the schedule, and that they hold', async (t) => {
    const app = await startTestApp(t, {
      uploadLimit: 5_000_000,
      uploadSchedule: '00:00-24:00 2M; 8:00-9:30 none',
      downloadSchedule: '00:00-24:00 3M',
    });
    const { upload, download } = (await call(app, 'GET', '/limits')).body;
    assert.deepEqual([upload.nowBytesPerSecond, download.nowBytesPerSecond], [2_097_152, 3_145_728]);
    assert.deepEqual(upload.schedule, [
      { from: '00:00', to: '24:00', bytesPerSecond: 2_097_152 },
      { from: '08:00', to: '09:30', bytesPerSecond: null },
    ]);
  });

  it('are measured', async (t) => {
    const app = await startTestApp(t, { uploadLimit: 5_000_000 });
    const metrics = async (): Promise<string> => (await fetch(`${app.url}/metrics`)).text();
    assert.match(await metrics(), /^seedbed_seed_upload_limit_bytes_per_second 5000000$/m);
    assert.match(await metrics(), /^seedbed_seed_upload_rate_bytes_per_second 0$/m);
    assert.match(await metrics(), /^seedbed_seed_limited_peers 0$/m);
    assert.match(await metrics(), /^seedbed_seed_download_limit_bytes_per_second 0$/m);
    await call(app, 'PATCH', '/limits', { upload: { nodeBytesPerSecond: null } });
    assert.match(await metrics(), /^seedbed_seed_upload_limit_bytes_per_second 0$/m);
  });
});

describe('seedbed limit', () => {
  it('shows and changes the limits of the server', async (t) => {
    const { app } = await publishing(t, { uploadLimit: 2_097_152 });
    const limit = (...args: string[]) => runCommandHere(t, ['limit', '--data-dir', app.dataDir, ...args]);
    const shown = await limit();
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /^Upload limit: +2 MiB\/s\nOf each torrent: +no limit\nTo each peer: +no limit\n/,
    );
    assert.match(shown.stdout, /^Downloading now: +0 B\/s\nLocal network: +not limited\n$/m);
    const changed = await limit('--upload', '10mbit', '--per-torrent', '800K', '--per-peer', '1.5M');
    assert.match(changed.stdout, /1\.2 MiB\/s\n.*800 KiB\/s\n.*1\.5 MiB\/s/);
    assert.deepEqual(await nodeLimits(app), [1_250_000, 819_200, 1_572_864]);
    await limit('--upload', 'none', '--per-torrent', 'default');
    assert.deepEqual(await nodeLimits(app), [null, null, 1_572_864]);
    const down = await limit(
      '--download',
      '20M',
      '--download-per-torrent',
      '3M',
      '--download-per-peer',
      '1M',
    );
    assert.match(
      down.stdout,
      /^Download limit: +20 MiB\/s\nOf each torrent: +3 MiB.*\nFrom each peer: +1 MiB/m,
    );
    const json = JSON.parse((await limit('--upload', 'default', '--json')).stdout);
    assert.equal(json.upload.nodeBytesPerSecond, 2_097_152);
  });

  it('shows and changes the limit of a torrent', async (t) => {
    const { app, infoHash } = await publishing(t, { uploadLimitPerTorrent: 1_048_576 });
    const limit = (...args: string[]) =>
      runCommandHere(t, ['limit', infoHash, '--data-dir', app.dataDir, ...args]);
    assert.match((await limit()).stdout, /^Upload limit: +1 MiB\/s \(that of each torrent\)\n/);
    assert.match((await limit('--upload', '800K')).stdout, /^Upload limit: +800 KiB\/s\n/);
    assert.match((await limit('--upload', 'none')).stdout, /^Upload limit: +no limit\n/);
    assert.match((await limit('--upload', 'default')).stdout, /that of each torrent/);
    assert.match((await limit('--download', '800K')).stdout, /^Download limit: +800 KiB\/s\n/m);
  });

  it('refuses wrong usage by exit code 2, and a torrent that is not here by 1', async (t) => {
    const { app, infoHash } = await publishing(t);
    const limit = (...args: string[]) => runCommandHere(t, ['limit', '--data-dir', app.dataDir, ...args]);
    for (const [args, code, reason] of [
      [['--upload', 'fast'], 2, /It takes bytes a second such as 800K/],
      [['--upload', '12'], 2, /It takes a rate from 1K/],
      [[infoHash, '--per-peer', '1M'], 2, /is for the whole server/],
      [[infoHash, '--download-per-peer', '1M'], 2, /is for the whole server/],
      [['abc'], 2, /"abc" is too short: name 8 digits/],
      [['cc'.repeat(20)], 1, /no torrent c+ is published here/],
    ] as const) {
      const outcome = await limit(...args);
      assert.equal(outcome.code, code, `${args}: ${outcome.stderr}`);
      assert.match(outcome.stderr, reason);
    }
  });
});
