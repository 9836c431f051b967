import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { formatEndpoint } from '../../../../src/bittorrent/endpoint.ts';
import { encodeUdpAnnounce, encodeUdpConnect } from '../../../../src/bittorrent/udp-request.ts';
import { localAddresses } from '../../../../src/tracker/udp/local-address.ts';
import { TrackerUdpServer } from '../../../../src/tracker/udp/server.ts';
import { address, infoHash, peerId } from '../tracker-fixture.ts';
import { announceOf, startUdp, UdpClient, type UdpFrontEnd } from './udp-fixture.ts';

async function connected(t: TestContext, front: UdpFrontEnd, host?: string): Promise<UdpClient> {
  return new UdpClient(t, front.port, host).connect();
}

/** Sends packets that are to get no answer, and proves it by the answer to a good request behind them. */
async function expectSilence(client: UdpClient, ...packets: Uint8Array[]): Promise<void> {
  for (const packet of packets) client.send(packet);
  const reply = await client.ask(encodeUdpConnect(4711));
  assert.deepEqual([reply.kind, reply.transactionId], ['connect', 4711]);
}

describe('the UDP front end', () => {
  it('answers an announce with counts and the peers that came before', async (t) => {
    const front = await startUdp(t);
    const client = await connected(t, front);
    const first = await client.announce({ port: 258, left: 0, event: 'started' });
    assert.deepEqual([first.complete, first.incomplete, first.intervalSeconds], [1, 0, 315]);
    const second = await client.announce({ port: 259, peerId: peerId(2) });
    assert.deepEqual([second.complete, second.incomplete], [1, 1]);
    assert.deepEqual(second.peers.map(formatEndpoint), ['127.0.0.1:258']);
  });

  it('answers a scrape in the order of the hashes', async (t) => {
    const client = await connected(t, await startUdp(t));
    await client.announce({ left: 0 });
    const reply = await client.scrape([infoHash(9), infoHash(1)]);
    assert.deepEqual(reply.kind === 'scrape' && reply.swarms, [
      { complete: 0, incomplete: 0, downloaded: 0 },
      { complete: 1, incomplete: 0, downloaded: 0 },
    ]);
  });

  it('answers 74 hashes and refuses more, and none', async (t) => {
    const client = await connected(t, await startUdp(t));
    const reply = await client.scrape(Array.from({ length: 74 }, (_, i) => infoHash(i)));
    assert.equal(reply.kind === 'scrape' && reply.swarms.length, 74);
    for (const count of [0, 75]) {
      const refusal = await client.scrape(Array.from({ length: count }, (_, i) => infoHash(i)));
      assert.equal(refusal.kind, 'error');
    }
  });

  it('takes a peer out that stops', async (t) => {
    const front = await startUdp(t);
    const client = await connected(t, front);
    await client.announce();
    await client.announce({ event: 'stopped' });
    assert.equal(front.core.stats().peers4, 0);
  });

  it('says why it refuses', async (t) => {
    const front = await startUdp(t);
    const client = await connected(t, front);
    for (const [changes, failure] of [
      [{ infoHash: infoHash(9) }, 'unregistered torrent'],
      [{ port: 0 }, 'port must lie between 1 and 65535'],
    ] as const) {
      const reply = await client.ask(encodeUdpAnnounce(client.head(), announceOf(changes)));
      assert.equal(reply.kind === 'error' && reply.failure, failure);
    }
    assert.equal(front.server.counters().failures, 2);
  });

  it('reads an announce with options behind it', async (t) => {
    const client = await connected(t, await startUdp(t));
    const reply = await client.ask(encodeUdpAnnounce(client.head(), announceOf(), '/announce?passkey=x'));
    assert.equal(reply.kind, 'announce');
  });

  it('gives IPv4 and IPv6 clients of one socket the peers of their family', async (t) => {
    const front = await startUdp(t, { server: { host: undefined } });
    const four = await connected(t, front);
    await four.announce({ port: 1 });
    const six = await connected(t, front, '::1');
    await six.announce({ port: 2, key: 8, peerId: peerId(2) });
    const toSix = await six.announce({ port: 3, key: 9, peerId: peerId(3) });
    assert.deepEqual(toSix.peers.map(formatEndpoint), ['[::1]:2']);
    assert.equal(toSix.incomplete, 3);
    const toFour = await four.announce({ port: 4, key: 10, peerId: peerId(4), numWant: 1 });
    assert.deepEqual(toFour.peers.map(formatEndpoint), ['127.0.0.1:1']);
    assert.deepEqual([front.core.stats().peers4, front.core.stats().peers6], [2, 2]);
  });

  for (const [host, peers] of [
    ['127.0.0.1', 202],
    ['::1', 67],
  ] as const)
    it(`cuts the peers of a reply to fit one packet: ${peers} for ${host}`, async (t) => {
      const front = await startUdp(t, { server: { host: undefined }, core: { maxNumWant: 500 } });
      const from = address(host);
      for (let port = 1; port <= 300; port++)
        front.core.announce(announceOf({ port, key: port, peerId: peerId(port) }), {
          source: from,
          localAddress: undefined,
        });
      const client = await connected(t, front, host);
      const reply = await client.announce({ port: 999, key: 999, numWant: 1000 });
      assert.equal(reply.peers.length, peers);
      client.send(encodeUdpAnnounce(client.head(), announceOf({ port: 999, key: 999, numWant: 1000 })));
      assert.ok((await client.receive()).length <= 1232);
    });

  it('hands out our own seed node where the client reached us', async (t) => {
    const front = await startUdp(t, {
      server: { localAddressFor: localAddresses({ defaultAddress: () => undefined }) },
    });
    front.core.setLocalSeed(infoHash(1), { port: 7000, peerId: peerId(99), isComplete: true });
    const client = await connected(t, front);
    const reply = await client.announce();
    assert.deepEqual(reply.peers.map(formatEndpoint), ['127.0.0.1:7000']);
    assert.equal(reply.complete, 1);
  });
});

describe('the UDP front end is silent', () => {
  it('to connection ids that are not ours, and to ours once they are too old', async (t) => {
    let now = 1_800_000_000;
    const front = await startUdp(t, { server: { clock: () => now } });
    const client = await connected(t, front);
    const stranger = { connectionId: Buffer.from('0000041727101980', 'hex'), transactionId: 1 };
    await expectSilence(client, encodeUdpAnnounce(stranger, announceOf()));
    now += 300;
    await client.announce();
    assert.equal(front.server.counters().reusedConnections, 1);
    now += 301;
    await expectSilence(client, encodeUdpAnnounce(client.head(), announceOf()));
    assert.equal(front.server.counters().droppedWrongConnection, 2);
    assert.equal(front.core.stats().peers4, 1);
  });

  it('to what is no request, and counts it by reason', async (t) => {
    const front = await startUdp(t);
    const client = await connected(t, front);
    const wrongProtocol = encodeUdpConnect(1);
    wrongProtocol[0] = 1;
    const unknown = encodeUdpAnnounce(client.head(), announceOf());
    unknown.writeUInt32BE(9, 8);
    await expectSilence(
      client,
      Buffer.alloc(0),
      Buffer.alloc(15),
      wrongProtocol,
      unknown,
      Buffer.alloc(3000),
    );
    const { droppedMalformed, droppedUnknownAction, droppedOversized } = front.server.counters();
    assert.deepEqual([droppedMalformed, droppedUnknownAction, droppedOversized], [3, 1, 1]);
  });
});

describe('the UDP server', () => {
  it('stops twice, and frees its port', async (t) => {
    const { server, port } = await startUdp(t);
    await server.stop();
    await server.stop();
    const again = await startUdp(t, { server: { port } });
    assert.equal(again.port, port);
  });

  it('says so when its port is taken', async (t) => {
    const { port } = await startUdp(t);
    await assert.rejects(startUdp(t, { server: { port } }), { code: 'EADDRINUSE' });
  });

  it('stops without having started', async (t) => {
    const { core } = await startUdp(t);
    const options = { core, port: 0, key: new Uint8Array(16) };
    const logger = (await import('pino')).pino({ level: 'silent' });
    await new TrackerUdpServer({ ...options, logger }).stop();
    assert.throws(
      () => new TrackerUdpServer({ ...options, logger, limits: { maxReplyBytes: 9000 } }),
      TypeError,
    );
  });

  it('goes on when the core fails, and says no more than that', async (t) => {
    const { core } = await startUdp(t);
    const broken = { announce: () => assert.fail('secret'), scrape: core.scrape.bind(core) };
    const front = await startUdp(t, { server: { core: broken } });
    const client = await connected(t, front);
    const reply = await client.ask(encodeUdpAnnounce(client.head(), announceOf()));
    assert.equal(reply.kind === 'error' && reply.failure, 'internal error');
  });
});
