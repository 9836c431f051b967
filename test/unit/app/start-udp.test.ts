import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { formatEndpoint } from '../../../src/bittorrent/endpoint.ts';
import { parseMagnet } from '../../../src/bittorrent/magnet.ts';
import { makeFileTorrent, startTestApp, testConfig } from '../../support/app.ts';
import { freePort } from '../../support/free-port.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { UdpClient } from '../tracker/udp/udp-fixture.ts';

type TestApp = Awaited<ReturnType<typeof startTestApp>>;

async function udpClient(t: TestContext, app: TestApp): Promise<UdpClient> {
  assert.ok(app.udpPort);
  return new UdpClient(t, app.udpPort).connect();
}

describe('the tracker over UDP', () => {
  it('takes the number of the HTTP port, and tracks the same swarms', async (t) => {
    const httpPort = await freePort();
    const app = await startTestApp(t, { httpPort });
    assert.equal(app.udpPort, httpPort);
    const made = await makeFileTorrent(t);
    const { metainfo } = made;
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const client = await udpClient(t, app);
    const reply = await client.announce({ infoHash: metainfo.infoHash, port: 7000 });
    assert.deepEqual(reply.peers.map(formatEndpoint), [`127.0.0.1:${app.peerPort}`]);
    assert.deepEqual([reply.complete, reply.incomplete], [1, 1]);
    const magnet = parseMagnet(app.catalogue.magnet(metainfo.infoHash, app.url) ?? '');
    assert.deepEqual(magnet.trackers, [`${app.url}/announce`, `udp://127.0.0.1:${httpPort}/announce`]);
  });

  it('knows the connection ids of before a restart', async (t) => {
    const dataDir = await makeTempFolder(t);
    const udpPort = await freePort();
    const app = await startTestApp(t, { dataDir, udpPort, open: true });
    const client = await udpClient(t, app);
    await app.stop();
    await startTestApp(t, { dataDir, udpPort, open: true });
    assert.equal((await client.announce()).incomplete, 1);
  });

  it('takes a connection id for as long as the grace says', async (t) => {
    // An id of an hour ago, made with the same key: the lifetime is two minutes.
    const dataDir = await makeTempFolder(t);
    const hourAgo = Date.now() - 3_600_000;
    const clock = t.mock.method(Date, 'now', () => hourAgo);
    const app = await startTestApp(t, { dataDir, open: true });
    const client = await udpClient(t, app);
    const port = app.udpPort ?? 0;
    await app.stop();
    clock.mock.restore();
    await startTestApp(t, { dataDir, open: true, udpPort: port, udpGrace: 3_600 });
    assert.equal((await client.announce()).incomplete, 1);
  });

  it('can be left out, and then is in no torrent', async (t) => {
    const app = await startTestApp(t, { udp: false });
    assert.equal(app.udpPort, undefined);
    assert.deepEqual(app.announceUrls, [`${app.url}/announce`]);
  });

  it('says which port is in use, and what to do', async (t) => {
    const other = createSocket('udp4');
    other.bind(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => new Promise<void>((resolve) => other.close(() => resolve())));
    const { startApp } = await import('../../../src/app.ts');
    const { pino } = await import('pino');
    const config = testConfig(await makeTempFolder(t), { udpPort: other.address().port });
    await assert.rejects(startApp(config, { logger: pino({ level: 'silent' }) }), {
      code: 'ERR_PORT',
      message: /over UDP\) is in use.*--udp-port \(or --no-udp\)/,
    });
  });
});
