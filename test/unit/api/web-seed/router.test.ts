import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm, utimes, writeFile } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import express from 'express';
import { filePath } from '../../../../src/api/web-seed/file-path.ts';
import { webSeedRouter } from '../../../../src/api/web-seed/router.ts';
import { STALL_TIMEOUT_MS } from '../../../../src/api/web-seed/transfer.ts';
import { READ_BYTES } from '../../../../src/seeder/web-seed/file-reading.ts';
import { WebSeed } from '../../../../src/seeder/web-seed/web-seed.ts';
import { eventually } from '../../../support/eventually.ts';
import { cleanup } from '../../../support/scope.ts';
import {
  type FixtureOptions,
  type makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Served extends TorrentFixture {
  readonly node: ReturnType<typeof makeSeedNode>;
  readonly torrent0: Awaited<ReturnType<typeof seedFixture>>['torrent'];
  readonly webSeed: WebSeed;
  readonly port: number;
  readonly clock: ManualClock;
  /** Asks for a path as it stands: fetch would tidy it up. */
  get(path: string, headers?: OutgoingHttpHeaders, method?: string): Promise<Answer>;
}

const LARGE = 64 * 1024 * 1024;

interface ServeOptions {
  readonly content?: FixtureOptions['content'];
  readonly maxDownloads?: number;
  readonly isMember?: (passkey: string) => boolean;
}

/** A seed node with one torrent, and its files at /files of an HTTP server. */
async function serve(t: TestContext, options: ServeOptions = {}): Promise<Served> {
  const fixture = await makeTorrentFixture(
    t,
    options.content === undefined ? {} : { content: options.content },
  );
  const { node, torrent: torrent0 } = await seedFixture(t, fixture);
  const webSeed = new WebSeed({ seedNode: node, maxDownloads: options.maxDownloads ?? 10 });
  const clock = new ManualClock();
  const app = express();
  app.use('/files', webSeedRouter({ webSeed, isMember: options.isMember, clock }));
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const get: Served['get'] = (path, headers = {}, method = 'GET') => ask(port, `/${path}`, headers, method);
  return { ...fixture, node, torrent0, webSeed, port, clock, get };
}

async function ask(
  port: number,
  path: string,
  headers: OutgoingHttpHeaders,
  method: string,
): Promise<Answer> {
  const request = httpRequest({ port, host: '127.0.0.1', path, headers, method, agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
}

function pathOf({ metainfo }: TorrentFixture, ...path: string[]): string {
  return filePath(metainfo.infoHash, ['sample', ...path]);
}

describe('files over HTTP', () => {
  it('are whole, a download to browsers, and held by a strong validator', async (t) => {
    const served = await serve(t, { content: 600_000 });
    const { status, headers, body } = await served.get(pathOf(served));
    assert.equal(status, 200);
    assert.ok(body.equals(served.data));
    assert.equal(headers['content-length'], '600000');
    assert.equal(headers['content-type'], 'application/octet-stream');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-disposition']), /^attachment; filename="?sample"?$/);
    assert.match(String(headers['content-security-policy']), /sandbox/);
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.match(String(headers.etag), /^"[0-9a-f]{40}-0"$/);
  });

  it('are left to others while their torrent is, and downloads under way end as they should', async (t) => {
    const served = await serve(t, { content: LARGE });
    const { infoHash } = served.metainfo;
    const running = served.get(pathOf(served));
    await eventually('the download to begin', () => served.webSeed.activeDownloads === 1);
    served.node.setServing(infoHash, 'needy');
    const { status, headers, body } = await served.get(pathOf(served));
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '600');
    assert.match(String(body), /Others serve this torrent at the moment/);
    assert.equal(served.webSeed.counters.refusedTotal.spared, 1);
    assert.ok((await running).body.equals(served.data));
    served.node.setServing(infoHash, 'everybody');
    assert.equal((await served.get(pathOf(served), {}, 'HEAD')).status, 200);
  });

  it('count as uploaded, of the torrent and of the node', async (t) => {
    const served = await serve(t, { content: 600_000 });
    await served.get(pathOf(served), { range: 'bytes=0-99999' });
    await eventually('the download to be counted', () => served.webSeed.counters.served === 1);
    assert.equal(served.webSeed.counters.uploadedBytes, 100_000);
    assert.equal(served.node.counters.uploadedBytes, 100_000);
    assert.equal(served.torrent0.uploadedBytes, 100_000);
    assert.equal(served.webSeed.activeDownloads, 0);
  });

  it('are found by the paths of the torrent, nested, with spaces and beyond ASCII, each by its own offset', async (t) => {
    const content = { 'a.txt': 1000, 'b c/ä/日本 %.bin': 70_000, empty: 0, last: 1 };
    const served = await serve(t, { content });
    let at = 0;
    for (const [path, length] of Object.entries(content)) {
      const { status, body } = await served.get(pathOf(served, ...path.split('/')));
      assert.equal(status, 200, path);
      assert.ok(body.equals(served.data.subarray(at, at + length)), path);
      at += length;
    }
  });

  it('are served though an empty one was deleted: there is nothing of it to read', async (t) => {
    const served = await serve(t, { content: { a: 10, empty: 0 } });
    await rm(join(served.dataPath, 'empty'));
    assert.equal((await served.get(pathOf(served, 'empty'))).status, 200);
  });

  for (const [range, start, end] of [
    ['bytes=0-0', 0, 1],
    ['bytes=10-', 10, 100_000],
    ['bytes=-7', 99_993, 100_000],
    ['bytes=99999-200000', 99_999, 100_000],
    ['bytes=0-9,10-19', 0, 20],
  ] as const)
    it(`answers ${range} with that part`, async (t) => {
      const served = await serve(t);
      const { status, headers, body } = await served.get(pathOf(served), { range });
      assert.equal(status, 206);
      assert.equal(headers['content-range'], `bytes ${start}-${end - 1}/100000`);
      assert.equal(headers['content-length'], String(end - start));
      assert.ok(body.equals(served.data.subarray(start, end)));
    });

  for (const range of ['lines=0-1', 'bytes=0-1,50-60', 'bytes=x', 'nonsense'])
    it(`sends all for ${range}`, async (t) => {
      const served = await serve(t);
      const { status, body } = await served.get(pathOf(served), { range });
      assert.ok(status === 200 && body.equals(served.data));
    });

  for (const range of ['bytes=100000-', 'bytes=5-1'])
    it(`has no range ${range}`, async (t) => {
      const served = await serve(t);
      const { status, headers } = await served.get(pathOf(served), { range });
      assert.equal(status, 416);
      assert.equal(headers['content-range'], 'bytes */100000');
      assert.equal(headers.etag, undefined);
      assert.equal(served.webSeed.counters.refusedTotal.unsatisfiable, 1);
    });

  it('heed If-Range and If-None-Match', async (t) => {
    const served = await serve(t);
    const { headers } = await served.get(pathOf(served), {}, 'HEAD');
    const etag = String(headers.etag);
    const range = 'bytes=0-9';
    assert.equal((await served.get(pathOf(served), { range, 'if-range': etag })).status, 206);
    assert.equal((await served.get(pathOf(served), { range, 'if-range': '"other"' })).status, 200);
    assert.equal((await served.get(pathOf(served), { 'if-none-match': etag })).status, 304);
  });

  it('answer HEAD with the head alone', async (t) => {
    const served = await serve(t);
    const { status, headers, body } = await served.get(pathOf(served), { range: 'bytes=0-9' }, 'HEAD');
    assert.equal(status, 200);
    assert.equal(headers['content-length'], '100000');
    assert.equal(body.length, 0);
    assert.equal(served.webSeed.counters.uploadedBytes, 0);
  });

  it('take GET and HEAD only; scripts of other pages may ask for ranges', async (t) => {
    const served = await serve(t);
    for (const method of ['POST', 'PUT', 'DELETE'])
      assert.equal((await served.get(pathOf(served), {}, method)).status, 405, method);
    const { status, headers } = await served.get(pathOf(served), {}, 'OPTIONS');
    assert.equal(status, 204);
    assert.match(String(headers['access-control-allow-headers']), /Range/);
  });
});

describe('what is no file over HTTP', () => {
  it('is not found: folders, other paths, other torrents, and whatever leaves the torrent', async (t) => {
    const served = await serve(t, { content: { 'd/a': 10, b: 10 } });
    await writeFile(join(served.dataPath, 'stranger'), 'not of the torrent');
    const folder = pathOf(served).slice(0, -'sample'.length);
    for (const path of [
      folder,
      folder.slice(0, -1),
      pathOf(served),
      `${pathOf(served)}/`,
      pathOf(served, 'd'),
      pathOf(served, 'D', 'a'),
      pathOf(served, 'stranger'),
      `${folder}d/a`,
      `${pathOf(served)}/../sample/b`,
      `${pathOf(served)}/%2e%2e/sample/b`,
      `${pathOf(served)}/d%2fa`,
      `${pathOf(served)}//b`,
      `files/${'0'.repeat(40)}/sample/b`,
      'files/../../etc/passwd',
      'files/',
      'files',
    ])
      assert.equal((await served.get(path)).status, 404, path);
  });

  it('is a torrent that is not seeded: come again later', async (t) => {
    const served = await serve(t);
    served.node.stopTorrent(served.metainfo.infoHash);
    const { status, headers } = await served.get(pathOf(served));
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '30');
    served.node.remove(served.metainfo.infoHash);
    assert.equal((await served.get(pathOf(served))).status, 404);
  });

  it('is one that was touched after it was checked, though it is open, until it is checked again', async (t) => {
    const served = await serve(t);
    assert.equal((await served.get(pathOf(served))).status, 200);
    await utimes(served.dataPath, 1, 1);
    const { status } = await served.get(pathOf(served), { range: 'bytes=0-9' });
    assert.equal(status, 503);
    await torrentState(served.node, served.torrent0, 'seeding');
    assert.equal((await served.get(pathOf(served))).status, 200);
  });

  it('is one that is missing, and the others go on', async (t) => {
    const served = await serve(t);
    const other = await makeTorrentFixture(t, { content: { x: 5 } });
    const torrent = served.node.add({ metainfo: other.metainfo, dataPath: other.dataPath });
    await torrentState(served.node, torrent, 'seeding');
    await rm(served.dataPath);
    assert.equal((await served.get(pathOf(served))).status, 503);
    assert.equal(served.torrent0.error?.code, 'ERR_STORAGE_MISSING');
    assert.equal((await served.get(pathOf(other, 'x'))).status, 200);
  });

  it('is any of a private tracker without the passkey of a user', async (t) => {
    const passkey = 'm'.repeat(32);
    const served = await serve(t, { isMember: (key) => key === passkey });
    const { infoHash } = served.metainfo;
    const { status, headers } = await served.get(filePath(infoHash, ['sample'], passkey));
    assert.equal(status, 200);
    assert.match(String(headers['cache-control']), /private, no-store/);
    assert.equal((await served.get(filePath(infoHash, ['sample'], 'x'.repeat(32)))).status, 403);
    assert.equal((await served.get(filePath(infoHash, ['sample']))).status, 404);
  });
});

/** A client that has asked for all of a file and reads nothing; resolves when the answer has begun. */
async function holdDownload(t: TestContext, { port, webSeed, ...fixture }: Served): Promise<() => void> {
  const before = webSeed.counters.uploadedBytes;
  const socket = connect(port, '127.0.0.1').pause();
  cleanup(t, () => void socket.destroy());
  socket.on('error', () => {}); // it is cut off
  socket.write(`GET /${pathOf(fixture)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await eventually('the download to begin', () => webSeed.counters.uploadedBytes > before);
  return () => void socket.destroy();
}

describe('downloads over HTTP', () => {
  it('take no more memory than one read, however much is asked for', async (t) => {
    const served = await serve(t, { content: LARGE });
    await holdDownload(t, served);
    let before = -1;
    await eventually('the client to be full', () => {
      const isFull = served.webSeed.counters.uploadedBytes === before;
      before = served.webSeed.counters.uploadedBytes;
      return isFull;
    });
    assert.ok(before < LARGE - READ_BYTES, `${before} bytes went to a client that reads nothing`);
  });

  it('have a bound together, and room again when one is over', async (t) => {
    const served = await serve(t, { content: LARGE, maxDownloads: 1 });
    const hangUp = await holdDownload(t, served);
    const { status, headers } = await served.get(pathOf(served), { range: 'bytes=0-9' });
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '30');
    assert.equal(served.webSeed.counters.refusedTotal.busy, 1);
    hangUp();
    await eventually('room', () => served.webSeed.activeDownloads === 0);
    assert.equal((await served.get(pathOf(served), { range: 'bytes=0-9' })).status, 206);
    assert.equal(served.webSeed.counters.cutShort, 1);
  });

  it('may be asked for without waiting, hundreds on one connection: they come in order, and have one place', async (t) => {
    const content = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`f${at}`, 100 + at]));
    const served = await serve(t, { content, maxDownloads: 1 });
    const socket = connect(served.port, '127.0.0.1');
    cleanup(t, () => void socket.destroy());
    const paths = Object.keys(content).map((name) => pathOf(served, name));
    socket.write(paths.map((path) => `GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    socket.write('GET /files/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('latin1');
    const lengths = [...text.matchAll(/^Content-Length: (\d+)\r$/gm)].map(([, digits]) => Number(digits));
    assert.deepEqual(lengths.slice(0, -1), Object.values(content));
    assert.equal(text.split('HTTP/1.1 200 OK').length - 1, 500);
    assert.equal(served.webSeed.counters.served, 500);
  });

  it('have a bound on what waits: a flood on one connection ends it', async (t) => {
    const served = await serve(t, { content: LARGE });
    const socket = connect(served.port, '127.0.0.1').pause();
    cleanup(t, () => void socket.destroy());
    socket.on('error', () => {}); // it is cut off
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /${pathOf(served)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.write('GET /files/ HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5000));
    await eventually('the download to end', () => served.webSeed.counters.cutShort === 1);
    socket.resume();
    await closed;
  });

  it('end when a client takes nothing for two minutes', async (t) => {
    const served = await serve(t, { content: LARGE });
    await holdDownload(t, served);
    await eventually('the end', () => {
      served.clock.advance(STALL_TIMEOUT_MS);
      return served.webSeed.activeDownloads === 0;
    });
    assert.equal(served.webSeed.counters.cutShort, 1);
  });

  it('are cut off when the file changes under them', async (t) => {
    const served = await serve(t, { content: LARGE });
    const request = httpRequest({
      port: served.port,
      host: '127.0.0.1',
      path: `/${pathOf(served)}`,
      agent: false,
    });
    const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
    await utimes(served.dataPath, 1, 1);
    await assert.rejects(async () => {
      for await (const _ of response);
    });
    await torrentState(served.node, served.torrent0, 'seeding');
  });

  it('end when the web seed stops, and none begins', async (t) => {
    const served = await serve(t, { content: LARGE });
    const request = httpRequest({
      port: served.port,
      host: '127.0.0.1',
      path: `/${pathOf(served)}`,
      agent: false,
    });
    const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
    served.webSeed.stop();
    await assert.rejects(async () => {
      for await (const _ of response);
    });
    assert.equal(served.webSeed.activeDownloads, 0);
    assert.equal((await served.get(pathOf(served))).status, 503);
    assert.equal(served.torrent0.state, 'seeding');
  });
});
