import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { storedTorrents } from '../../../src/app.ts';
import { decodeTrackerReply } from '../../../src/bittorrent/announce-response.ts';
import { infoHashFromBytes, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { percentEncode } from '../../../src/bittorrent/query.ts';
import { defaultDatabase } from '../../../src/persistence/database-url.ts';
import { openPersistence } from '../../../src/persistence/open.ts';
import { makeFileTorrent, startTestApp, testConfig } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** Announces a leecher and returns what the tracker answered. */
async function announce(
  app: TestApp,
  infoHash: Uint8Array,
  more: Record<string, string | number> = {},
): Promise<ReturnType<typeof decodeTrackerReply>> {
  const parameters = { port: 7000, uploaded: 0, downloaded: 0, left: 1, compact: 1, ...more };
  const query = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  const id = percentEncode(Buffer.from(`-XX0001-${String(parameters.port).padStart(12, '0')}`));
  const response = await fetch(
    `${app.url}/announce?info_hash=${percentEncode(infoHash)}&peer_id=${id}&${query.join('&')}`,
  );
  return decodeTrackerReply(new Uint8Array(await response.arrayBuffer()));
}

function peersOf(reply: Awaited<ReturnType<typeof announce>>): number[] {
  assert.ok('peers' in reply, JSON.stringify(reply));
  return reply.peers.map(({ port }) => port);
}

async function publish(
  t: TestContext,
  app: TestApp,
  name?: string,
): Promise<Awaited<ReturnType<typeof makeFileTorrent>>> {
  const made = await makeFileTorrent(t, name);
  await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
  await untilSeeding(app, made.metainfo.infoHash);
  return made;
}

async function untilSeeding(
  app: TestApp,
  infoHash: Parameters<TestApp['catalogue']['get']>[0],
): Promise<void> {
  await eventually('the torrent is seeded', () => app.catalogue.get(infoHash)?.seed?.state === 'seeding');
}

describe('a running Seedbed', () => {
  it('hands out its own seed node to a leecher, at the address by which the tracker was reached', async (t) => {
    const app = await startTestApp(t);
    const { metainfo } = await publish(t, app);
    const reply = await announce(app, metainfo.infoHash);
    assert.ok('peers' in reply);
    assert.deepEqual(
      reply.peers.map(({ address, port }) => [[...address], port]),
      [[[127, 0, 0, 1], app.peerPort]],
    );
    assert.equal(reply.complete, 1);
    assert.equal(reply.incomplete, 1);
  });

  it('refuses a torrent that it does not know, unless it is open', async (t) => {
    const closed = await startTestApp(t);
    const open = await startTestApp(t, { open: true });
    const unknown = new Uint8Array(20).fill(7);
    assert.match(JSON.stringify(await announce(closed, unknown)), /unregistered/);
    assert.deepEqual(peersOf(await announce(open, unknown)), []);
  });

  it('puts the address by which it was asked into .torrent files and magnet links, and leaves the info-hash', async (t) => {
    const app = await startTestApp(t);
    const { metainfo } = await publish(t, app);
    const hex = infoHashToHex(metainfo.infoHash);
    const byName = `http://localhost:${app.httpPort}`;
    const file = parseMetainfo(
      new Uint8Array(await (await fetch(`${byName}/torrents/${hex}.torrent`)).arrayBuffer()),
    );
    assert.deepEqual(file.announceTiers, [[`${byName}/announce`, `udp://localhost:${app.udpPort}/announce`]]);
    assert.equal(infoHashToHex(file.infoHash), hex);
    const page = await (await fetch(`${byName}/`)).text();
    assert.ok(page.includes(`magnet:?xt=urn:btih:${hex}`));
    assert.ok(page.includes(`tr=${encodeURIComponent(`${byName}/announce`)}`));
  });

  it('keeps foreign trackers behind its own, and recognises its own in a torrent', async (t) => {
    const app = await startTestApp(t);
    const made = await makeFileTorrent(t);
    const { encodeMetainfo } = await import('../../../src/bittorrent/metainfo/encode.ts');
    const overUdp = `udp://127.0.0.1:${app.udpPort}/announce`;
    const torrent = encodeMetainfo({
      ...made.metainfo,
      announceTiers: [[`${app.url}/announce`, overUdp, 'http://other.example/announce']],
    });
    await app.catalogue.add({ torrent, dataPath: made.path, resume: made.resume });
    const stored = parseMetainfo(await readFile(app.catalogue.torrentPath(made.metainfo.infoHash)));
    assert.deepEqual(stored.announceTiers, [
      [`${app.url}/announce`, overUdp],
      ['http://other.example/announce'],
    ]);
  });

  it('knows torrents, swarms and counts again after a restart, without a new check', async (t) => {
    const first = await startTestApp(t);
    const { metainfo } = await publish(t, first);
    await announce(first, metainfo.infoHash, { port: 7001 });
    await announce(first, metainfo.infoHash, { port: 7001, left: 0, event: 'completed' });
    await announce(first, metainfo.infoHash, { port: 7002 });
    await first.stop();
    const second = await startTestApp(t, { dataDir: first.dataDir });
    await untilSeeding(second, metainfo.infoHash);
    const { swarm } = second.catalogue.require(metainfo.infoHash);
    assert.deepEqual(swarm, { seeders: 2, leechers: 1, completed: 1 });
    assert.deepEqual(
      peersOf(await announce(second, metainfo.infoHash, { port: 7003 })).sort(),
      [second.peerPort, 7001, 7002].sort(),
    );
  });

  it('checks data again that changed while it was not running, and fails that torrent with the reason', async (t) => {
    const first = await startTestApp(t);
    const bad = await publish(t, first, 'bad.bin');
    const good = await publish(t, first, 'good.bin');
    await first.stop();
    await writeFile(bad.path, Buffer.alloc(100_000));
    const second = await startTestApp(t, { dataDir: first.dataDir });
    await untilSeeding(second, good.metainfo.infoHash);
    const seed = second.catalogue.require(bad.metainfo.infoHash).seed;
    await eventually('the torrent has failed', () => seed?.state === 'failed');
    assert.match(seed?.failure ?? '', /bad\.bin|do not match/);
    assert.deepEqual(peersOf(await announce(second, bad.metainfo.infoHash)), [], 'it is not handed out');
    const page = await (await fetch(`${second.url}/`)).text();
    assert.ok(page.includes('not served from here'));
    assert.ok(!page.includes(bad.path), 'the page names no path');
  });

  it('leaves out a stored torrent that cannot be read, and goes on with the others', async (t) => {
    const first = await startTestApp(t);
    const good = await publish(t, first, 'good.bin');
    await first.stop();
    const persistence = await openPersistence({
      database: defaultDatabase(first.dataDir),
      logger: pino({ level: 'silent' }),
    });
    const [row] = await persistence.loadTorrents();
    assert.ok(row);
    const infoHash = infoHashFromBytes(new Uint8Array(20).fill(1));
    await persistence.saveTorrent({ ...row, infoHash, metainfo: Buffer.from('damaged') });
    await persistence.close();
    const second = await startTestApp(t, { dataDir: first.dataDir });
    await untilSeeding(second, good.metainfo.infoHash);
    assert.equal(second.catalogue.size, 1);
  });

  it('forgets a torrent that is removed: tracker, seed node, file and database', async (t) => {
    const app = await startTestApp(t);
    const { metainfo, path } = await publish(t, app);
    assert.equal((await app.catalogue.remove(metainfo.infoHash))?.deletedFiles, 0);
    assert.match(JSON.stringify(await announce(app, metainfo.infoHash)), /unregistered/);
    await assert.rejects(stat(app.catalogue.torrentPath(metainfo.infoHash)), { code: 'ENOENT' });
    assert.ok((await stat(path)).isFile(), 'the data stays');
    assert.equal(await app.catalogue.remove(metainfo.infoHash), undefined);
  });

  it('takes the same torrent again from another place', async (t) => {
    const app = await startTestApp(t);
    const made = await publish(t, app);
    const moved = join(await makeTempFolder(t), 'moved.mkv');
    await writeFile(moved, await readFile(made.path));
    await app.catalogue.add({ torrent: made.torrent, dataPath: moved, resume: null });
    await untilSeeding(app, made.metainfo.infoHash);
    assert.equal(app.catalogue.list().length, 1);
    assert.equal(app.catalogue.require(made.metainfo.infoHash).row.dataPath, moved);
  });
});

describe('publishing', () => {
  it('refuses the data folder, what contains it, and what lies in it, also by a link', async (t) => {
    const app = await startTestApp(t);
    const made = await makeFileTorrent(t);
    const inside = join(app.dataDir, 'film.mkv');
    await writeFile(inside, await readFile(made.path));
    const link = join(await makeTempFolder(t), 'link');
    await symlink(app.dataDir, link);
    for (const dataPath of [inside, app.dataDir, dirname(app.dataDir), join(link, 'film.mkv')]) {
      await assert.rejects(
        app.catalogue.add({ torrent: made.torrent, dataPath, resume: null }),
        { code: 'ERR_OWN_FOLDER' },
        dataPath,
      );
    }
    assert.equal(app.catalogue.size, 0);
  });

  it('goes on serving when the same torrent is published again from the same place', async (t) => {
    const app = await startTestApp(t);
    const made = await publish(t, app);
    const before = app.catalogue.require(made.metainfo.infoHash).seed;
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: 'no record' });
    assert.equal(app.catalogue.require(made.metainfo.infoHash).seed, before);
    assert.equal(before?.state, 'seeding');
  });
});

describe('the public port', () => {
  it('ends a connection that sends request upon request without waiting for answers', async (t) => {
    const app = await startTestApp(t);
    const socket = connect(app.httpPort, '127.0.0.1');
    t.after(() => socket.destroy());
    let received = 0;
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1').split('HTTP/1.1 200').length - 1;
    });
    socket.on('error', () => {}); // a reset is one way to end it
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2400));
    await once(socket, 'close');
    assert.ok(received <= 8, `${received} answers`);
  });
});

describe('starting Seedbed', () => {
  it('refuses a data folder that another server has, and names it', async (t) => {
    const { dataDir } = await startTestApp(t);
    await assert.rejects(startTestApp(t, { dataDir }), {
      code: 'ERR_DATA_FOLDER_IN_USE',
      message: new RegExp(dataDir),
    });
  });

  for (const [setting, flag] of [
    ['httpPort', '--http-port'],
    ['peerPort', '--peer-port'],
  ] as const) {
    it(`refuses a ${setting} that is taken, says how to choose another, and lets go of the data folder`, async (t) => {
      const taken = createServer().listen(0, '127.0.0.1');
      t.after(() => taken.close());
      await new Promise((resolve) => taken.once('listening', resolve));
      const address = taken.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const dataDir = await makeTempFolder(t);
      await assert.rejects(startTestApp(t, { dataDir, [setting]: port }), {
        code: 'ERR_PORT',
        message: new RegExp(`port ${port} .*in use.*${flag}`),
      });
      await (await startTestApp(t, { dataDir })).stop();
    });
  }

  it('refuses an address that this machine does not have', async (t) => {
    await assert.rejects(startTestApp(t, { host: '192.0.2.1' }), {
      code: 'ERR_PORT',
      message: /192\.0\.2\.1 is no address of this machine/,
    });
  });

  it('reads what is stored while no server runs, and makes nothing where there is nothing', async (t) => {
    const app = await startTestApp(t);
    const { metainfo } = await publish(t, app);
    await app.stop();
    const logger = pino({ level: 'silent' });
    const { torrents: rows } = await storedTorrents(testConfig(app.dataDir), logger);
    assert.deepEqual(
      rows.map(({ name }) => name),
      [metainfo.info.name],
    );
    const nowhere = join(app.dataDir, 'none');
    assert.deepEqual(await storedTorrents(testConfig(nowhere), logger), { torrents: [], magnets: [] });
    await assert.rejects(stat(nowhere), { code: 'ENOENT' });
  });
});
