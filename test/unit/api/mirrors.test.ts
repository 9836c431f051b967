import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { listenOn } from '../../support/listen-on.ts';
import { cleanup } from '../../support/scope.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

interface Reply {
  readonly status: number;
  readonly body: {
    readonly state: string;
    readonly dataPath: string | null;
    readonly preferences: { readonly isSequential: boolean } | null;
    readonly error: { readonly code: string; readonly message: string };
  };
}

type Call = (method: string, path: string, body?: object) => Promise<Reply>;

async function startApi(
  t: TestContext,
  dataDir?: string,
): Promise<{ call: Call; stop: () => Promise<void>; dataDir: string }> {
  const app = await startTestApp(t, dataDir === undefined ? {} : { dataDir });
  const token = (await readFile(join(app.dataDir, 'api-token'), 'utf8')).trim();
  const call: Call = async (method, path, body) => {
    const response = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Reply['body'] };
  };
  return { call, stop: () => app.stop(), dataDir: app.dataDir };
}

/** A magnet link that names a seed of the fixture. */
async function magnetOf(t: TestContext, fixture: TorrentFixture): Promise<string> {
  const { port } = await seedFixture(t, fixture);
  return `magnet:?xt=urn:btih:${infoHashToHex(fixture.metainfo.infoHash)}&x.pe=127.0.0.1:${port}`;
}

describe('mirroring by the control API', () => {
  it('fetches what a magnet link names', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 300_000 });
    const source = await magnetOf(t, fixture);
    const target = await makeTempFolder(t);
    const { call } = await startApi(t);
    const { status } = await call('POST', '/torrents', { source, target });
    assert.equal(status, 201);
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    await eventually(
      'the torrent is seeded',
      async () => (await call('GET', place)).body.state === 'seeding',
    );
    assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
    assert.equal((await call('POST', '/torrents', { source, target })).status, 200);
  });

  it('keeps a torrent paused over a restart, and goes on when it is resumed', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 300_000 });
    const target = await makeTempFolder(t);
    const first = await startApi(t);
    const source = await magnetOf(t, fixture);
    await first.call('POST', '/torrents', { source, target, isPaused: true });
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    const isPaused = async (call: Call): Promise<boolean> =>
      (await call('GET', place)).body.state === 'paused';
    await eventually('the torrent is paused', () => isPaused(first.call));
    await first.stop();
    const second = await startApi(t, first.dataDir);
    await eventually('the torrent is paused again', () => isPaused(second.call));
    const { body } = await second.call('PATCH', place, { isPaused: false });
    assert.equal(body.state, 'downloading');
  });

  it('keeps what is chosen for a torrent over a restart, and refuses what cannot be chosen', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 300_000 });
    const target = await makeTempFolder(t);
    const first = await startApi(t);
    const source = await magnetOf(t, fixture);
    const preferences = { isSequential: true };
    const added = await first.call('POST', '/torrents', {
      source,
      target,
      isPaused: true,
      preferences,
      waits: true,
    });
    assert.equal(added.body.preferences?.isSequential, true);
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    const refused = await first.call('PATCH', place, { preferences: { isSequential: 1 } });
    assert.deepEqual(
      [refused.status, refused.body.error.message],
      [400, '"isSequential" must be true or false'],
    );
    await first.stop();
    const second = await startApi(t, first.dataDir);
    assert.equal((await second.call('GET', place)).body.preferences?.isSequential, true);
    const { body } = await second.call('PATCH', place, { preferences: { isSequential: false } });
    assert.equal(body.preferences?.isSequential, false);
  });

  it('fetches the files that are chosen, goes on being a mirror over a restart, and refuses files that are not there', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 300_000, 'b.bin': 300_000 } });
    const target = await makeTempFolder(t);
    const first = await startApi(t);
    const source = await magnetOf(t, fixture);
    const choose = (files: string) => ({ filePriorities: [{ files, priority: 0 }] });
    const refused = await first.call('POST', '/torrents', {
      source,
      target,
      preferences: choose('2'),
      waits: true,
    });
    assert.deepEqual([refused.status, refused.body.error.code], [422, 'ERR_PREFERENCE']);
    await first.call('POST', '/torrents', { source, target, preferences: choose('b.bin'), waits: true });
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    const isSeeded = async (call: Call): Promise<boolean> =>
      (await call('GET', place)).body.state === 'seeding';
    await eventually('the chosen file', () => isSeeded(first.call));
    const wrong = await first.call('PATCH', place, { preferences: choose('*.mkv') });
    assert.deepEqual([wrong.status, wrong.body.error.code], [422, 'ERR_PREFERENCE']);
    await first.stop();
    const second = await startApi(t, first.dataDir);
    await eventually('the chosen file again', () => isSeeded(second.call));
    const { body } = await second.call('PATCH', place, { preferences: choose('a.bin') });
    assert.notEqual(body.state, 'failed');
    await eventually(
      'more is fetched',
      async () => (await second.call('GET', place)).body.state === 'downloading',
    );
  });

  it('moves the data to another folder, and remembers where it lies over a restart', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 300_000 });
    const source = await magnetOf(t, fixture);
    const [target, moveTo] = [await makeTempFolder(t), await makeTempFolder(t)];
    const first = await startApi(t);
    const missing = { moveTo: join(moveTo, 'missing') };
    const refused = await first.call('POST', '/torrents', { source, target, preferences: missing });
    assert.deepEqual([refused.status, refused.body.error.code], [422, 'ERR_DATA_MISSING']);
    await first.call('POST', '/torrents', { source, target, preferences: { moveTo } });
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    const isMoved = async (call: Call): Promise<boolean> =>
      (await call('GET', place)).body.dataPath === join(moveTo, 'sample');
    await eventually('it is moved', () => isMoved(first.call));
    const own = await first.call('PATCH', place, { preferences: { moveTo: first.dataDir } });
    assert.deepEqual([own.status, own.body.error.code], [422, 'ERR_OWN_FOLDER']);
    await first.stop();
    const second = await startApi(t, first.dataDir);
    assert.equal(await isMoved(second.call), true);
    await eventually('it is seeded', async () => (await second.call('GET', place)).body.state === 'seeding');
  });

  it('fetches the .torrent file from a URL, and says what is wrong with others', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const server = createServer((request, response) => {
      if (request.url === '/good') response.end(fixture.torrent);
      else if (request.url === '/html') response.end('<html>');
      else response.writeHead(404).end('secret');
    });
    const url = `http://127.0.0.1:${await listenOn(server, '127.0.0.1')}`;
    cleanup(t, () => void server.close());
    const target = await makeTempFolder(t);
    const { call } = await startApi(t);
    const answers = await Promise.all(
      ['/none', '/html', '/good'].map((path) => call('POST', '/torrents', { source: url + path, target })),
    );
    assert.match(answers[1]?.body.error.message ?? '', /answered with a web page/);
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.error?.code]),
      [
        [422, 'ERR_SOURCE'],
        [422, 'ERR_SOURCE'],
        [201, undefined],
      ],
    );
  });

  it('refuses the place of another torrent, by way of a link too', async (t) => {
    const target = await makeTempFolder(t);
    const link = join(await makeTempFolder(t), 'link');
    await symlink(target, link);
    const { call } = await startApi(t);
    const add = async (content: number, place: string): Promise<Reply> => {
      const { torrent } = await makeTorrentFixture(t, { content });
      return call('POST', '/torrents', { torrent: Buffer.from(torrent).toString('base64'), target: place });
    };
    assert.equal((await add(300_000, target)).status, 201);
    for (const place of [target, link]) {
      const { status, body } = await add(300_001, place);
      assert.deepEqual([status, body.error.code], [409, 'ERR_TARGET_OCCUPIED']);
    }
  });

  it('refuses what is no source, a folder that is missing, and its own', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const torrent = Buffer.from(fixture.torrent).toString('base64');
    const target = await makeTempFolder(t);
    const { call, dataDir } = await startApi(t);
    await mkdir(join(dataDir, 'sub'));
    const cases = [
      [{ source: 'ftp://x/y', target }, 422, 'ERR_SOURCE'],
      [{ source: 'magnet:?dn=x', target }, 400, 'ERR_MAGNET'],
      [{ source: `magnet:?xt=urn:btih:${'0'.repeat(40)}`, target }, 422, 'ERR_SOURCE'],
      [{ source: 'x', torrent, target }, 400, 'ERR_BAD_REQUEST'],
      [{ torrent, target: 'relative' }, 400, 'ERR_BAD_REQUEST'],
      [{ torrent, target: join(target, 'none') }, 422, 'ERR_DATA_MISSING'],
      [{ torrent, target: join(dataDir, 'sub') }, 422, 'ERR_OWN_FOLDER'],
    ] as const;
    for (const [request, status, code] of cases) {
      const answer = await call('POST', '/torrents', request);
      assert.deepEqual([answer.status, answer.body.error.code], [status, code], JSON.stringify(request));
    }
  });

  it('a torrent that failed is tried again when it is resumed', async (t) => {
    const fixture = await makeTorrentFixture(t);
    const target = await makeTempFolder(t);
    await writeFile(join(target, 'sample'), 'my diary');
    const { call } = await startApi(t);
    const torrent = Buffer.from(fixture.torrent).toString('base64');
    await call('POST', '/torrents', { torrent, target });
    const place = `/torrents/${infoHashToHex(fixture.metainfo.infoHash)}`;
    await eventually('the torrent fails', async () => (await call('GET', place)).body.state === 'failed');
    assert.equal((await call('PATCH', place, { isPaused: true })).body.error.code, 'ERR_TORRENT_STATE');
    await writeFile(join(target, 'sample'), fixture.data);
    await call('PATCH', place, { isPaused: false });
    await eventually(
      'the torrent is seeded',
      async () => (await call('GET', place)).body.state === 'seeding',
    );
  });
});
