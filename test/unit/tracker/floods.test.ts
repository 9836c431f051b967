import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUdpAnnounce, encodeUdpConnect } from '../../../src/bittorrent/udp-request.ts';
import { FloodGate } from '../../../src/tracker/front-end/flood-gate.ts';
import { makeHttpCounters } from '../../../src/tracker/http/limits.ts';
import { announceRequest, query, RawClient, startFast, startRouter } from './http/http-fixture.ts';
import { announceOf, startUdp, UdpClient } from './udp/udp-fixture.ts';

/** Two announces from each address, loopback included, and no more for a very long time. */
const strictGate = (): FloodGate =>
  new FloodGate({ ratePerSecond: 0.001, burst: 2, isExempt: () => false, nowMs: () => 0 });

const answersIn = (text: string): number => text.split('HTTP/1.1 200 OK').length - 1;
const TOO_MANY = /14:failure reason\d+:too many announces/g;

describe('a flood over HTTP', () => {
  it('is refused and cut off on the fast path, and nothing of it reaches the core', async (t) => {
    const { port, core, server } = await startFast(t, { server: { gate: strictGate() } });
    const client = new RawClient(t, port);
    await client.send(
      Array.from({ length: 10 }, (_, i) => announceRequest({ port: String(1 + i) })).join(''),
    );
    await client.closed;
    assert.equal(answersIn(client.text), 3);
    assert.match(client.text, /14:failure reason\d+:too many announces.*8:intervali300e8:retry ini5ee$/s);
    assert.equal(core.stats().counters.announces, 2);
    assert.equal(server.counters().shedFlood, 1);
  });

  it('is refused by the Express router, and counted', async (t) => {
    const counters = makeHttpCounters();
    const { port, core } = await startRouter(t, { server: { gate: strictGate(), counters } });
    const client = new RawClient(t, port);
    await client.send(`${announceRequest().repeat(4)}GET /scrape HTTP/1.1\r\nHost: x\r\n\r\n`);
    await client.until((text) => (text.match(TOO_MANY) ?? []).length === 3);
    assert.equal(core.stats().counters.announces, 2);
    assert.deepEqual([counters.announces, counters.scrapes, counters.shedFlood], [4, 1, 3]);
  });

  it('takes scrapes out of the same share', async (t) => {
    const { port, server } = await startFast(t, { server: { gate: strictGate() } });
    const client = new RawClient(t, port);
    await client.send(`GET /scrape?info_hash=${'%01'.repeat(20)} HTTP/1.1\r\n\r\n`.repeat(3));
    await client.closed;
    assert.match(client.text, TOO_MANY);
    assert.equal(server.counters().shedFlood, 1);
  });

  for (const [name, start] of Object.entries({ 'the fast path': startFast, 'the router': startRouter })) {
    it(`is told by the client's address behind a trusted proxy, whose connection stays: ${name}`, async (t) => {
      const options = { server: { gate: strictGate(), trustedProxies: ['127.0.0.1/32'] } };
      const { port } = await start(t, options);
      const proxy = new RawClient(t, port);
      const forwarded = (client: string): string =>
        announceRequest({}, `X-Forwarded-For: ${client}\r\n`).repeat(3);
      await proxy.send(forwarded('198.51.100.1') + forwarded('198.51.100.2'));
      await proxy.until((text) => answersIn(text) === 6 && text.endsWith('e'));
      assert.equal((proxy.text.match(TOO_MANY) ?? []).length, 2, 'one announce of each client');
    });

    it(`is never the trusted proxy's own: ${name}`, async (t) => {
      const options = { server: { gate: strictGate(), trustedProxies: ['127.0.0.1/32'] } };
      const { port } = await start(t, options);
      const proxy = new RawClient(t, port);
      await proxy.send(announceRequest().repeat(5));
      await proxy.until((text) => answersIn(text) === 5 && text.endsWith('e'));
      assert.doesNotMatch(proxy.text, TOO_MANY);
    });
  }

  it('is the same flood whatever front end it comes by', async (t) => {
    const gate = strictGate();
    const fast = await startFast(t, { server: { gate } });
    const udp = await startUdp(t, { server: { gate } });
    const client = await new UdpClient(t, udp.port).connect();
    await client.announce();
    await client.announce();
    const late = new RawClient(t, fast.port);
    await late.send(`GET /announce?${query()} HTTP/1.1\r\n\r\n`);
    await late.closed;
    assert.match(late.text, TOO_MANY);
  });
});

describe('a flood over UDP', () => {
  it('gets silence', async (t) => {
    const front = await startUdp(t, { server: { gate: strictGate() } });
    const client = await new UdpClient(t, front.port).connect();
    await client.announce();
    await client.announce();
    for (let i = 0; i < 5; i++) client.send(encodeUdpAnnounce(client.head(), announceOf()));
    const reply = await client.ask(encodeUdpConnect(4711)); // answered behind them
    assert.deepEqual([reply.kind, reply.transactionId], ['connect', 4711]);
    assert.equal(front.server.counters().shedFlood, 5);
    assert.equal(front.core.stats().counters.announces, 2);
  });

  it('does not use up the share of the address that a stranger writes on his packets', async (t) => {
    const front = await startUdp(t, { server: { gate: strictGate() } });
    const client = await new UdpClient(t, front.port).connect();
    const spoofed = { connectionId: new Uint8Array(8).fill(9), transactionId: 1 };
    for (let i = 0; i < 20; i++) client.send(encodeUdpAnnounce(spoofed, announceOf()));
    await client.announce();
    const { droppedWrongConnection, shedFlood } = front.server.counters();
    assert.deepEqual([droppedWrongConnection, shedFlood], [20, 0]);
  });

  it('of connects is answered as far as the budget of all goes', async (t) => {
    const front = await startUdp(t, { server: { limits: { maxConnectsPerSecond: 0.001 } } }); // one for a long time
    const client = await new UdpClient(t, front.port).connect();
    for (let i = 0; i < 50; i++) client.send(encodeUdpConnect(i));
    await client.announce(); // behind them: who has an id is served
    const { connects, shedConnects } = front.server.counters();
    assert.deepEqual([connects, shedConnects], [51, 50]);
  });
});
