import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readToken } from '../../../src/api/token.ts';
import { percentEncode } from '../../../src/bittorrent/query.ts';
import type { Config } from '../../../src/config/settings.ts';
import { startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** An open tracker that has been announced to twice, and once in a way that cannot be read. */
async function busyApp(t: TestContext, flags: Partial<Config> = {}): Promise<TestApp> {
  const app = await startTestApp(t, { access: 'open', database: 'memory', ...flags });
  const hash = percentEncode(new Uint8Array(20).fill(3));
  for (const left of [0, 5]) {
    const id = `-XX0001-00000000000${left}`;
    await fetch(
      `${app.url}/announce?info_hash=${hash}&peer_id=${id}&port=${7000 + left}&uploaded=0&downloaded=0&left=${left}&event=started`,
    );
  }
  await fetch(`${app.url}/announce?port=x`);
  await fetch(`${app.url}/scrape?info_hash=${hash}`);
  return app;
}

async function metricsOf(app: TestApp): Promise<string> {
  const response = await fetch(`${app.url}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  return response.text();
}

describe('/metrics', () => {
  it('counts announces by protocol, event and outcome, and tells how full the tracker is', async (t) => {
    const app = await busyApp(t);
    const text = await metricsOf(app);
    for (const line of [
      'seedbed_announces_total{protocol="http",event="started",outcome="answered"} 2',
      'seedbed_failures_total{protocol="http"} 1',
      'seedbed_scrapes_total{protocol="http"} 1',
      'seedbed_swarms 1',
      'seedbed_peers{family="ipv4",role="seeder"} 1',
      'seedbed_peers{family="ipv4",role="leecher"} 1',
      'seedbed_dropped_total{protocol="udp",reason="wrong-connection"} 0',
      'seedbed_seed_connections 0',
    ])
      assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);
    assert.match(text, /^seedbed_build_info\{version="[^"]+",node="v\d+/m);
    assert.match(text, /^nodejs_eventloop_lag_seconds /m);
  });

  it('counts what was written to the database', async (t) => {
    const app = await busyApp(t, { database: 'sqlite' });
    await eventually('both peers are written', async () =>
      (await metricsOf(app)).includes('seedbed_flushed_peers_total 2\n'),
    );
  });

  it('has no line that names a torrent, a peer or an address', async (t) => {
    const text = await metricsOf(await busyApp(t));
    assert.doesNotMatch(text, /030303|XX0001|127\.0\.0\.1/);
  });

  for (const [access, headers, status] of [
    ['off', { token: true }, 404],
    ['token', {}, 404],
    ['token', { token: true }, 200],
    ['local', {}, 200],
    ['local', { 'x-forwarded-for': '10.1.1.1' }, 404],
    ['local', { forwarded: 'for=10.1.1.1' }, 404],
    ['local', { via: '1.1 proxy' }, 404],
    ['local', { 'x-real-ip': '10.1.1.1' }, 404],
    ['public', { 'x-forwarded-for': '10.1.1.1' }, 200],
  ] as const)
    it(`answers ${status} when it is "${access}" and the request has ${Object.keys(headers).join() || 'nothing special'}`, async (t) => {
      const app = await startTestApp(t, { metrics: access, database: 'memory' });
      const response = await fetch(`${app.url}/metrics`, {
        headers: {
          ...('token' in headers ? { authorization: `Bearer ${await readToken(app.dataDir)}` } : headers),
        },
      });
      await response.arrayBuffer();
      assert.equal(response.status, status);
    });
});

describe('/livez and /readyz', () => {
  it('say that a running server lives and is ready', async (t) => {
    const app = await startTestApp(t, { database: 'memory' });
    assert.equal((await fetch(`${app.url}/livez`)).status, 200);
    const response = await fetch(`${app.url}/readyz`);
    assert.equal(response.status, 200);
    assert.partialDeepStrictEqual(await response.json(), {
      status: 'ready',
      checks: { server: { isOk: true }, database: { isOk: true } },
    });
  });

  it('say whether the traffic of users is written, on a private tracker', async (t) => {
    const app = await startTestApp(t, { database: 'memory', privateTracker: true, metrics: 'public' });
    const readiness = await (await fetch(`${app.url}/readyz`)).json();
    assert.partialDeepStrictEqual(readiness, { checks: { traffic: { isOk: true } } });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    assert.match(metrics, /^seedbed_user_traffic_lag_seconds 0$/m);
  });
});

describe('/stats', () => {
  it('is not there unless it is wanted', async (t) => {
    const app = await startTestApp(t, { database: 'memory' });
    assert.equal((await fetch(`${app.url}/stats`)).status, 404);
    assert.equal((await fetch(`${app.url}/stats.json`)).status, 404);
  });

  it('tells everybody how busy the tracker is', async (t) => {
    const app = await busyApp(t, { stats: true });
    const stats = await (await fetch(`${app.url}/stats.json`)).json();
    assert.partialDeepStrictEqual(stats, { swarms: 1, seeders: 1, leechers: 1, completed: 0 });
    const page = await (await fetch(`${app.url}/stats`)).text();
    assert.match(page, /<th scope="row">Seeders<\/th><td>1<\/td>/);
  });
});
