import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { encodeWsScrapeReply } from '../../../../src/bittorrent/ws-response.ts';
import { openTracker } from '../../../../src/seeder/tracker-client/open-tracker.ts';
import type { TrackerClient } from '../../../../src/seeder/tracker-client/tracker-client.ts';
import { makeAnnounce } from '../../../support/announce-fixture.ts';
import { startTestApp } from '../../../support/app.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';

const never = new AbortController().signal;
const { infoHash } = makeAnnounce();
const latin1 = Buffer.from(infoHash).toString('latin1');

function open(url: string, timeoutMs = 20_000): TrackerClient {
  return openTracker(url, { userAgent: 'Seedbed/test', timeoutMs });
}

/** A WebSocket server that does to each message what a test tells it. */
async function startFixed(
  owner: CleanupOwner,
  answer: (socket: WebSocket, text: string) => void,
): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => socket.on('message', (data) => answer(socket, String(data))));
  cleanup(owner, () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
}

const good = { action: 'announce', info_hash: latin1, interval: 120, complete: 3, incomplete: 4 };

test('announces without offers and reads the counts, past what other peers send', async (t) => {
  let sent: Record<string, unknown> = {};
  const url = await startFixed(t, (socket, text) => {
    sent = JSON.parse(text);
    const offer = { type: 'offer', sdp: 'v=0' };
    socket.send(JSON.stringify({ ...good, peer_id: 'x'.repeat(20), offer_id: 'abc', offer }));
    socket.send(JSON.stringify({ ...good, info_hash: 'y'.repeat(20), complete: 99 }));
    socket.send(JSON.stringify(good));
  });
  const { reply, exchange } = await open(url).announce(makeAnnounce({ left: 5 }), never);
  assert.ok(!('failure' in reply));
  assert.deepEqual([reply.complete, reply.incomplete, reply.intervalSeconds, reply.peers], [3, 4, 120, []]);
  assert.deepEqual(
    [sent['action'], sent['info_hash'], sent['left'], sent['numwant']],
    ['announce', latin1, 5, 0],
  );
  assert.equal(exchange.bytesReceived, JSON.stringify(good).length + 20 * 1 /* U+00AB takes two bytes */);
  assert.equal(exchange.remote?.port, Number(new URL(url).port));
});

test('scrapes', async (t) => {
  const swarm = { infoHash, complete: 1, incomplete: 2, downloaded: 3 };
  const url = await startFixed(t, (socket) => socket.send(encodeWsScrapeReply([swarm])));
  const { reply } = await open(url).scrape([infoHash], never);
  assert.ok('swarms' in reply);
  assert.deepEqual(
    reply.swarms.map(({ complete, incomplete, downloaded }) => [complete, incomplete, downloaded]),
    [[1, 2, 3]],
  );
});

test('a failure is an answer, with the time to come back', async (t) => {
  const url = await startFixed(t, (socket) =>
    socket.send(
      JSON.stringify({ action: 'announce', info_hash: latin1, 'failure reason': 'no', 'retry in': 5 }),
    ),
  );
  const refused = { failure: 'no', retryInSeconds: 300, isFinal: false };
  assert.deepEqual((await open(url).announce(makeAnnounce(), never)).reply, refused);
  assert.deepEqual((await open(url).scrape([infoHash], never)).reply, refused);
});

test('refuses what is no answer, too large, or endless', async (t) => {
  for (const [answer, code] of [
    [(socket: WebSocket) => socket.send('hello'), 'ERR_TRACKER_RESPONSE'],
    [(socket: WebSocket) => socket.send('[]'), 'ERR_TRACKER_RESPONSE'],
    [(socket: WebSocket) => socket.send('x'.repeat(1024 * 1024 + 1)), 'ERR_ANSWER'],
    [(socket: WebSocket) => socket.close(), 'ERR_CLOSED'],
    [
      (socket: WebSocket) => {
        for (let i = 0; i < 200; i++) socket.send(JSON.stringify({ ...good, info_hash: 'z'.repeat(20) }));
      },
      'ERR_ANSWER',
    ],
  ] as const)
    await assert.rejects(open(await startFixed(t, answer)).announce(makeAnnounce(), never), { code });
});

test('ends a wait that is too long, and at once when it is told to', async (t) => {
  const url = await startFixed(t, () => {});
  await assert.rejects(open(url, 100).announce(makeAnnounce(), never), { code: 'ERR_TIMEOUT' });
  const abort = new AbortController();
  const told = await startFixed(t, () => abort.abort(new Error('enough')));
  await assert.rejects(open(told).announce(makeAnnounce(), abort.signal), { message: 'enough' });
});

test('says that a server speaks HTTP alone', async (t) => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
  await assert.rejects(open(url).announce(makeAnnounce(), never), {
    code: 'ERR_STATUS',
    message: 'it does not speak WebSocket there: HTTP status 404',
  });
});

test('our own tracker counts us while we are there, and no longer', async (t) => {
  const app = await startTestApp(t, { open: true });
  const url = `ws://127.0.0.1:${app.httpPort}/announce`;
  const http = open(`${app.url}/announce`);
  await http.announce(makeAnnounce({ left: 0 }), never);
  const { reply } = await open(url).announce(makeAnnounce(), never);
  assert.ok(!('failure' in reply), JSON.stringify(reply));
  assert.deepEqual([reply.complete, reply.incomplete], [1, 1]);
  const scraped = (await open(url).scrape([infoHash], never)).reply;
  assert.ok('swarms' in scraped);
  assert.equal(scraped.swarms[0]?.complete, 1);
});
