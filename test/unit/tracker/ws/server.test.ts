import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeWsAnnounce, encodeWsAnswer } from '../../../../src/bittorrent/ws-request.ts';
import { parseAddressRange } from '../../../../src/tracker/access/address-range.ts';
import { AddressRule } from '../../../../src/tracker/access/address-rule.ts';
import { CommitGate } from '../../../../src/tracker/front-end/commit-gate.ts';
import { FULL_SCRAPE_SECONDS } from '../../../../src/tracker/full-scrape.ts';
import { eventually } from '../../../support/eventually.ts';
import { infoHash, peerId } from '../tracker-fixture.ts';
import { announceOf, connectWs, offersOf, startWs, WsClient } from './ws-fixture.ts';

const ANSWER = { type: 'answer', sdp: 'v=0 answer' } as const;

describe('the tracker over WebSocket: announces', () => {
  it('counts the peer and tells the intervals', async (t) => {
    const { port, core } = await startWs(t);
    const client = await connectWs(t, port);
    const reply = await client.announce({ event: 'started' });
    assert.deepEqual([reply.complete, reply.incomplete], [0, 1]);
    const { intervalSeconds = 0 } = reply;
    assert.ok(
      intervalSeconds >= 108 && intervalSeconds <= 132,
      `two minutes, more or less: ${intervalSeconds}`,
    );
    assert.deepEqual(reply.infoHash, infoHash(1));
    assert.deepEqual([core.stats().webPeers, core.stats().peers4], [1, 0]);
  });

  for (const path of ['/', '/announce', '/announce?x=1', '/announce/0123456789abcdef'])
    it(`is found at ${path}`, async (t) => {
      const { port } = await startWs(t);
      const client = await connectWs(t, port, path);
      assert.equal((await client.announce()).incomplete, 1);
    });

  it('counts a peer that stops no more', async (t) => {
    const { port } = await startWs(t);
    const client = await connectWs(t, port);
    await client.announce({ left: 0 });
    assert.equal((await client.announce({ event: 'stopped' })).complete, 0);
  });

  it('takes the peers of a socket out at once when it closes, of all its swarms', async (t) => {
    const { port, core } = await startWs(t, { core: { access: 'open' } });
    const client = await connectWs(t, port);
    for (const byte of [1, 2, 3]) await client.announce({ infoHash: infoHash(byte) });
    assert.equal(core.stats().webPeers, 3);
    client.socket.terminate();
    await eventually('an empty swarm', () => core.stats().webPeers === 0);
    assert.equal(core.stats().swarms, 1, 'that of the registered torrent');
  });

  it('refuses a scrape of more torrents than a socket may leave unread', async (t) => {
    let now = 1_000_000;
    const { port, core } = await startWs(t, {
      core: { isFullScrapeAllowed: true, clock: () => now },
      server: { limits: { maxBacklogBytes: 1000 } },
    });
    const client = await connectWs(t, port);
    const scrape = JSON.stringify({ action: 'scrape' });
    client.send(scrape);
    assert.equal((await client.nextOf('scrape')).swarms.length, 1);
    for (let byte = 2; byte < 20; byte++) core.registerTorrent(infoHash(byte), { completed: 0 });
    now += FULL_SCRAPE_SECONDS;
    client.send(scrape);
    assert.match((await client.nextOf('failure')).failure, /too many torrents for one message/);
  });

  it('counts a completed download once', async (t) => {
    const { port } = await startWs(t);
    const client = await connectWs(t, port);
    await client.announce({ left: 5 });
    await client.announce({ left: 0, event: 'completed', downloaded: 5 });
    await client.announce({ left: 0, event: 'completed', downloaded: 5 });
    const [counts] = await client.scrape();
    assert.deepEqual([counts?.complete, counts?.incomplete, counts?.downloaded], [1, 0, 1]);
  });
});

describe('the tracker over WebSocket: offers and answers', () => {
  it('carries an offer to another peer, and the answer back', async (t) => {
    const { port } = await startWs(t);
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await b.announce({ peerId: peerId(2) });
    const [offer] = offersOf('a');
    await a.announce({ peerId: peerId(1) }, offersOf('a'));
    const got = await b.nextOf('offer');
    assert.deepEqual(got, {
      kind: 'offer',
      infoHash: infoHash(1),
      peerId: peerId(1),
      offerId: offer?.offerId,
      description: offer?.offer,
    });
    b.send(
      encodeWsAnswer({
        infoHash: infoHash(1),
        peerId: peerId(2),
        toPeerId: peerId(1),
        offerId: got.offerId,
        answer: ANSWER,
      }),
    );
    const answer = await a.nextOf('answer');
    assert.deepEqual([answer.peerId, answer.offerId, answer.description], [peerId(2), got.offerId, ANSWER]);
    assert.deepEqual(await b.drain(), [], 'who answers is told nothing');
  });

  it('sends each offer to another peer, never to the one who makes it', async (t) => {
    const { port } = await startWs(t);
    const others = [];
    for (const id of [2, 3, 4]) {
      const client = await connectWs(t, port);
      await client.announce({ peerId: peerId(id) });
      others.push(client);
    }
    const a = await connectWs(t, port);
    await a.announce({ peerId: peerId(1) }, offersOf('a', 10));
    const got = await Promise.all(others.map((client) => client.nextOf('offer')));
    assert.equal(new Set(got.map(({ offerId }) => offerId)).size, 3);
    assert.deepEqual(await a.drain(), []);
  });

  it('sends the offers of seeders to leechers only', async (t) => {
    const { port } = await startWs(t);
    const [seeder, leecher, a] = [
      await connectWs(t, port),
      await connectWs(t, port),
      await connectWs(t, port),
    ];
    await seeder.announce({ peerId: peerId(2), left: 0 });
    await leecher.announce({ peerId: peerId(3), left: 9 });
    await a.announce({ peerId: peerId(1), left: 0 }, offersOf('a', 5));
    await leecher.nextOf('offer');
    assert.deepEqual(await seeder.drain(), []);
    await a.announce({ peerId: peerId(1), left: 4 }, offersOf('b', 5));
    await seeder.nextOf('offer');
    await leecher.nextOf('offer');
  });

  it('sends no more offers than are wanted', async (t) => {
    const { port } = await startWs(t);
    const [b, c, a] = [await connectWs(t, port), await connectWs(t, port), await connectWs(t, port)];
    await b.announce({ peerId: peerId(2) });
    await c.announce({ peerId: peerId(3) });
    await a.announce({ numWant: 1 }, offersOf('a', 5));
    assert.equal((await b.drain()).length + (await c.drain()).length, 1);
    await a.announce({ numWant: 0 }, offersOf('a', 5));
    assert.equal((await b.drain()).length + (await c.drain()).length, 0);
  });

  it('relays no answer to an offer that was never sent, or was answered before', async (t) => {
    const { port, server } = await startWs(t);
    const [a, b, c] = [await connectWs(t, port), await connectWs(t, port), await connectWs(t, port)];
    await b.announce({ peerId: peerId(2) });
    await a.announce({ peerId: peerId(1) }, offersOf('a'));
    const { offerId } = await b.nextOf('offer');
    await c.announce({ peerId: peerId(3) });
    const answer = (from: number, to = 1, id: string = offerId, swarm = 1): string =>
      encodeWsAnswer({
        infoHash: infoHash(swarm),
        peerId: peerId(from),
        toPeerId: peerId(to),
        offerId: id,
        answer: ANSWER,
      });
    c.send(answer(3)); // it was sent to b
    c.send(answer(2)); // with somebody else's peer id
    b.send(answer(2, 3)); // c made no offer
    b.send(answer(2, 1, 'another'));
    b.send(answer(2, 1, offerId, 2));
    assert.deepEqual(await c.drain(), []);
    b.send(answer(2));
    b.send(answer(2));
    await a.nextOf('answer');
    await b.drain();
    assert.deepEqual(await a.drain(), []);
    assert.deepEqual([server.counters().droppedAnswers, server.counters().relayedAnswers], [6, 1]);
  });

  it('carries both between the two info-hashes of a hybrid torrent, each by its own', async (t) => {
    const { port, core } = await startWs(t);
    core.registerTorrent(infoHash(5), { completed: 0, alias: infoHash(6) });
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await b.announce({ peerId: peerId(2), infoHash: infoHash(6) });
    const { incomplete } = await a.announce({ peerId: peerId(1), infoHash: infoHash(5) }, offersOf('a'));
    assert.equal(incomplete, 2);
    const offer = await b.nextOf('offer');
    assert.deepEqual([offer.infoHash, offer.peerId], [infoHash(6), peerId(1)]);
    const { offerId } = offer;
    const answer = { peerId: peerId(2), toPeerId: peerId(1), offerId, answer: ANSWER };
    b.send(encodeWsAnswer({ ...answer, infoHash: infoHash(6) }));
    assert.deepEqual((await a.nextOf('answer')).infoHash, infoHash(5));
    b.socket.terminate();
    await eventually('one peer', () => core.stats().webPeers === 1);
  });

  it('drops an answer whose asker has left', async (t) => {
    const { port, server } = await startWs(t);
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await b.announce({ peerId: peerId(2) });
    await a.announce({ peerId: peerId(1) }, offersOf('a'));
    const { offerId } = await b.nextOf('offer');
    a.socket.terminate();
    await eventually('one socket', () => server.openSockets === 1);
    b.send(
      encodeWsAnswer({
        infoHash: infoHash(1),
        peerId: peerId(2),
        toPeerId: peerId(1),
        offerId,
        answer: ANSWER,
      }),
    );
    await b.drain();
    assert.equal(server.counters().droppedAnswers, 1);
  });
});

describe('the tracker over WebSocket: whose a peer id is', () => {
  it('belongs to the socket that used it first', async (t) => {
    const { port, server } = await startWs(t, { core: { access: 'open' } });
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await a.announce();
    assert.match(await b.refused({}, offersOf('b')), /belongs to another connection/);
    assert.deepEqual(await a.drain(), [], 'nothing of it arrives');
    assert.equal(server.counters().refusedPeerId, 1);
    assert.equal((await b.announce({ infoHash: infoHash(2) })).incomplete, 1, 'in another swarm it is free');
    a.socket.terminate();
    await eventually('one socket', () => server.openSockets === 1);
    assert.equal((await b.announce()).incomplete, 1);
  });

  it('is one a swarm on each socket', async (t) => {
    const { port } = await startWs(t, { core: { access: 'open' } });
    const client = await connectWs(t, port);
    await client.announce({ peerId: peerId(1) });
    assert.match(await client.refused({ peerId: peerId(2) }), /another peer id already/);
    assert.equal((await client.announce({ infoHash: infoHash(2), peerId: peerId(2) })).incomplete, 1);
  });

  it('goes to the next who asks when its peer has missed its announces, and not back', async (t) => {
    let now = 1_000_000;
    const { port, core } = await startWs(t, { core: { clock: () => now } });
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await a.announce();
    now += 3600;
    core.expire();
    assert.equal((await b.announce()).incomplete, 1);
    assert.match(await a.refused(), /belongs to another connection/);
  });

  it('cannot be used to take others out', async (t) => {
    const { port } = await startWs(t);
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await a.announce();
    assert.equal((await b.announce({ event: 'stopped' })).incomplete, 1);
  });

  it('is free soon when its socket is dead without our knowing', async (t) => {
    const { port } = await startWs(t, { server: { limits: { probeTimeoutMs: 1 } } });
    const dead = new WsClient(t, `ws://127.0.0.1:${port}/announce`);
    await dead.open();
    await dead.announce();
    dead.socket.pause(); // it answers no ping
    const client = await connectWs(t, port);
    await client.refused();
    await eventually('the peer id', async () => {
      client.send(encodeWsAnnounce(announceOf()));
      return (await client.next()).kind === 'announce';
    });
  });
});

describe('the tracker over WebSocket: rules', () => {
  it('take out who is no longer wanted: he is sent no more offers', async (t) => {
    const denied = new Set<number>();
    const refusalOf = ({ peerId: id }: { readonly peerId: Uint8Array }) =>
      denied.has(id[19] ?? 0) ? { reason: 'not any more' } : undefined;
    const { port } = await startWs(t, { core: { rules: [{ refusalOf }] } });
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await a.announce({ peerId: peerId(1) });
    await b.announce({ peerId: peerId(2) });
    denied.add(peerId(1)[19] ?? 0);
    assert.equal(await a.refused({ peerId: peerId(1) }), 'not any more');
    assert.equal((await b.announce({ peerId: peerId(2) }, offersOf('b'))).incomplete, 1);
    assert.deepEqual(await a.drain(), []);
  });
});

describe('the tracker over WebSocket: denied addresses', () => {
  it('are let go, and not let in again', async (t) => {
    const deniedAddresses = new AddressRule();
    const { port, core, server } = await startWs(t, { core: { deniedAddresses } });
    const client = await connectWs(t, port);
    await client.announce();
    const range = parseAddressRange('127.0.0.0/8');
    assert.ok(range);
    deniedAddresses.setEntries([range]);
    assert.equal((await client.closed).code, 1008);
    await eventually('nobody', () => core.stats().webPeers === 0);
    await assert.rejects(connectWs(t, port), /403/);
    assert.deepEqual([server.counters().closedDenied, server.counters().refusedAddress], [1, 1]);
    deniedAddresses.setEntries([]);
    assert.equal((await (await connectWs(t, port)).announce()).incomplete, 1);
  });
});

describe('the tracker over WebSocket: strict durability', () => {
  it('answers, and sends offers, when the announce is saved; a failure when it cannot be', async (t) => {
    const waiting: PromiseWithResolvers<void>[] = [];
    const commits = new CommitGate({
      commit: () => {
        const deferred = Promise.withResolvers<void>();
        waiting.push(deferred);
        return deferred.promise;
      },
    });
    const { port } = await startWs(t, { server: { commits } });
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    const saved = async (index: number): Promise<void> => {
      await eventually('a commit', () => waiting.length > index);
      waiting[index]?.resolve();
    };
    const first = b.announce({ peerId: peerId(2) });
    await saved(0);
    await first;
    const second = a.announce({ peerId: peerId(1) }, offersOf('a'));
    await eventually('a commit', () => waiting.length === 2);
    assert.deepEqual(await b.drain(), [], 'nothing is sent on before');
    await saved(1);
    await second;
    await b.nextOf('offer');
    a.send(encodeWsAnnounce(announceOf({ peerId: peerId(1) }), offersOf('c')));
    await eventually('a commit', () => waiting.length === 3);
    waiting[2]?.reject(new Error('the database is away'));
    assert.match((await a.nextOf('failure')).failure, /cannot save announces/);
    assert.deepEqual(await b.drain(), []);
  });
});
