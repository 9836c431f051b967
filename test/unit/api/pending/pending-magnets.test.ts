import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TorrentView } from '../../../../src/api/torrent-view.ts';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import type { Config } from '../../../../src/config/settings.ts';
import { type ApiErrorBody, type ApiReply, startTestApi, type TestApi } from '../../../support/api-client.ts';
import { eventually } from '../../../support/eventually.ts';
import { listenOn } from '../../../support/listen-on.ts';
import { cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { makeV2Fixture } from '../../../support/v2-fixture.ts';

const TRACKER = `&tr=${encodeURIComponent('http://127.0.0.1:9/secret-passkey/announce')}`;

/** Asks a server for torrents, and gives it links. */
interface Torrents {
  readonly api: TestApi;
  add(source: string, more?: object): Promise<ApiReply<TorrentView & ApiErrorBody>>;
  get(hash: string): Promise<ApiReply<TorrentView & ApiErrorBody>>;
  list(): Promise<TorrentView[]>;
  /** Waits for a state. */
  becomes(hash: string, state: string): Promise<TorrentView>;
}

async function startTorrents(t: TestContext, target: string, flags: Partial<Config> = {}): Promise<Torrents> {
  const api = await startTestApi(t, flags);
  const get: Torrents['get'] = (hash) => api.call('GET', `/torrents/${hash}`);
  return {
    api,
    get,
    add: (source, more = {}) => api.call('POST', '/torrents', { source, target, ...more }),
    list: async () => (await api.call<{ torrents: TorrentView[] }>('GET', '/torrents')).body.torrents,
    becomes: (hash, state) =>
      eventually(`the state ${state}`, async () => {
        const { body } = await get(hash);
        return body.state === state && body;
      }),
  };
}

/** A peer that takes connections and says nothing. */
async function silentPeer(t: TestContext): Promise<string> {
  const server = createServer((socket) => {
    cleanup(t, () => void socket.destroy());
    socket.on('error', () => {}); // a reset is one way of being closed
  });
  cleanup(t, () => void server.close());
  return `&x.pe=127.0.0.1:${await listenOn(server, '127.0.0.1')}`;
}

async function seedOf(t: TestContext, fixture: TorrentFixture): Promise<string> {
  return `&x.pe=127.0.0.1:${(await seedFixture(t, fixture)).port}`;
}

function v1Link({ metainfo }: TorrentFixture): string {
  return `magnet:?xt=urn:btih:${infoHashToHex(metainfo.infoHash)}`;
}

function v2Link({ metainfo }: TorrentFixture): string {
  return `magnet:?xt=urn:btmh:1220${toHex(metainfo.infoHashV2 ?? new Uint8Array(0))}`;
}

describe('a magnet link whose metadata is not here yet', () => {
  it('is a torrent of the list, outlives a restart, and becomes the mirror with what was chosen for it', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 300_000 });
    const hash = infoHashToHex(fixture.metainfo.infoHash);
    const target = await makeTempFolder(t);
    const first = await startTorrents(t, target);
    const link = `${v1Link(fixture)}&dn=A%20film&xl=300000${await silentPeer(t)}`;
    const added = await first.add(link, {
      preferences: { isSequential: true },
      limits: { download: { bytesPerSecond: 50_000_000 } },
    });
    assert.equal(added.status, 201);
    const { dataDir } = first.api.app;
    await first.api.app.stop();
    const second = await startTorrents(t, target, { dataDir });
    const [shown, ...others] = await second.list();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [shown?.infoHash, shown?.name, shown?.lengthBytes, shown?.state, shown?.hasMetadata, shown?.target],
      [hash, 'A film', 300_000, 'fetching metadata', false, target],
    );
    assert.equal(shown?.preferences?.isSequential, true);
    const again = await second.add(`${v1Link(fixture)}${await seedOf(t, fixture)}`);
    assert.equal(again.status, 200, 'its peers are those of both links');
    const { name, preferences, hasMetadata } = await second.becomes(hash, 'seeding');
    assert.deepEqual([name, preferences?.isSequential, hasMetadata], ['sample', true, true]);
    assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
    assert.equal((await second.list()).length, 1);
    const limits = await second.api.call<object>('GET', `/torrents/${hash}/limits`);
    assert.match(JSON.stringify(limits.body), /"download":\{[^}]*"bytesPerSecond":50000000/);
  });

  it('shows its passkey nowhere, and strangers only that there is one', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const torrents = await startTorrents(t, await makeTempFolder(t));
    const { body } = await torrents.add(`${v1Link(fixture)}&dn=Hidden${TRACKER}`);
    assert.equal(body.magnet, `${v1Link(fixture)}&dn=Hidden`);
    assert.doesNotMatch(JSON.stringify([body, await torrents.list()]), /secret-passkey/);
    const page = await (await fetch(torrents.api.app.url)).text();
    assert.match(page, /Fetching the metadata of 1 magnet link/);
    assert.doesNotMatch(page, new RegExp(`Hidden|secret-passkey|${body.infoHash}`));
  });

  it('is stopped, started, paused and removed like other torrents', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    const target = await makeTempFolder(t);
    const { api, add, list, becomes } = await startTorrents(t, target);
    const change = (state: string): Promise<ApiReply<TorrentView>> => api.call('PATCH', place, { state });
    const link = `${v1Link(fixture)}${await silentPeer(t)}`;
    await add(link);
    assert.equal((await change('stopped')).body.state, 'stopped');
    await add(`${v1Link(fixture)}${await seedOf(t, fixture)}`);
    assert.equal((await list())[0]?.state, 'stopped', 'naming it again does not start it');
    const files = await api.call('GET', `${place}/files`);
    assert.deepEqual([files.status, files.body.error.code], [409, 'ERR_TORRENT_STATE']);
    assert.equal((await api.call('DELETE', `${place}?data=delete`)).status, 200);
    assert.deepEqual(await list(), []);
    assert.equal((await api.call('DELETE', place)).status, 404);
    await add(link);
    assert.equal((await change('paused')).body.state, 'fetching metadata');
    await add(`${v1Link(fixture)}${await seedOf(t, fixture)}`);
    await becomes(infoHashToHex(fixture.metainfo.infoHash), 'paused');
  });

  it('has failed, with code and reason, when its torrent cannot be mirrored; it can be tried again, and removed', async (t) => {
    const fixture = await makeTorrentFixture(t, { isPrivate: true });
    const hash = infoHashToHex(fixture.metainfo.infoHash);
    const target = await makeTempFolder(t);
    const first = await startTorrents(t, target);
    const seed = await seedOf(t, fixture);
    const refused = await first.add(`${v1Link(fixture)}${seed}`, { waits: true });
    assert.deepEqual([refused.status, refused.body.error.code], [422, 'ERR_SOURCE']);
    const { dataDir } = first.api.app;
    await first.api.app.stop();
    const second = await startTorrents(t, target, { dataDir });
    const { body } = await second.get(hash);
    assert.deepEqual([body.state, body.errorCode], ['failed', 'ERR_SOURCE']);
    assert.match(body.reason ?? '', /private and the magnet link names no tracker/);
    const started = await second.api.call<TorrentView>('PATCH', `/torrents/${hash}`, { state: 'started' });
    assert.equal(started.body.state, 'fetching metadata');
    await second.becomes(hash, 'failed');
    const paused = await second.api.call('PATCH', `/torrents/${hash}`, { state: 'paused' });
    assert.deepEqual([paused.status, paused.body.error.code], [409, 'ERR_TORRENT_STATE']);
    const anew = await second.add(`${v1Link(fixture)}${seed}${TRACKER}`, { waits: true });
    assert.equal(anew.status, 200, 'with its tracker it is mirrored');
    assert.equal(anew.body.hasMetadata, true);
  });

  it('a v1 and a v2 link that turn out to be one hybrid become one torrent, found by both names', async (t) => {
    const fixture = await makeV2Fixture(t, { content: 300_000, version: 'hybrid' });
    const [v1, v2] = [
      infoHashToHex(fixture.metainfo.infoHash),
      toHex(fixture.metainfo.infoHashV2 ?? new Uint8Array(0)).slice(0, 40),
    ];
    const torrents = await startTorrents(t, await makeTempFolder(t));
    await torrents.add(`${v1Link(fixture)}${await silentPeer(t)}`);
    assert.equal((await torrents.add(`${v2Link(fixture)}${await silentPeer(t)}`)).status, 201);
    assert.equal((await torrents.list()).length, 2, 'nobody knows yet');
    await torrents.add(`${v2Link(fixture)}${await seedOf(t, fixture)}`);
    await torrents.becomes(v2, 'seeding');
    await eventually('one torrent', async () => (await torrents.list()).length === 1);
    assert.equal((await torrents.list())[0]?.infoHash, v1);
    const known = await torrents.add(v2Link(fixture));
    assert.deepEqual([known.status, known.body.infoHash], [200, v1]);
    assert.equal((await torrents.api.call('DELETE', `/torrents/${v2}`)).status, 204);
    assert.deepEqual(await torrents.list(), []);
  });

  it('gives way to the torrent when that comes by another way, also when it is stopped', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const hash = infoHashToHex(fixture.metainfo.infoHash);
    const target = await makeTempFolder(t);
    const { api, add, list, becomes } = await startTorrents(t, target);
    await add(`${v1Link(fixture)}${await silentPeer(t)}`);
    await api.call('PATCH', `/torrents/${hash}`, { state: 'stopped' });
    const torrent = Buffer.from(fixture.torrent).toString('base64');
    await api.call('POST', '/torrents', { torrent, dataPath: fixture.dataPath });
    const { dataPath } = await becomes(hash, 'seeding');
    assert.equal(dataPath, fixture.dataPath);
    assert.equal((await list()).length, 1);
  });

  it('of a torrent that is only tracked here needs nobody: its .torrent file is known', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const target = await makeTempFolder(t);
    const { api, add, becomes } = await startTorrents(t, target);
    const torrent = Buffer.from(fixture.torrent).toString('base64');
    await api.call('POST', '/torrents', { torrent });
    const { body } = await add(`${v1Link(fixture)}${await seedOf(t, fixture)}`);
    assert.equal(body.hasMetadata, true);
    await becomes(body.infoHash, 'seeding');
    assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
  });

  it('stays when whoever waits for it goes away, and tells who waits that it was removed', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const { api, add, list } = await startTorrents(t, await makeTempFolder(t));
    const link = `${v1Link(fixture)}${await silentPeer(t)}`;
    const waiting = add(link, { waits: true });
    const token = (await readFile(join(api.app.dataDir, 'api-token'), 'utf8')).trim();
    const gone = new AbortController();
    const other = fetch(`${api.app.url}/api/v1/torrents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ source: link, target: '/', waits: true }),
      signal: gone.signal,
    });
    await eventually('the link', async () => (await list()).length === 1);
    gone.abort();
    await assert.rejects(other, { name: 'AbortError' });
    assert.equal((await list())[0]?.state, 'fetching metadata');
    await api.call('DELETE', `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`);
    const { status, body } = await waiting;
    assert.deepEqual([status, body.error.code], [404, 'ERR_NO_TORRENT']);
  });

  it('is refused before it is kept where its folder is missing or ours, and beyond a thousand', async (t) => {
    const target = await makeTempFolder(t);
    const { api, add, list } = await startTorrents(t, target);
    const silent = await silentPeer(t);
    const linkOf = (number: number): string =>
      `magnet:?xt=urn:btih:${String(number).padStart(40, '0')}${silent}`;
    const codeOf = async (link: string, more?: object): Promise<string> =>
      (await add(link, more)).body.error.code;
    assert.equal(await codeOf(linkOf(1), { target: join(target, 'none') }), 'ERR_DATA_MISSING');
    assert.equal(await codeOf(linkOf(1), { target: api.app.dataDir }), 'ERR_OWN_FOLDER');
    const never = new AbortController().signal;
    for (let number = 0; number < 1000; number++) {
      const request = { source: linkOf(number), target, isPaused: false, preferences: {}, limits: {} };
      await api.app.mirrors.add(request, never);
    }
    const { status, body } = await add(linkOf(1000));
    assert.deepEqual([status, body.error.code], [429, 'ERR_TOO_MANY_MAGNETS']);
    assert.equal((await add(linkOf(1))).status, 200, 'one that is here is no more');
    assert.equal((await list()).length, 1000);
  });
});
