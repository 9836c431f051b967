import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { WebSourceView } from '../../../src/api/web-source-view.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { encodeMetainfo } from '../../../src/bittorrent/metainfo/encode.ts';
import { startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { type Misbehaviour, startFileServer } from '../../support/file-server.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { webSeedFixture } from '../../support/web-seeded.ts';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

interface View {
  readonly infoHash: string;
  readonly state: string;
  readonly webSeeds: readonly WebSourceView[];
}

async function call(app: TestApp, method: string, path: string, body?: object): Promise<View> {
  const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
  const response = await fetch(`${app.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, await response.clone().text());
  return (await response.json()) as View;
}

/** A running Seedbed that mirrors a torrent which names a web server. */
async function mirroring(t: TestContext, misbehave?: Misbehaviour) {
  const app = await startTestApp(t, { metrics: 'public' });
  const { fixture, files } = await webSeedFixture(t, { content: 500_000 });
  const server = await startFileServer(t, files, misbehave && { misbehave });
  const { infoBytes, infoHash } = fixture.metainfo;
  const own = `${app.url}/files/${infoHashToHex(infoHash)}`;
  const webSeeds = [`${own}/`, `${own}/sample`, server.url.replace('//', '//ann:topsecret@')];
  const torrent = encodeMetainfo({ infoBytes, announceTiers: [], webSeeds });
  const target = await makeTempFolder(t);
  const added = await call(app, 'POST', '/torrents', {
    torrent: Buffer.from(torrent).toString('base64'),
    target,
  });
  return { app, fixture, server, target, path: `/torrents/${added.infoHash}` };
}

test('a mirror fetches from the web seeds of its torrent, but not from its own server', async (t) => {
  const { app, fixture, target, path } = await mirroring(t);
  await eventually('all data', async () => (await call(app, 'GET', path)).state === 'seeding');
  assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  assert.match(metrics, /^seedbed_seed_web_source_downloaded_bytes_total 500000$/m);
  assert.match(metrics, /^seedbed_seed_downloaded_bytes_total 500000$/m);
  assert.match(metrics, /^seedbed_seed_web_source_failures_total 0$/m);
});

test('web seeds are shown with their host, their state and why they were left', async (t) => {
  const { app, server, path } = await mirroring(t, (_request, response) =>
    Boolean(response.writeHead(500).end()),
  );
  const { webSeeds } = await eventually('the failure', async () => {
    const view = await call(app, 'GET', path);
    return view.webSeeds.some(({ state }) => state === 'waiting') && view;
  });
  assert.deepEqual(webSeeds, [
    {
      client: `web seed 127.0.0.1:${server.port}`,
      state: 'waiting',
      reason: 'it answered with HTTP status 500',
      downloadedBytes: 0,
      downloadBytesPerSecond: 0,
    },
  ]);
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  assert.match(metrics, /^seedbed_seed_web_sources\{state="waiting"\} 1$/m);
});
