import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { infoHashFromBytes } from '../../src/bittorrent/info-hash.ts';
import { startTestApp } from '../support/app.ts';
import { FakePeer, LibraryClient, type LibraryReply } from '../support/clients/bittorrent-tracker-client.ts';
import { eventually } from '../support/eventually.ts';

const INFO_HASH = infoHashFromBytes(Buffer.from('the torrent of tests'));

type Protocol = 'http' | 'udp' | 'ws';

interface Server {
  /** A URL of its own for each `name`, for the library shares one WebSocket among all clients of a process that write the same URL. */
  url(protocol: Protocol, name: string): string;
}

async function start(t: TestContext, host: string): Promise<Server> {
  const app = await startTestApp(t, { host, open: true });
  const urlHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: (protocol, name) =>
      `${protocol}://${urlHost}:${protocol === 'udp' ? app.udpPort : app.httpPort}/announce${protocol === 'ws' ? `?${name}` : ''}`,
  };
}

function client(
  t: TestContext,
  server: Server,
  name: string,
  protocols: readonly Protocol[],
  port: number,
): Promise<LibraryClient> {
  return LibraryClient.make(t, {
    name,
    infoHash: INFO_HASH,
    peerId: Buffer.from(`-WW0203-${name}`.padEnd(20, '0')),
    announce: protocols.map((protocol) => server.url(protocol, name)),
    port,
  });
}

const counts = (replies: ReadonlyMap<string, LibraryReply>): string[] => [
  ...new Set([...replies.values()].map(({ complete, incomplete }) => `${complete}/${incomplete}`)),
];

describe("WebTorrent's client for trackers, all three protocols against one server", {
  timeout: 120_000,
}, () => {
  for (const host of ['127.0.0.1', '::1']) {
    // The library's UDP client is for IPv4: of an IPv6 address in a URL it makes a host name that does not exist.
    const second = host === '::1' ? 'http' : 'udp';
    const protocols: readonly Protocol[] = host === '::1' ? ['http', 'ws'] : ['http', 'udp', 'ws'];

    it(`is counted over ${protocols.join(', ')} alike, over ${host}`, async (t) => {
      const server = await start(t, host);
      const overHttp = await client(t, server, 'http', ['http'], 7001);
      const overUdp = await client(t, server, 'udp', [second], 7002);
      const overWs = await client(t, server, 'ws', ['ws'], 7003);
      assert.deepEqual(counts(await overHttp.announce('start', { left: 0 })), ['1/0']);
      assert.deepEqual(counts(await overUdp.announce('start', { left: 9 })), ['1/1']);
      assert.deepEqual(counts(await overWs.announce('start', { left: 9 })), ['1/2']);
      for (const each of [overHttp, overUdp, overWs])
        assert.deepEqual(counts(await each.scrape()), ['1/2'], 'whoever asks is told of all three');
      await overWs.announce('complete', { left: 0, downloaded: 9 });
      const [scraped] = [...(await overUdp.scrape()).values()];
      assert.deepEqual([scraped?.complete, scraped?.incomplete, scraped?.downloaded], [2, 1, 1]);
      assert.deepEqual(counts(await overWs.announce('stop', { left: 0 })), ['1/1']);
      assert.deepEqual(
        [overHttp, overUdp, overWs].flatMap(({ warnings }) => warnings),
        [],
      );
    });

    it(`is one peer when it announces over ${protocols.join(', ')}, over ${host}`, async (t) => {
      const server = await start(t, host);
      const hybrid = await client(t, server, 'hybrid', protocols, 7001);
      await hybrid.announce('start', { left: 9 });
      const other = await client(t, server, 'other', ['http'], 7002);
      assert.deepEqual(counts(await other.announce('start', { left: 9 })), ['0/2']);
      assert.deepEqual(other.peers, [`${host.includes(':') ? `[${host}]` : host}:7001`], 'and one endpoint');
      await hybrid.announce('complete', { left: 0, downloaded: 9 });
      const [scraped] = [...(await other.scrape()).values()];
      assert.deepEqual([scraped?.complete, scraped?.incomplete, scraped?.downloaded], [1, 1, 1]);
    });

    it(`exchanges offers and answers over WebSocket, over ${host}`, async (t) => {
      const server = await start(t, host);
      const ordinary = await client(t, server, 'ordinary', ['http'], 7001);
      await ordinary.announce('start', { left: 9 });
      const alice = await client(t, server, 'alice', ['ws'], 7002);
      const bob = await client(t, server, 'bob', ['ws'], 7003);
      await alice.announce('start', { left: 9 });
      assert.deepEqual(alice.peers, [], 'an offer goes to nobody without a WebSocket');
      await bob.announce('start', { left: 9 });
      const [atAlice] = await eventually('the offer', () => alice.peers.length > 0 && alice.peers);
      const [atBob] = await eventually('the answer', () => bob.peers.length > 0 && bob.peers);
      assert.ok(atAlice instanceof FakePeer && atBob instanceof FakePeer);
      assert.deepEqual(atAlice.heard, atBob.said, "bob's offer came as he wrote it");
      assert.deepEqual(atBob.heard, atAlice.said, "and so did alice's answer");
      assert.equal(atAlice.id, Buffer.from('-WW0203-bob'.padEnd(20, '0')).toString('hex'));
      assert.equal(atBob.id, Buffer.from('-WW0203-alice'.padEnd(20, '0')).toString('hex'));
      assert.deepEqual([alice.peers.length, bob.peers.length], [1, 1]);
      assert.deepEqual(counts(await ordinary.announce('update', { left: 9 })), ['0/3']);
      assert.deepEqual(ordinary.peers, [], 'who is behind a WebSocket is no endpoint');
    });
  }

  it('is told why it is refused', async (t) => {
    const app = await startTestApp(t);
    const server: Server = { url: (_protocol, name) => `ws://127.0.0.1:${app.httpPort}/announce?${name}` };
    const stranger = await client(t, server, 'stranger', ['ws'], 7001);
    stranger.send('start', { left: 9 });
    await eventually('the refusal', () => stranger.warnings.includes('unregistered torrent'));
  });
});
