import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { decodeTrackerReply } from '../../../src/bittorrent/announce-response.ts';
import { CommitGate } from '../../../src/tracker/front-end/commit-gate.ts';
import { eventually } from '../../support/eventually.ts';
import { announceRequest, query, RawClient, startFast, startRouter } from './http/http-fixture.ts';
import { peerId } from './tracker-fixture.ts';
import { announceOf, startUdp, UdpClient } from './udp/udp-fixture.ts';

/** A gate whose commits end when the test says so. */
function makeGate(maxHeldBytes?: number) {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const commits = new CommitGate({
    commit: () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ resolve, reject });
      return promise;
    },
    ...(maxHeldBytes !== undefined && { maxHeldBytes }),
  });
  const asked = (count: number) => eventually(`${count} commits`, () => waiting.length >= count);
  const settle = (isSaved: boolean): void => {
    for (const each of waiting.splice(0)) isSaved ? each.resolve() : each.reject(new Error('away'));
  };
  return { commits, waiting, asked, settle };
}

const answersIn = (text: string): number => text.split('HTTP/1.1 200 OK').length - 1;
const failuresIn = (text: string): number => text.split('14:failure reason').length - 1;
const scrape =
  'GET /scrape?info_hash=%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01%01 HTTP/1.1\r\n\r\n';

async function startStrict(t: TestContext, maxHeldBytes?: number) {
  const gate = makeGate(maxHeldBytes);
  return { ...gate, ...(await startFast(t, { server: { commits: gate.commits } })) };
}

/** The sizes that the heads tell, and those that the bodies have. */
function assertLengths(text: string): void {
  for (const answer of text.split('HTTP/1.1 200 OK').slice(1)) {
    const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s);
    assert.equal(Number(/Content-Length: (\d+)/.exec(head)?.[1]), body.length);
  }
}

describe('strict durability over HTTP, on the fast path', () => {
  it('answers an announce when it is saved, and not before', async (t) => {
    const { port, asked, settle } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest());
    await asked(1);
    assert.equal(client.text, '');
    settle(true);
    assert.match(await client.until((text) => text.endsWith('e')), /10:incompletei1e.*5:peers0:e$/);
  });

  it('answers a failure with the time to come back when it cannot be saved', async (t) => {
    const { port, asked, settle } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest({}, 'Connection: close\r\n'));
    await asked(1);
    settle(false);
    await client.closed;
    const reply = decodeTrackerReply(Buffer.from(client.text.split('\r\n\r\n')[1] ?? '', 'latin1'));
    assert.ok('failure' in reply);
    assert.equal(reply.retryInSeconds, 120);
    assert.match(client.text, /Connection: close/);
    assertLengths(client.text);
  });

  it('keeps the order of pipelined answers, asks for one commit for all, and lets scrapes be', async (t) => {
    const { port, asked, settle, waiting } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest({ port: '1' }) + scrape + announceRequest({ port: '2' }) + scrape);
    await asked(1);
    assert.equal(waiting.length, 1);
    settle(true);
    const text = await client.until((received) => answersIn(received) === 4 && received.endsWith('ee'));
    const kinds = text
      .split('HTTP/1.1')
      .slice(1)
      .map((answer) => (answer.includes('5:files') ? 's' : 'a'));
    assert.deepEqual(kinds, ['a', 's', 'a', 's']);
    assertLengths(text);
  });

  it('puts failures in the places of the announces alone', async (t) => {
    const { port, asked, settle } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest({ port: '1' }) + scrape + announceRequest({ port: '2' }) + scrape);
    await asked(1);
    settle(false);
    const text = await client.until((received) => answersIn(received) === 4 && received.endsWith('ee'));
    const kinds = text
      .split('HTTP/1.1')
      .slice(1)
      .map((answer) => (answer.includes('5:files') ? 's' : 'f'));
    assert.deepEqual(kinds, ['f', 's', 'f', 's']);
    assert.equal(failuresIn(text), 2);
    assertLengths(text);
  });

  it('answers what comes while it waits behind what waits', async (t) => {
    const { port, asked, settle, waiting } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest({ port: '1' }));
    await asked(1);
    await client.send(announceRequest({ port: '2' }));
    for (let i = 0; i < 20; i++) await setImmediate();
    assert.equal(waiting.length, 1, 'it is not taken in before the one in front of it is answered');
    settle(true);
    await asked(1);
    settle(false);
    const text = await client.until((received) => answersIn(received) === 2 && received.endsWith('e'));
    assert.ok(text.indexOf('5:peers0:') < text.indexOf('14:failure reason'));
  });

  it('answers many pipelined announces, more than one buffer holds, in order', async (t) => {
    const { port, asked, settle, core } = await startStrict(t);
    const client = new RawClient(t, port);
    const count = 2_000;
    void client.send(
      Array.from({ length: count }, (_, i) => announceRequest({ port: String(1 + i), numwant: '200' })).join(
        '',
      ),
    );
    while (answersIn(client.text) < count) {
      await asked(1);
      settle(true);
      await setImmediate();
      if (core.stats().peers4 === count) {
        settle(true);
        await client.until((text) => answersIn(text) === count);
      }
    }
    const counts = [...client.text.matchAll(/10:incompletei(\d+)e/g)].map(([, incomplete]) =>
      Number(incomplete),
    );
    assert.deepEqual(
      counts,
      Array.from({ length: count }, (_, i) => i + 1),
    );
  });

  it('answers a scrape and a refusal without waiting', async (t) => {
    const { port, waiting } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(scrape + announceRequest({ info_hash: '%02'.repeat(20) }));
    await client.until((text) => answersIn(text) === 2 && /unregistered/.test(text));
    assert.equal(waiting.length, 0);
  });

  it('does not mind a client that leaves while it waits', async (t) => {
    const { port, asked, settle, server, commits } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest());
    await asked(1);
    client.socket.resetAndDestroy();
    await client.closed;
    settle(true);
    const other = new RawClient(t, port);
    await other.send(announceRequest({ port: '2' }, 'Connection: close\r\n'));
    await asked(1);
    settle(true);
    await other.closed;
    assert.equal(answersIn(other.text), 1);
    await eventually('no connection', () => server.openConnections === 0);
    assert.equal(commits.counters().heldBytes, 0);
  });

  it('answers a client that has closed its side after asking', async (t) => {
    const { port, asked, settle } = await startStrict(t);
    const client = new RawClient(t, port, true);
    client.socket.end(announceRequest());
    await asked(1);
    settle(true);
    await client.closed;
    assert.equal(answersIn(client.text), 1);
  });

  it('refuses announces while more answers wait than it has room for', async (t) => {
    const { port, asked, settle, commits, core } = await startStrict(t, 100);
    const first = new RawClient(t, port);
    await first.send(announceRequest({ port: '1' }));
    await asked(1);
    const second = new RawClient(t, port);
    await second.send(announceRequest({ port: '2' }));
    await second.until((text) => failuresIn(text) === 1);
    assert.equal(core.stats().peers4, 1, 'the core was not asked');
    assert.equal(commits.counters().refusedFull, 1);
    settle(true);
    await first.until((text) => answersIn(text) === 1);
    await second.send(announceRequest({ port: '2' }));
    await asked(1);
    settle(true);
    await second.until((text) => answersIn(text) === 2 && text.endsWith('5:peers6:\x7f\0\0\x01\0\x01e'));
  });

  it('hands a connection over after the answers that wait', async (t) => {
    const { port, asked, settle } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(`${announceRequest()}GET /page HTTP/1.1\r\nHost: t\r\n\r\n`);
    await asked(1);
    assert.equal(client.text, '');
    settle(true);
    const text = await client.until((received) => received.includes('other GET /page'));
    assert.ok(text.indexOf('5:peers') < text.indexOf('other GET /page'));
  });

  it('stops when what waits is answered', async (t) => {
    const { port, asked, settle, server } = await startStrict(t);
    const client = new RawClient(t, port);
    await client.send(announceRequest());
    await asked(1);
    const stopped = server.stop();
    settle(true);
    await stopped;
    await client.closed;
    assert.equal(answersIn(client.text), 1);
  });
});

describe('strict durability elsewhere', () => {
  it('the Express router answers when an announce is saved, and else with a failure', async (t) => {
    const { commits, asked, settle } = makeGate();
    const { port } = await startRouter(t, { server: { commits } });
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/announce?${query()}`)).text();
    const first = ask();
    await asked(1);
    settle(true);
    assert.match(await first, /10:incompletei1e/);
    const second = ask();
    await asked(1);
    settle(false);
    assert.match(await second, /14:failure reason.*8:retry ini2ee$/);
  });

  it('UDP answers when an announce is saved, with the bytes of that very answer', async (t) => {
    const { commits, asked, settle } = makeGate();
    const { port } = await startUdp(t, { server: { commits } });
    const clients = [new UdpClient(t, port), new UdpClient(t, port)] as const;
    for (const client of clients) await client.connect();
    const first = clients[0].announce({ port: 258, left: 0 });
    await asked(1);
    const second = clients[1].announce({ port: 259, peerId: peerId(2) });
    await asked(2);
    settle(true);
    assert.deepEqual([(await first).complete, (await first).incomplete], [1, 0]);
    assert.deepEqual([(await second).complete, (await second).incomplete], [1, 1]);
  });

  it('UDP answers an error when an announce cannot be saved, and counts it', async (t) => {
    const { commits, asked, settle } = makeGate();
    const { port, server } = await startUdp(t, { server: { commits } });
    const client = await new UdpClient(t, port).connect();
    const reply = client.announce(announceOf()).then(() => 'saved', String);
    await asked(1);
    settle(false);
    assert.match(await reply, /cannot save announces/);
    assert.equal(server.counters().failures, 1);
  });

  it('UDP refuses announces while more answers wait than there is room for, and takes nothing of them in', async (t) => {
    const { commits, asked, settle } = makeGate(1);
    const { port, core } = await startUdp(t, { server: { commits } });
    const [first, second] = [new UdpClient(t, port), new UdpClient(t, port)] as const;
    for (const client of [first, second]) await client.connect();
    const reply = first.announce({ port: 258 });
    await asked(1);
    await assert.rejects(second.announce({ port: 259, peerId: peerId(2) }), /cannot save announces/);
    assert.equal(commits.counters().refusedFull, 1);
    assert.equal(core.stats().counters.announces, 1);
    settle(true);
    assert.equal((await reply).incomplete, 1);
  });

  it('UDP sends nothing through a socket that has closed meanwhile', async (t) => {
    const { commits, asked, settle } = makeGate();
    const { port, server } = await startUdp(t, { server: { commits } });
    const client = await new UdpClient(t, port).connect();
    client.announce().catch(() => {}); // it gets no answer
    await asked(1);
    await server.stop();
    settle(true);
    await eventually('the commit to be noticed', () => commits.counters().committed === 1);
  });
});
