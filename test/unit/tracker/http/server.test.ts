import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { nullJournal } from '../../../../src/persistence/peer-journal.ts';
import { TrackerCore } from '../../../../src/tracker/core.ts';
import { TrackerHttpServer } from '../../../../src/tracker/http/server.ts';
import { announceRequest, query, RawClient, startFast } from './http-fixture.ts';

const answersIn = (text: string): number => text.split('HTTP/1.1 200 OK').length - 1;
const plain = announceRequest();

describe('the fast path: requests on the wire', () => {
  it('answers a request that comes byte by byte', async (t) => {
    const { port } = await startFast(t);
    const client = new RawClient(t, port);
    for (const byte of plain) await client.send(byte);
    assert.match(await client.until((text) => text.endsWith('e')), /5:peers0:e$/);
  });

  it('answers many requests that come at once, in order and in one piece', async (t) => {
    const { port, core } = await startFast(t);
    const client = new RawClient(t, port);
    const requests = Array.from({ length: 200 }, (_, i) => announceRequest({ port: String(1000 + i) }));
    await client.send(requests.join(''));
    const text = await client.until((received) => answersIn(received) === 200 && received.endsWith('e'));
    const counts = [...text.matchAll(/10:incompletei(\d+)e/g)].map(([, count]) => Number(count));
    assert.deepEqual(
      counts,
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    assert.equal(core.stats().peers4, 200);
  });

  it('says exactly how long each answer is', async (t) => {
    const { port, core } = await startFast(t);
    const filler = new RawClient(t, port);
    await filler.send(
      Array.from({ length: 300 }, (_, i) => announceRequest({ port: String(1 + i) })).join(''),
    );
    await filler.until((text) => answersIn(text) === 300 && text.endsWith('e'));
    assert.equal(core.stats().peers4, 300);
    for (const numwant of ['0', '1', '2', '16', '150', '200']) {
      const client = new RawClient(t, port);
      await client.send(announceRequest({ numwant, port: '9' }, 'Connection: close\r\n'));
      await client.closed;
      const [head = '', body = ''] = client.text.split(/\r\n\r\n(.*)/s);
      assert.equal(Number(/Content-Length: (\d+)$/m.exec(head)?.[1]), body.length, numwant);
      assert.match(head, /^Connection: close\r$/m);
    }
  });

  it('closes after HTTP/1.0, and keeps the connection when asked to', async (t) => {
    const { port } = await startFast(t);
    const closing = new RawClient(t, port);
    await closing.send(plain.replace('1.1', '1.0'));
    await closing.closed;
    assert.match(closing.text, /Connection: close/);
    const keeping = new RawClient(t, port);
    const request = announceRequest({}, 'Connection: keep-alive\r\n').replace('1.1', '1.0');
    await keeping.send(request + request);
    assert.match(await keeping.until((text) => answersIn(text) === 2), /Connection: keep-alive/);
  });

  it('answers a client that has closed its side after asking', async (t) => {
    const { port } = await startFast(t);
    const client = new RawClient(t, port, true);
    client.socket.end(plain);
    await client.until((text) => text.endsWith('5:peers0:e'));
    client.socket.end();
    await client.closed;
  });

  it('ignores what comes after a request that asked to close', async (t) => {
    const { port, core } = await startFast(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest({}, 'Connection: close\r\n') + announceRequest({ port: '7' }));
    await client.closed;
    assert.equal(answersIn(client.text), 1);
    assert.equal(core.stats().peers4, 1);
  });

  it('stops answering a client that does not read, and goes on when it does', async (t) => {
    const { port, server } = await startFast(t);
    const filler = new RawClient(t, port);
    const peers = Array.from({ length: 200 }, (_, i) => announceRequest({ port: String(1 + i) }));
    await filler.send(peers.join(''));
    await filler.until((text) => answersIn(text) === 200 && text.endsWith('e'));
    const request = announceRequest({ numwant: '200', port: '999' });
    const probe = new RawClient(t, port);
    await probe.send(plain + request);
    const answer = (await probe.until((text) => answersIn(text) === 2 && text.endsWith('e'))).replace(
      /^.*(?=HTTP)/s,
      '',
    );
    const before = server.counters().announces;
    const client = new RawClient(t, port);
    client.socket.pause();
    client.socket.removeAllListeners('data');
    const count = 10_000; // 13 MB of answers: more than the system buffers
    client.socket.write(request.repeat(count));
    for (let i = 0; i < 50; i++) {
      await probe.send(plain);
      await probe.until((text) => answersIn(text) === i + 3);
    }
    assert.ok(server.counters().announces - before < count, 'it does not work ahead of the client');
    const parts: Buffer[] = [];
    let missing = count * answer.length;
    const complete = Promise.withResolvers<void>();
    client.socket.on('data', (part: Buffer) => {
      parts.push(part);
      missing -= part.length;
      if (missing <= 0) complete.resolve();
    });
    client.socket.resume();
    await complete.promise;
    assert.ok(
      Buffer.concat(parts).equals(Buffer.from(answer.repeat(count), 'latin1')),
      'no answer was overwritten',
    );
  });

  it('closes when a client that had not read has, and has closed its side meanwhile', async (t) => {
    const peer = { ip: '192.0.2.1', port: 6881, peerId: new Uint8Array(20) };
    const reply = {
      intervalSeconds: 1800,
      minIntervalSeconds: 900,
      complete: 0,
      incomplete: 600,
      downloaded: 0,
      externalIp: undefined,
      peers: new Uint8Array(0),
      peers6: new Uint8Array(0),
      peerList: Array.from({ length: 600 }, () => peer),
      warning: undefined,
    };
    const { port, server } = await startFast(t, {
      server: { core: { announce: () => reply, scrape: () => [] } },
    });
    const client = new RawClient(t, port, true);
    client.socket.pause();
    const count = 300; // one piece of input, and 12 MB of answers: more than the system buffers
    client.socket.end(plain.repeat(count));
    const probe = new RawClient(t, port);
    for (let i = 1; i <= 20; i++) {
      await probe.send(plain);
      await probe.until((text) => answersIn(text) === i);
    }
    assert.ok(server.counters().announces < count + 20, 'it waits for the client');
    client.socket.removeAllListeners('data');
    client.socket.resume();
    const late = setTimeout(() => client.socket.destroy(), 10_000);
    await client.closed;
    clearTimeout(late);
    assert.ok(client.socket.readableEnded, 'it closes at once');
    assert.equal(server.counters().announces, count + 20);
  });

  it('lists nobody who has reset the connection before the request was read', async (t) => {
    const { port, core, server } = await startFast(t);
    const client = new RawClient(t, port);
    await client.send('GET /ann'); // accepted, and read up to here
    const probe = new RawClient(t, port);
    await probe.send(plain);
    await probe.until((text) => answersIn(text) === 1);
    client.socket.write(plain.slice(8), () => client.socket.resetAndDestroy());
    await client.closed;
    while (server.openConnections > 1) {
      await probe.send(plain);
      await once(probe.socket, 'data');
    }
    assert.equal(core.stats().peers4, 1);
  });

  it('says no more than "internal error" when the tracker breaks', async (t) => {
    const journal = { ...nullJournal, recordPeer: () => assert.fail('secret') };
    const { port } = await startFast(t, { core: { journal } });
    const client = new RawClient(t, port);
    await client.send(plain + plain);
    const text = await client.until((received) => answersIn(received) === 2);
    assert.match(text, /14:failure reason14:internal error/);
    assert.doesNotMatch(text, /secret/);
  });
});

describe('the fast path: what it leaves to the fallback server', () => {
  for (const [what, request, answer] of [
    ['another path', 'GET /x HTTP/1.1\r\nHost: t\r\n\r\n', 'other GET /x'],
    ['a body', 'POST /announce HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc', 'other POST /announce'],
    ['HEAD', 'HEAD /announce HTTP/1.1\r\nHost: t\r\n\r\n', 'HTTP/1.1 200 OK'],
    [
      'an odd header',
      `GET /announce?${query()} HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n`,
      'other GET /announce',
    ],
    ['a huge header', `GET /announce HTTP/1.1\r\nHost: t\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['garbage', '\x13BitTorrent protocol\r\n\r\n', '400 Bad Request'],
  ] as const)
    it(`answers there: ${what}`, async (t) => {
      const { port, server } = await startFast(t);
      const client = new RawClient(t, port);
      await client.send(request);
      await client.until((text) => text.includes(answer));
      assert.equal(server.counters().handedOver, 1);
    });

  it('hands over in mid-connection, after the answers before', async (t) => {
    const { port } = await startFast(t);
    const client = new RawClient(t, port);
    await client.send(`${plain}GET /x HTTP/1.1\r\nHost: t\r\n\r\n`);
    const text = await client.until((received) => received.includes('other GET /x'));
    assert.ok(text.indexOf('5:peers') < text.indexOf('other GET /x'));
  });

  it('hands over a request that comes in pieces, and keeps that connection there', async (t) => {
    const { port } = await startFast(t);
    const client = new RawClient(t, port);
    for (const byte of 'GET /annual HTTP/1.1\r\nHost: t\r\n\r\n') await client.send(byte);
    await client.until((text) => text.includes('other GET /annual'));
    await client.send(plain);
    await client.until((text) => text.includes('other GET /announce'));
  });
});

describe('the fast path: limits of the fallback server', () => {
  it('lets node:http close a connection whose head does not come', async (t) => {
    const fallback = createHttpServer({
      connectionsCheckingInterval: 20,
      headersTimeout: 20,
      requestTimeout: 40,
    });
    const { port } = await startFast(t, { server: { fallback } });
    const client = new RawClient(t, port);
    await client.send('GET /x HTTP/1.1\r\nHost:');
    await client.closed;
    assert.match(client.text, /408 Request Timeout/);
  });
});

describe('the fast path: limits', () => {
  const quick = { idleTimeoutMs: 1, headTimeoutMs: 1, writeTimeoutMs: 1 };

  it('closes a connection that sends nothing, or half a request', async (t) => {
    const { port, server } = await startFast(t, { server: { limits: quick } });
    const silent = new RawClient(t, port);
    const slow = new RawClient(t, port);
    await slow.send(plain.slice(0, 30));
    await Promise.all([silent.closed, slow.closed]);
    assert.equal(server.counters().droppedSlow, 2);
  });

  it('closes a connection that has been silent since its last request', async (t) => {
    const limits = { ...quick, headTimeoutMs: 60_000 };
    const { port, server } = await startFast(t, { server: { limits } });
    const client = new RawClient(t, port);
    await client.send(plain);
    await client.closed;
    assert.equal(answersIn(client.text), 1);
    assert.equal(server.counters().droppedIdle, 1);
  });

  it('closes a connection that leaves its answers unread', async (t) => {
    const limits = { ...quick, headTimeoutMs: 60_000, idleTimeoutMs: 60_000 };
    const { port, server } = await startFast(t, { server: { limits } });
    const client = new RawClient(t, port);
    client.socket.pause();
    client.socket.write(announceRequest({ compact: '0' }).repeat(60_000));
    const closed = new Promise((resolve) => client.socket.once('error', resolve));
    await Promise.race([closed, client.closed]);
    assert.equal(server.counters().droppedUnread, 1);
  });

  it('takes no more connections than allowed', async (t) => {
    const { port, server } = await startFast(t, { server: { limits: { maxConnections: 1 } } });
    const first = new RawClient(t, port);
    await first.send(plain);
    await first.until((text) => answersIn(text) === 1);
    await new RawClient(t, port).closed;
    assert.equal(server.counters().droppedFull, 1);
    assert.equal(server.openConnections, 1);
  });
});

describe('TrackerHttpServer: start and stop', () => {
  it('rejects with the error of the system when the port is taken', async (t) => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    t.after(() => blocker.close());
    const taken = blocker.address();
    assert.ok(taken !== null && typeof taken === 'object');
    await assert.rejects(startFast(t, { server: { port: taken.port } }), { code: 'EADDRINUSE' });
  });

  it('stops twice, closes idle connections at once, and listens no more', async (t) => {
    const { port, server } = await startFast(t);
    const fast = new RawClient(t, port);
    const other = new RawClient(t, port);
    await fast.send(plain);
    await other.send('GET /x HTTP/1.1\r\nHost: t\r\n\r\n');
    await Promise.all([
      fast.until((text) => answersIn(text) === 1),
      other.until((text) => text.includes('other GET /x')),
    ]);
    await Promise.all([server.stop(), server.stop()]);
    await Promise.all([fast.closed, other.closed]);
    assert.equal(server.openConnections, 0);
    await new RawClient(t, port).closed;
  });

  it('finishes a request that is under way, and then closes', async (t) => {
    const { port, server } = await startFast(t);
    const client = new RawClient(t, port);
    await client.send(plain + plain.slice(0, 20));
    await client.until((text) => answersIn(text) === 1);
    const stopped = server.stop();
    await client.send(plain.slice(20));
    await Promise.all([stopped, client.closed]);
    assert.equal(answersIn(client.text), 2);
    assert.match(client.text, /Connection: close/);
  });

  it('does not wait for ever for a client that does not finish', async (t) => {
    const { port, server } = await startFast(t, { server: { limits: { stopTimeoutMs: 20 } } });
    const client = new RawClient(t, port);
    const other = new RawClient(t, port);
    await client.send(plain + plain.slice(0, 20));
    await other.send('POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc');
    await client.until((text) => answersIn(text) === 1);
    await server.stop();
    await Promise.all([client.closed, other.closed]);
  });

  it('stops when it never started', async () => {
    const server = new TrackerHttpServer({
      core: new TrackerCore(),
      fallback: createHttpServer(),
      port: 0,
      logger: pino({ level: 'silent' }),
    });
    await server.stop();
    await server.stop();
  });

  it('refuses a trusted proxy that is no network', (t) => {
    return assert.rejects(
      startFast(t, { server: { trustedProxies: ['proxy.example.org'] } }),
      /is no network/,
    );
  });
});
