import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import request from 'supertest';
import { type ApiOptions, apiRouter } from '../../../src/api/router.ts';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';

interface Api {
  readonly get: (path: string) => request.Test;
  readonly post: (path: string, body: unknown) => request.Test;
  readonly delete: (path: string) => request.Test;
  readonly url: string;
}

async function startApi(t: TestContext): Promise<Api> {
  const { url, dataDir } = await startTestApp(t);
  const token = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();
  const authorized = (test: request.Test): request.Test => test.set('authorization', `Bearer ${token}`);
  return {
    url,
    get: (path) => authorized(request(url).get(`/api/v1${path}`)),
    delete: (path) => authorized(request(url).delete(`/api/v1${path}`)),
    post: (path, body) => authorized(request(url).post(`/api/v1${path}`)).send(body as object),
  };
}

/** The part of an Express router's layers that tells its routes. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods?: object } | undefined;
  readonly handle: { readonly stack?: unknown };
}

/** The methods and paths of a router and those that it uses, with parameters as OpenAPI writes them. */
function routesOf(stack: unknown): string[] {
  return (stack as readonly Layer[]).flatMap(({ route, handle }) => {
    if (route === undefined) return handle.stack === undefined ? [] : routesOf(handle.stack);
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    return Object.keys(route.methods ?? {}).map((method) => `${method} ${path}`);
  });
}

describe('the control API', () => {
  it('answers nothing but its description without the token', async (t) => {
    const { url } = await startApi(t);
    await request(url).get('/api/v1/openapi.json').expect(200);
    for (const path of ['/server', '/torrents', '/statistics', '/none']) {
      const { body } = await request(url).get(`/api/v1${path}`).expect(401);
      assert.equal(body.error.code, 'ERR_UNAUTHORIZED');
    }
    await request(url)
      .get('/api/v1/torrents')
      .set('authorization', `Bearer ${'0'.repeat(64)}`)
      .expect(401);
    await request(url).post('/api/v1/torrents').send({ torrent: 'x' }).expect(401);
  });

  it('tells the commands on the same machine what they have to know of the server', async (t) => {
    const api = await startApi(t);
    const { body } = await api.get('/server').expect(200);
    const { port } = new URL(api.url);
    assert.deepEqual(body.announceUrls, [
      `http://127.0.0.1:${port}/announce`,
      `udp://127.0.0.1:${body.udpPort}/announce`,
    ]);
    assert.equal(body.announceUrl, body.announceUrls[0]);
    assert.deepEqual([body.pid, body.isPrivate, body.isWebSocketOn], [process.pid, false, true]);
    assert.ok(body.peerPort > 0 && body.maxConnections > 0);
  });

  it('publishes, shows, lists and removes a torrent', async (t) => {
    const api = await startApi(t);
    const { torrent, path, resume, metainfo } = await makeFileTorrent(t);
    const infoHash = infoHashToHex(metainfo.infoHash);
    const body = { torrent: Buffer.from(torrent).toString('base64'), dataPath: path, resume };
    const { body: made } = await api.post('/torrents', body).expect(201);
    assert.equal(made.infoHash, infoHash);
    assert.equal(made.lengthBytes, 100_000);
    await eventually(
      'it is seeded',
      async () => (await api.get(`/torrents/${infoHash}`)).body.state === 'seeding',
    );
    const { body: listed } = await api.get('/torrents').expect(200);
    assert.deepEqual(
      listed.torrents.map((view: { infoHash: string }) => view.infoHash),
      [infoHash],
    );
    await api.delete(`/torrents/${infoHash}`).expect(204);
    await api.get(`/torrents/${infoHash}`).expect(404);
    await api.delete(`/torrents/${infoHash}`).expect(404);
  });

  it('seeds on from where it does, when the same torrent comes without data', async (t) => {
    const api = await startApi(t);
    const { torrent, path, resume, metainfo } = await makeFileTorrent(t);
    const encoded = Buffer.from(torrent).toString('base64');
    const place = `/torrents/${infoHashToHex(metainfo.infoHash)}`;
    await api.post('/torrents', { torrent: encoded, dataPath: path, resume }).expect(201);
    const isSeeded = async (): Promise<boolean> => (await api.get(place)).body.state === 'seeding';
    await eventually('it is seeded', isSeeded);
    const { body } = await api.post('/torrents', { torrent: encoded, dataPath: null }).expect(200);
    assert.deepEqual([body.state, body.dataPath], ['seeding', path]);
  });

  it('seeds on from good data until other data is known to be good', async (t) => {
    const api = await startApi(t);
    const { torrent, path, resume, metainfo } = await makeFileTorrent(t);
    const encoded = Buffer.from(torrent).toString('base64');
    const place = `/torrents/${infoHashToHex(metainfo.infoHash)}`;
    await api.post('/torrents', { torrent: encoded, dataPath: path, resume }).expect(201);
    const isSeeded = async (): Promise<boolean> => (await api.get(place)).body.state === 'seeding';
    await eventually('it is seeded', isSeeded);

    const bad = join(dirname(path), 'bad');
    await writeFile(bad, new Uint8Array(100_000));
    const refused = await api.post('/torrents', { torrent: encoded, dataPath: bad }).expect(422);
    assert.equal(refused.body.error.code, 'ERR_DATA_MISMATCH');
    assert.match(refused.body.error.message, /do not match the torrent.*bad.*still seeded from .*film\.mkv/);
    const { body: kept } = await api.get(place);
    assert.deepEqual([kept.state, kept.dataPath], ['seeding', path]);

    const copy = join(dirname(path), 'copy');
    await copyFile(path, copy);
    const { body: moved } = await api.post('/torrents', { torrent: encoded, dataPath: copy }).expect(200);
    assert.equal(moved.dataPath, copy);
    await eventually('the copy is seeded', isSeeded);
  });

  it('tracks a torrent whose data is elsewhere', async (t) => {
    const api = await startApi(t);
    const { torrent } = await makeFileTorrent(t);
    const { body } = await api
      .post('/torrents', { torrent: Buffer.from(torrent).toString('base64') })
      .expect(201);
    assert.equal(body.state, 'tracked');
    assert.equal(body.dataPath, null);
  });

  it('says what is wrong with a request', async (t) => {
    const api = await startApi(t);
    const { torrent } = await makeFileTorrent(t);
    const encoded = Buffer.from(torrent).toString('base64');
    for (const [body, status, complaint] of [
      [{}, 400, /"torrent" must be/],
      [{ torrent: 'aGVsbG8=' }, 400, /not a metainfo file/],
      [{ torrent: encoded, dataPath: 'relative' }, 400, /absolute path/],
      [{ torrent: encoded, dataPath: '/none/here' }, 422, /\/none\/here does not exist/],
      [{ torrent: encoded, resume: 5 }, 400, /"resume"/],
      [[], 400, /"torrent" must be/],
    ] as const) {
      const answer = await api.post('/torrents', body).expect(status);
      assert.match(answer.body.error.message, complaint);
    }
    assert.equal((await api.get('/torrents')).body.torrents.length, 0, 'nothing was published');
  });

  it('says that a body is no JSON, and that an info-hash is none', async (t) => {
    const api = await startApi(t);
    await api.post('/torrents', '{').set('content-type', 'application/json').expect(400);
    const { body } = await api.get('/torrents/xyz').expect(400);
    assert.equal(body.error.code, 'ERR_INFO_HASH');
    await api.get('/nothing').expect(404);
  });

  it('counts', async (t) => {
    const api = await startApi(t);
    const { body } = await api.get('/statistics').expect(200);
    assert.equal(body.tracker.peers4, 0);
    assert.ok(body.http.connections >= 1);
    assert.ok('seedNode' in body);
  });

  it('describes every route that it has, and no others', async (t) => {
    const api = await startApi(t);
    const { body } = await request(api.url).get('/api/v1/openapi.json').expect(200);
    const described = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method} ${path}`),
    );
    const parts = {
      catalogue: {},
      access: {},
      users: {},
      nodes: {},
      limits: { limits: {} },
      importPeers: () => 0,
    } as unknown as ApiOptions; // no route is called
    const routes = routesOf(apiRouter({ ...parts, token: 'x' }).stack);
    assert.deepEqual(described.sort(), routes.filter((route) => route !== 'get /openapi.json').sort());
  });
});
