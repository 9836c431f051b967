import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { address, infoHash, peerId } from '../tracker-fixture.ts';
import { announceRequest, type FrontEndOptions, RawClient, startFast } from './http-fixture.ts';
import { proxyV2 } from './proxy-header.ts';

const V1 = 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 6969\r\n';
const V2 = proxyV2({ source: '2001:db8::1', port: 7 }).toString('latin1');
const plain = announceRequest();

/** A front end whose balancers are on loopback. */
function startBehindBalancer(t: TestContext, server: FrontEndOptions['server'] = {}) {
  return startFast(t, { server: { proxyProtocol: ['127.0.0.0/8'], ...server } });
}

/** BEP 24: the address that the tracker saw. */
function seen(text: string): string {
  const bytes = Buffer.from(
    /11:external ip(?:4:(.{4})|16:(.{16}))/s.exec(text)?.slice(1).join('') ?? '',
    'latin1',
  );
  return bytes.toString('hex');
}

describe('the fast path behind a balancer that speaks the PROXY protocol', () => {
  for (const [version, header, hex] of [
    ['1', V1, 'c0000201'],
    ['2', V2, '20010db8000000000000000000000001'],
  ] as const)
    it(`lists the client that version ${version} names, for every request of the connection`, async (t) => {
      const { port, core } = await startBehindBalancer(t);
      const client = new RawClient(t, port);
      await client.send(header + plain + announceRequest({ port: '7' }));
      const text = await client.until(
        (received) => received.split('HTTP/1.1 200').length === 3 && received.endsWith('e'),
      );
      for (const answer of text.split('HTTP/1.1 200').slice(1)) assert.equal(seen(answer), hex);
      const { peers4, peers6 } = core.stats();
      assert.deepEqual([peers4, peers6], version === '1' ? [2, 0] : [0, 2]);
    });

  it('keeps one client from taking the places of all others, until it lets go of its own', async (t) => {
    const { port, server } = await startBehindBalancer(t, { limits: { maxConnectionsPerAddress: 1 } });
    const first = new RawClient(t, port);
    await first.send(V1 + plain);
    await first.until((text) => text.endsWith('e'));
    const second = new RawClient(t, port);
    await second.send(V1 + plain);
    await second.closed;
    assert.equal(second.text, '');
    assert.equal(server.counters().droppedAddressFull, 1);
    const other = new RawClient(t, port);
    await other.send(V2 + plain);
    await other.until((text) => text.endsWith('e'));
    first.socket.destroy();
    await eventually('the place is free again', async () => {
      const again = new RawClient(t, port);
      await again.send(V1 + announceRequest({}, 'Connection: close\r\n'));
      await again.closed;
      return again.text !== '';
    });
  });

  it('puts a header together that comes byte by byte, and finds the request that comes with its end', async (t) => {
    const { port } = await startBehindBalancer(t);
    const client = new RawClient(t, port);
    for (const byte of V1.slice(0, -1)) await client.send(byte);
    await client.send(V1.slice(-1) + plain.slice(0, 10));
    await client.send(plain.slice(10));
    assert.equal(seen(await client.until((text) => text.endsWith('e'))), 'c0000201');
  });

  it('takes a connection that speaks for the balancer itself as one of the balancer', async (t) => {
    const { port } = await startBehindBalancer(t);
    for (const header of ['PROXY UNKNOWN\r\n', proxyV2({ command: 0, family: 0 }).toString('latin1')]) {
      const client = new RawClient(t, port);
      await client.send(header + plain);
      assert.equal(seen(await client.until((text) => text.endsWith('e'))), '7f000001');
    }
  });

  it('hands out our own seed only where a public address is known', async (t) => {
    for (const publicAddresses of [[], [address('203.0.113.9')]]) {
      const { port, core } = await startFast(t, {
        core: { publicAddresses },
        server: { proxyProtocol: ['127.0.0.1'] },
      });
      core.setLocalSeed(infoHash(1), { port: 258, peerId: peerId(9), isComplete: true });
      const client = new RawClient(t, port);
      await client.send(V1 + plain);
      const text = await client.until((received) => received.endsWith('e'));
      assert.equal(text.includes('5:peers6:\xcb\0\x71\x09\x01\x02'), publicAddresses.length > 0);
    }
  });

  it('closes a connection of a balancer that begins with something else, and counts it', async (t) => {
    const { port, server, core } = await startBehindBalancer(t);
    for (const bytes of [plain, 'PROXY TCP4 nonsense\r\n', '\r\n\r\n\0\r\nQUIT\n\x11\x11\0\0']) {
      const client = new RawClient(t, port);
      await client.send(bytes);
      await client.closed;
      assert.equal(client.text, '');
    }
    assert.equal(server.counters().droppedUnproxied, 3);
    assert.equal(core.stats().peers4, 0);
  });

  it('closes a connection of a balancer whose header does not come in time', async (t) => {
    const { port, server } = await startBehindBalancer(t, { limits: { headTimeoutMs: 50 } });
    const client = new RawClient(t, port);
    await client.send(V1.slice(0, 20));
    await client.closed;
    assert.equal(server.counters().droppedUnproxied, 1);
    assert.equal(server.openConnections, 0);
  });

  it('does not mind health checks that open a connection and close it', async (t) => {
    const { port, server } = await startBehindBalancer(t);
    const client = new RawClient(t, port);
    await eventually('the connection', () => server.openConnections === 1);
    client.socket.end();
    await client.closed;
    await eventually('its end', () => server.openConnections === 0);
    assert.equal(server.counters().droppedUnproxied, 0);
  });

  it('refuses the header of a stranger as garbage', async (t) => {
    const { port, core } = await startFast(t, { server: { proxyProtocol: ['10.0.0.0/8'] } });
    for (const header of [V1, V2]) {
      const client = new RawClient(t, port);
      await client.send(header + plain);
      await client.closed;
      assert.match(client.text, /^HTTP\/1\.1 400 Bad Request/);
    }
    assert.equal(core.stats().peers4, 0);
    const direct = new RawClient(t, port);
    await direct.send(plain);
    assert.equal(seen(await direct.until((text) => text.endsWith('e'))), '7f000001');
  });

  it('lets the fallback server see the client, and a balancer in front of a proxy tell who is behind it', async (t) => {
    const fallback = createServer((request, response) =>
      response.end(`from ${request.socket.remoteAddress} ${request.socket.remotePort}`),
    );
    const { port } = await startBehindBalancer(t, { fallback, trustedProxies: ['192.0.2.0/24'] });
    const client = new RawClient(t, port);
    await client.send(`${V1}GET / HTTP/1.1\r\nHost: t\r\n\r\n`);
    await client.until((text) => text.includes('from 192.0.2.1 56324'));
    const proxied = new RawClient(t, port);
    await proxied.send(V1 + announceRequest({}, 'X-Forwarded-For: 203.0.113.5\r\n'));
    assert.equal(seen(await proxied.until((text) => text.endsWith('e'))), 'cb007105');
  });

  it('stops at once while headers are waited for', async (t) => {
    const { port, server } = await startBehindBalancer(t);
    const client = new RawClient(t, port);
    await client.send('PROXY ');
    await eventually('the connection', () => server.openConnections === 1);
    await server.stop();
    await client.closed;
  });

  it('refuses a network that is none', (t) => {
    return assert.rejects(startFast(t, { server: { proxyProtocol: ['10.0.0.0/40'] } }), TypeError);
  });
});
