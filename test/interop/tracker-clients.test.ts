import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatEndpoint } from '../../src/bittorrent/endpoint.ts';
import { infoHashFromHex, infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { openTracker } from '../../src/seeder/tracker-client/open-tracker.ts';
import { makeAnnounce } from '../support/announce-fixture.ts';
import { startTestApp } from '../support/app.ts';
import { startBittorrentTracker } from '../support/bittorrent-tracker.ts';
import { startOpentracker } from '../support/clients/opentracker.ts';
import { eventually } from '../support/eventually.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { makeTorrentFixture, seedFixture } from '../support/seeded-torrent.ts';
import { requireTool } from '../support/tools.ts';

const never = new AbortController().signal;
const INFO_HASH = 'ab'.repeat(20);

/** Two peers announce, each is told of the other, the counts are scraped, one leaves. */
async function takePart(url: string): Promise<void> {
  const tracker = openTracker(url, { userAgent: 'Seedbed/test', timeoutMs: 20_000 });
  const seeder = makeAnnounce({ left: 0, port: 6001, key: 1 });
  const leecher = makeAnnounce({ port: 6002, key: 2 });
  const first = (await tracker.announce(seeder, never)).reply;
  assert.ok(!('failure' in first), JSON.stringify(first));
  const { reply, exchange } = await tracker.announce(leecher, never);
  assert.ok(!('failure' in reply), JSON.stringify(reply));
  const host = new URL(url).hostname;
  assert.deepEqual(
    reply.peers.map(formatEndpoint).filter((peer) => peer.endsWith(':6001')),
    [`${host}:6001`],
  );
  assert.ok(reply.intervalSeconds >= 60);
  assert.equal(formatEndpoint(exchange.remote as never), `${host}:${new URL(url).port}`);
  assert.ok(exchange.bytesSent > 0 && exchange.bytesReceived >= exchange.body.length);
  const counts = async () => {
    const scraped = (await tracker.scrape([infoHashFromHex(INFO_HASH)], never)).reply;
    assert.ok('swarms' in scraped, JSON.stringify(scraped));
    const [swarm] = scraped.swarms;
    return [swarm?.complete, swarm?.incomplete];
  };
  assert.deepEqual(await counts(), [1, 1]);
  await tracker.announce({ ...leecher, event: 'stopped' }, never);
  assert.deepEqual(await counts(), [1, 0]);
}

describe('our clients and the trackers of others', { timeout: 120_000 }, () => {
  for (const protocol of ['http', 'udp'] as const) {
    it(`bittorrent-tracker over ${protocol}`, async (t) => {
      await takePart((await startBittorrentTracker(t))[protocol]);
    });

    it(`opentracker over ${protocol}`, async (t) => {
      if (requireTool(t, 'opentracker') === undefined) return;
      const { port } = await startOpentracker(t, { infoHashes: [INFO_HASH] });
      await takePart(`${protocol}://127.0.0.1:${port}/announce`);
    });

    for (const host of ['127.0.0.1', '::1'])
      it(`our own over ${protocol} and ${host}`, async (t: CleanupOwner) => {
        const app = await startTestApp(t, { open: true, host });
        const port = protocol === 'http' ? app.httpPort : app.udpPort;
        await takePart(`${protocol}://${host === '::1' ? '[::1]' : host}:${port}/announce`);
      });
  }

  for (const host of ['127.0.0.1', '::1'])
    it(`our own over ws and ${host}: counts`, async (t: CleanupOwner) => {
      const app = await startTestApp(t, { open: true, host });
      const url = `ws://${host === '::1' ? '[::1]' : host}:${app.httpPort}/announce`;
      const tracker = openTracker(url, { userAgent: 'Seedbed/test', timeoutMs: 20_000 });
      const { reply } = await tracker.announce(makeAnnounce(), never);
      assert.ok(!('failure' in reply), JSON.stringify(reply));
      assert.deepEqual([reply.complete, reply.incomplete], [0, 1]);
      const scraped = (await tracker.scrape([infoHashFromHex(INFO_HASH)], never)).reply;
      assert.ok('swarms' in scraped);
      assert.equal(scraped.swarms.length, 1);
    });

  it('our seed node is a seeder at opentracker over UDP, and leaves when it stops', async (t) => {
    if (requireTool(t, 'opentracker') === undefined) return;
    const { metainfo } = await makeTorrentFixture(t);
    const { port } = await startOpentracker(t, { infoHashes: [infoHashToHex(metainfo.infoHash)] });
    const url = `udp://127.0.0.1:${port}/announce`;
    const fixture = await makeTorrentFixture(t, { announceTiers: [[url]] });
    assert.deepEqual(fixture.metainfo.infoHash, metainfo.infoHash, 'the same data makes the same torrent');
    const { node, torrent, port: peerPort } = await seedFixture(t, fixture);
    await eventually('the tracker to work', () => node.trackers(torrent.infoHash)[0]?.state === 'working');
    const tracker = openTracker(url, { userAgent: 'Seedbed/test', timeoutMs: 20_000 });
    const { infoHash } = torrent;
    const { reply } = await tracker.announce(makeAnnounce({ infoHash, port: 6003 }), never);
    assert.ok(!('failure' in reply), JSON.stringify(reply));
    assert.equal(reply.complete, 1);
    assert.ok(reply.peers.some((peer) => formatEndpoint(peer) === `127.0.0.1:${peerPort}`));
    await node.stop();
    const scraped = (await tracker.scrape([infoHash], never)).reply;
    assert.ok('swarms' in scraped);
    assert.equal(scraped.swarms[0]?.complete, 0);
  });

  it('bittorrent-tracker over ws: counts, since we are no WebRTC peer', async (t) => {
    const tracker = openTracker((await startBittorrentTracker(t)).ws, {
      userAgent: 'Seedbed/test',
      timeoutMs: 20_000,
    });
    const { reply, exchange } = await tracker.announce(makeAnnounce(), never);
    assert.ok(!('failure' in reply), JSON.stringify(reply));
    assert.deepEqual([reply.complete, reply.incomplete, reply.peers], [0, 1, []]);
    assert.equal(exchange.protocol, 'ws');
    const infoHash = infoHashFromHex(INFO_HASH);
    const scraped = (await tracker.scrape([infoHash], never)).reply;
    assert.ok('swarms' in scraped);
    assert.deepEqual(
      scraped.swarms.map((swarm) => Buffer.from(swarm.infoHash).toString('hex')),
      [INFO_HASH],
    );
  });
});
