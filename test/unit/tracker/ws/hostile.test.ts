import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { WsCounters } from '../../../../src/tracker/ws/limits.ts';
import { eventually } from '../../../support/eventually.ts';
import { peerId } from '../tracker-fixture.ts';
import { announceOf, connectWs, offersOf, startWs, type WsClient, type WsFrontEnd } from './ws-fixture.ts';

const HASH = '\x01'.repeat(20);
const PEER = '-TS0001-000000000001';
const announce = { action: 'announce', info_hash: HASH, peer_id: PEER, left: 1 };

/** Sends a message, and returns the refusal; the socket stays open and the tracker goes on. */
async function refusalOf(t: TestContext, message: string | Buffer): Promise<[string, WsCounters]> {
  const { port, server } = await startWs(t);
  const client = await connectWs(t, port);
  client.send(message);
  const { failure } = await client.nextOf('failure');
  assert.equal((await client.announce()).incomplete, 1, 'it is listened to afterwards');
  return [failure, server.counters()];
}

describe('the tracker over WebSocket: bad messages', () => {
  for (const [what, text] of [
    ['text', 'hello'],
    ['an empty message', ''],
    ['half of an object', '{"action":"announce"'],
    ['sixty thousand open brackets', '['.repeat(60_000)],
    ['sixty thousand nested objects', '{"a":'.repeat(12_000)],
  ] as const)
    it(`refuses ${what}`, async (t) => {
      const [failure, counters] = await refusalOf(t, text);
      assert.equal(failure, 'the message is no JSON');
      assert.equal(counters.refusedNotJson, 1);
    });

  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  for (const [what, message, reason] of [
    ['null', null, 'the message is no JSON object'],
    ['a number', 1e300, 'the message is no JSON object'],
    ['a list', [announce], 'the message is no JSON object'],
    ['no action', {}, 'action must be announce or scrape'],
    ['another action', { ...announce, action: 'constructor' }, 'action must be announce or scrape'],
    ['a short info_hash', { ...announce, info_hash: 'abc' }, /^info_hash must have 20 bytes/],
    [
      'an info_hash beyond bytes',
      { ...announce, info_hash: '€'.repeat(20) },
      /^info_hash must have 20 bytes/,
    ],
    ['an info_hash that is a list', { ...announce, info_hash: [HASH] }, /^info_hash must have 20 bytes/],
    ['no peer_id', { ...announce, peer_id: undefined }, /^peer_id must have 20 bytes/],
    ['a negative left', { ...announce, left: -1 }, /left must be numbers that are not negative/],
    ['a left that is text', { ...announce, left: '12' }, /left must be numbers/],
    ['an uploaded that is an object', { ...announce, uploaded: {} }, /uploaded, downloaded and left/],
    ['a numwant that is text', { ...announce, numwant: 'many' }, 'numwant must be a number'],
    ['offers that only look like a list', { ...announce, offers: { length: 1e9 } }, 'offers must be a list'],
    ['an offer that is null', { ...announce, offers: [null] }, /^offers must have an offer/],
    [
      'an offer of another type',
      { ...announce, offers: [{ offer: { type: 'answer', sdp: 'v=0' }, offer_id: 'x' }] },
      /of type offer/,
    ],
    [
      'an offer without sdp',
      { ...announce, offers: [{ offer: { type: 'offer', sdp: 7 }, offer_id: 'x' }] },
      /with its sdp/,
    ],
    [
      'a long offer_id',
      { ...announce, offers: [{ offer: { type: 'offer', sdp: 'v=0' }, offer_id: 'x'.repeat(65) }] },
      /offer_id of 1 to 64 characters/,
    ],
    [
      'an answer to nobody',
      { ...announce, answer: { type: 'answer', sdp: 'v=0' }, offer_id: 'x' },
      /^to_peer_id must have 20 bytes/,
    ],
    [
      'an answer that is text',
      { ...announce, answer: 'yes', to_peer_id: PEER, offer_id: 'x' },
      /^answer must be/,
    ],
    ['a scrape of numbers', { action: 'scrape', info_hash: [1] }, /^info_hash must have 20 bytes/],
    [
      'a scrape of too many torrents',
      { action: 'scrape', info_hash: new Array(75).fill(HASH) },
      'info_hash must name 74 torrents at most',
    ],
    ['a scrape of everything', { action: 'scrape' }, /not allowed here/],
  ] as const)
    it(`names what is wrong with ${what}`, async (t) => {
      const [failure] = await refusalOf(t, JSON.stringify(message));
      if (typeof reason === 'string') assert.equal(failure, reason);
      else assert.match(failure, reason);
    });

  it('passes over what it does not know, however deep or oddly named', async (t) => {
    const { port } = await startWs(t);
    const client = await connectWs(t, port);
    client.send(
      `{"__proto__":{"action":"scrape","isAdmin":true},"constructor":{"prototype":{"left":0}},"trackerid":${deep},` +
        `"action":"announce","info_hash":${JSON.stringify(HASH)},"peer_id":"${PEER}","left":1e999}`,
    );
    assert.equal((await client.nextOf('announce')).incomplete, 1);
    assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined);
  });

  it('takes who says nothing of what is left for a leecher', async (t) => {
    const { port } = await startWs(t);
    const client = await connectWs(t, port);
    for (const left of [null, undefined]) {
      client.send(JSON.stringify({ ...announce, left }));
      const { complete, incomplete } = await client.nextOf('announce');
      assert.deepEqual([complete, incomplete], [0, 1]);
    }
  });

  it('takes JSON in binary messages', async (t) => {
    const { port } = await startWs(t);
    const client = await connectWs(t, port);
    client.send(Buffer.from(JSON.stringify({ ...announce, info_hash: HASH })));
    assert.equal((await client.nextOf('announce')).incomplete, 1);
  });

  it('sends on ten offers of an announce, and passes over the others', async (t) => {
    const { port, server } = await startWs(t);
    for (let number = 2; number <= 13; number++) {
      const other = await connectWs(t, port);
      await other.announce({ peerId: peerId(number) });
    }
    const client = await connectWs(t, port);
    await client.announce({}, offersOf('a', 12));
    assert.equal(server.counters().relayedOffers, 10);
  });

  it('sends on of an offer nothing but its type and sdp', async (t) => {
    const { port } = await startWs(t);
    const [a, b] = [await connectWs(t, port), await connectWs(t, port)];
    await b.announce({ peerId: announceOf().peerId.slice().fill(66) as never });
    const offer = { type: 'offer', sdp: 'v=0 <script>"\\ud800', evil: [[[]]] };
    a.send(JSON.stringify({ ...announce, offers: [{ offer, offer_id: 'o', evil: 1 }], numwant: 1 }));
    await b.nextOf('offer');
    assert.doesNotMatch(b.texts.at(-1) ?? '', /evil/);
  });
});

describe('the tracker over WebSocket: what closes a socket', () => {
  async function closing(
    t: TestContext,
    act: (client: WsClient) => void,
    front?: WsFrontEnd,
  ): Promise<[number, WsCounters]> {
    const { port, server } = front ?? (await startWs(t));
    const client = await connectWs(t, port);
    await client.announce();
    act(client);
    const { code } = await client.closed;
    await eventually('no peer', () => server.openSockets === 0);
    return [code, server.counters()];
  }

  it('is a message that is too long (1009)', async (t) => {
    const [code, counters] = await closing(t, (client) => client.send(' '.repeat(70_000)));
    assert.deepEqual([code, counters.closedTooLong], [1009, 1]);
  });

  it('is a text message that is not UTF-8 (1007)', async (t) => {
    const [code, counters] = await closing(t, (client) =>
      client.socket.send(Buffer.of(0xff), { binary: false }),
    );
    assert.deepEqual([code, counters.closedNotUtf8], [1007, 1]);
  });

  it('is a binary message that is not UTF-8 (1007)', async (t) => {
    const [code, counters] = await closing(t, (client) => client.send(Buffer.of(0x7b, 0xc3, 0x28)));
    assert.deepEqual([code, counters.closedNotUtf8], [1007, 1]);
  });

  it('is a frame that is none (1002)', async (t) => {
    // A frame of a client must be masked, and this one has reserved bits as well.
    const [code, counters] = await closing(t, (client) =>
      rawSocketOf(client).write(Buffer.of(0xf1, 0x01, 0x61)),
    );
    assert.deepEqual([code, counters.closedProtocol], [1002, 1]);
  });

  it('is a flood of messages (1008), but for those who are only fast', async (t) => {
    const limits = { messageBurst: 20, messagesPerSecond: 100 };
    const front = await startWs(t, { server: { limits } });
    const fast = await connectWs(t, front.port);
    for (let sent = 0; sent < 39; sent++) fast.send('x');
    for (let got = 0; got < 39; got++) await fast.nextOf('failure');
    fast.socket.close();
    await fast.closed;
    const [code, counters] = await closing(
      t,
      (client) => {
        for (let sent = 0; sent < 5000; sent++) client.send('x');
      },
      front,
    );
    assert.deepEqual([code, counters.closedTooFast], [1008, 1]);
  });

  it('is silence: no answer to a ping', async (t) => {
    const front = await startWs(t, { server: { limits: { pingAfterMs: 1, idleTimeoutMs: 3500 } } });
    const { server } = front;
    const [alive, dead] = [await connectWs(t, front.port), await connectWs(t, front.port)];
    await alive.announce();
    dead.socket.pause();
    await eventually('a dead socket', () => server.counters().closedIdle === 1);
    assert.equal(server.openSockets, 1);
    assert.equal((await alive.announce()).incomplete, 1, 'who answers pings may be as silent as he likes');
  });

  it('is leaving answers unread', async (t) => {
    const { port, server, core } = await startWs(t, {
      server: { limits: { maxBacklogBytes: 50_000, messageBurst: 1_000_000 } },
    });
    const client = await connectWs(t, port);
    await client.announce();
    client.socket.pause();
    const text = JSON.stringify({ action: 'scrape', info_hash: HASH });
    await eventually('a closed socket', () => {
      for (let sent = 0; sent < 1000; sent++) client.send(text);
      return server.counters().closedUnread === 1;
    });
    await eventually('nobody', () => core.stats().webPeers === 0);
  });
});

describe('the tracker over WebSocket: handshakes', () => {
  async function statusOf(port: number, head: string): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port });
    socket.write(`${head}\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.split('\r\n')[0] ?? '';
  }
  const upgrade = (path: string, key = 'dGhlIHNhbXBsZSBub25jZQ==', host = 't'): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;

  for (const path of [
    '/announcement',
    '/announce/',
    '/announce/short',
    '/api/v1/torrents',
    '/%00',
    '//announce',
  ])
    it(`are refused at ${path}`, async (t) => {
      const { port, server } = await startWs(t);
      assert.equal(await statusOf(port, upgrade(path)), 'HTTP/1.1 404 Not Found');
      assert.equal(server.counters().refusedPath, 1);
    });

  it('are refused when they are none', async (t) => {
    const { port, server } = await startWs(t);
    assert.equal(await statusOf(port, upgrade('/announce', 'short')), 'HTTP/1.1 400 Bad Request');
    assert.equal(server.counters().refusedHandshake, 1);
    assert.equal(server.openSockets, 0);
  });

  it('leave plain requests, and those for other protocols, to HTTP', async (t) => {
    const { port } = await startWs(t);
    const head =
      'GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA';
    const socket = connect({ host: '127.0.0.1', port });
    t.after(() => socket.destroy());
    socket.write(`${head}\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('a page')) break;
    }
    assert.match(text, /^HTTP\/1\.1 200 OK/);
  });

  it('are refused when there is no room', async (t) => {
    const { port, server } = await startWs(t, { server: { limits: { maxSockets: 1 } } });
    const client = await connectWs(t, port);
    assert.equal(await statusOf(port, upgrade('/announce')), 'HTTP/1.1 503 Service Unavailable');
    client.socket.terminate();
    await eventually('room', () => server.openSockets === 0);
    await connectWs(t, port);
    assert.equal(server.counters().refusedFull, 1);
  });

  it('are refused when an address has enough, by its /64 for IPv6', async (t) => {
    const { port, server } = await startWs(t, {
      server: { trustedProxies: ['127.0.0.1'], limits: { maxSocketsPerAddress: 1 } },
    });
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    const first = await connectWs(t, port, '/', from('2001:db8:1:2::1'));
    await connectWs(t, port, '/', from('2001:db8:1:3::1'));
    await connectWs(t, port, '/', from('198.51.100.1'));
    const head = `${upgrade('/')}\r\nX-Forwarded-For: 2001:db8:1:2::ffff`;
    assert.equal(await statusOf(port, head), 'HTTP/1.1 429 Too Many Requests');
    first.socket.terminate();
    await eventually('room', () => server.openSockets === 2);
    await connectWs(t, port, '/', from('2001:db8:1:2::ffff'));
    assert.equal(server.counters().refusedAddressFull, 1);
  });

  it('end with the server', async (t) => {
    const { port, server, core } = await startWs(t);
    const client = await connectWs(t, port);
    await client.announce();
    await Promise.all([server.stop(), server.stop()]);
    assert.equal((await client.closed).code, 1001);
    assert.deepEqual([server.openSockets, core.stats().webPeers], [0, 0]);
  });

  it('end with the server also for those who do not take their leave', async (t) => {
    const { port, server } = await startWs(t, { server: { limits: { closeTimeoutMs: 50 } } });
    const client = await connectWs(t, port);
    client.socket.pause();
    await server.stop();
    assert.equal(server.openSockets, 0);
  });
});

function rawSocketOf(client: WsClient): { write(bytes: Uint8Array): void } {
  return (client.socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket; // what a hostile client has
}
