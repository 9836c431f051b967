import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { decodeTrackerReply, type TrackerReply } from '../../../src/bittorrent/announce-response.ts';
import { formatEndpoint } from '../../../src/bittorrent/endpoint.ts';
import { TrackerHttpServer } from '../../../src/tracker/http/server.ts';
import { query } from './http/http-fixture.ts';
import { infoHash, peerId } from './tracker-fixture.ts';
import { startUdp, UdpClient } from './udp/udp-fixture.ts';

/** One tracker, reached by UDP over IPv4 and by HTTP over IPv6. */
async function startBoth(t: TestContext) {
  const { core, port: udpPort } = await startUdp(t);
  const http = new TrackerHttpServer({
    core,
    fallback: createServer(),
    host: '::1',
    port: 0,
    logger: pino({ level: 'silent' }),
  });
  const { port: httpPort } = await http.start();
  t.after(() => http.stop());
  const udp = await new UdpClient(t, udpPort).connect();
  /** Announces over HTTP and IPv6. */
  const announce6 = async (changes: Record<string, string> = {}): Promise<TrackerReply> => {
    const response = await fetch(`http://[::1]:${httpPort}/announce?${query(changes)}`);
    const reply = decodeTrackerReply(new Uint8Array(await response.arrayBuffer()));
    assert.ok('peers' in reply, JSON.stringify(reply));
    return reply;
  };
  const counts = (): string => {
    const swarm = core.swarm(infoHash(1));
    return `${swarm?.complete}/${swarm?.incomplete}/${swarm?.downloaded}`;
  };
  return { core, udp, announce6, counts };
}

/** What the two protocols say of one client. */
const SAME = { http: { key: '0000002a' }, udp: { key: 0x2a } };

describe('a client of both families', () => {
  it('counts once when it announces by UDP over IPv4 and by HTTP over IPv6', async (t) => {
    const { core, udp, announce6, counts } = await startBoth(t);
    await udp.announce(SAME.udp);
    await announce6(SAME.http);
    assert.equal(counts(), '0/1/0');
    const { peers4, peers6 } = core.stats();
    assert.deepEqual([peers4, peers6], [1, 1], 'with an endpoint of each');
  });

  it('counts twice with another key, or another peer id: that is somebody else', async (t) => {
    const { udp, announce6, counts } = await startBoth(t);
    await udp.announce(SAME.udp);
    await announce6({ key: 'ffffffff' });
    assert.equal(counts(), '0/2/0');
    await announce6({ ...SAME.http, port: '9', peer_id: '-TS0001-000000000009' });
    assert.equal(counts(), '0/3/0');
  });

  it('is handed out at both endpoints over HTTP, and at that of the own family over UDP', async (t) => {
    const { udp, announce6 } = await startBoth(t);
    await udp.announce({ ...SAME.udp, port: 4 });
    await announce6({ ...SAME.http, port: '6' });
    const other = { peer_id: '-TS0001-000000000002', port: '1002', key: '2' };
    const byHttp = await announce6(other);
    assert.deepEqual(byHttp.peers.map(formatEndpoint).sort(), ['127.0.0.1:4', '[::1]:6']);
    const byUdp = await udp.announce({ peerId: peerId(2), port: 1002, key: 2 });
    assert.deepEqual(byUdp.peers.map(formatEndpoint), ['127.0.0.1:4']);
  });

  it('is never handed out to itself, at either endpoint', async (t) => {
    const { udp, announce6 } = await startBoth(t);
    await udp.announce(SAME.udp);
    await announce6(SAME.http);
    assert.deepEqual((await announce6(SAME.http)).peers, []);
    assert.deepEqual((await udp.announce(SAME.udp)).peers, []);
  });

  it('completes once, and stays with one endpoint when the other stops', async (t) => {
    const { core, udp, announce6, counts } = await startBoth(t);
    await udp.announce(SAME.udp);
    await announce6(SAME.http);
    await announce6({ ...SAME.http, left: '0', event: 'completed' });
    await udp.announce({ ...SAME.udp, left: 0, event: 'completed' });
    assert.equal(counts(), '1/0/1');
    await udp.announce({ ...SAME.udp, left: 0, event: 'stopped' });
    assert.equal(counts(), '1/0/1');
    assert.equal(core.stats().peers6, 1);
  });

  it('cannot say by ipv4 or ipv6 (BEP 7) that it is somewhere else', async (t) => {
    const { core, announce6 } = await startBoth(t);
    await announce6({ ipv4: '203.0.113.7', ipv6: '2001:db8::7', ip: '203.0.113.8' });
    const { peers4, peers6 } = core.stats();
    assert.deepEqual([peers4, peers6], [0, 1]);
  });
});
