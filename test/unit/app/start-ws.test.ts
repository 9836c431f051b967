import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';
import { parseMagnet } from '../../../src/bittorrent/magnet.ts';
import { makeFileTorrent, startTestApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { peerId } from '../tracker/tracker-fixture.ts';
import { connectWs, WsClient } from '../tracker/ws/ws-fixture.ts';

const OPEN = infoHashFromBytes(new Uint8Array(20).fill(1));

describe('the tracker over WebSocket, in the whole', () => {
  it('is on the HTTP port, and tracks the same swarms', async (t) => {
    const app = await startTestApp(t);
    const made = await makeFileTorrent(t);
    const { infoHash } = made.metainfo;
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const client = await connectWs(t, app.httpPort);
    const reply = await client.announce({ infoHash });
    assert.deepEqual([reply.complete, reply.incomplete], [1, 1], 'the own seed node counts');
    assert.equal((await fetch(`${app.url}/announce?x`)).status, 200, 'HTTP goes on beside it');
  });

  it('is in torrents and magnet links only when it is asked for', async (t) => {
    const without = await startTestApp(t);
    assert.ok(!without.announceUrls.some((url) => url.startsWith('ws:')));
    const app = await startTestApp(t, { wsInTorrents: true, publicUrl: 'https://example.org' });
    assert.equal(app.announceUrls.at(-1), 'wss://example.org/announce');
    const made = await makeFileTorrent(t);
    await app.catalogue.add({ torrent: made.torrent, dataPath: made.path, resume: made.resume });
    const magnet = parseMagnet(app.catalogue.magnet(made.metainfo.infoHash, app.url) ?? '');
    assert.deepEqual(magnet.trackers.slice(-2), [
      `ws://127.0.0.1:${app.httpPort}/announce`,
      'wss://example.org/announce',
    ]);
  });

  it('can be left out', async (t) => {
    const app = await startTestApp(t, { ws: false, wsInTorrents: true });
    assert.ok(!app.announceUrls.some((url) => url.startsWith('ws:')));
    const client = new WsClient(t, `ws://127.0.0.1:${app.httpPort}/announce`);
    await assert.rejects(client.open(), /Unexpected server response: 200/);
  });

  it('believes X-Forwarded-For from a trusted proxy, and keeps to --ws-interval', async (t) => {
    const app = await startTestApp(t, {
      open: true,
      trustedProxies: ['127.0.0.1'],
      wsInterval: 60,
      maxWebSockets: 300,
      announceRate: 1,
    });
    const headers = { 'X-Forwarded-For': '198.51.100.7' };
    const client = await connectWs(t, app.httpPort, '/', headers);
    const { intervalSeconds = 0 } = await client.announce({ infoHash: OPEN });
    assert.ok(intervalSeconds > 0 && intervalSeconds <= 66);
    // Twenty at once are in order; loopback, where the socket really comes from, would be free.
    await eventually('a refusal', async () => {
      for (let sent = 0; sent < 30; sent++) client.send('{}');
      await client.next();
      const another = new WsClient(t, `ws://127.0.0.1:${app.httpPort}/`, { headers });
      return another.open().then(
        () => false,
        (error: Error) => /429/.test(error.message),
      );
    });
    const other = await connectWs(t, app.httpPort, '/', { 'X-Forwarded-For': '198.51.100.8' });
    await other.announce({ infoHash: OPEN, peerId: peerId(7) });
  });

  it('answers when the database has it, with strict durability', async (t) => {
    const app = await startTestApp(t, { open: true, durability: 'strict' });
    const client = await connectWs(t, app.httpPort);
    await client.announce({ infoHash: OPEN, left: 5 });
    await client.announce({ infoHash: OPEN, left: 0, downloaded: 5, event: 'completed' });
    const again = await connectWs(t, app.httpPort);
    const [counts] = await again.scrape([OPEN]);
    assert.deepEqual([counts?.complete, counts?.downloaded], [1, 1]);
  });

  it('ends with the server in good time', async (t) => {
    const app = await startTestApp(t, { open: true });
    const clients = await Promise.all([1, 2, 3].map(() => connectWs(t, app.httpPort)));
    clients[2]?.socket.pause(); // it does not answer
    await app.stop();
    assert.equal((await clients[0]?.closed)?.code, 1001);
  });
});
