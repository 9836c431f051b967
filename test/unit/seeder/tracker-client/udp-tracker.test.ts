import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { parseUdpAnnounce } from '../../../../src/bittorrent/udp-request.ts';
import { ConnectionIdCache } from '../../../../src/seeder/tracker-client/connection-id-cache.ts';
import { openTracker } from '../../../../src/seeder/tracker-client/open-tracker.ts';
import { resolveHost } from '../../../../src/seeder/tracker-client/resolve-host.ts';
import type {
  TrackerClient,
  TrackerClientOptions,
} from '../../../../src/seeder/tracker-client/tracker-client.ts';
import { makeAnnounce } from '../../../support/announce-fixture.ts';
import {
  answerUdp,
  type FixedUdpAnswer,
  startFixedUdpTracker,
  udpReply,
} from '../../../support/fixed-udp-tracker.ts';
import { freePort } from '../../../support/free-port.ts';

const never = new AbortController().signal;

function open(url: string, changes: Partial<TrackerClientOptions> = {}): TrackerClient {
  return openTracker(url, {
    userAgent: 'Seedbed/test',
    timeoutMs: 20_000,
    resendAfterMs: 15_000,
    ...changes,
  });
}

/** Does not answer the first packets. */
function deafFor(count: number): FixedUdpAnswer {
  return (packet, send, number) => number >= count && answerUdp(packet, send, number);
}

test('announces with the path of the URL (BEP 41) and reads the counts', async (t) => {
  const tracker = await startFixedUdpTracker(t, answerUdp);
  const { reply, exchange } = await open(`${tracker.url}/secret?x=1`).announce(makeAnnounce(), never);
  assert.ok(!('failure' in reply));
  assert.deepEqual([reply.complete, reply.incomplete, reply.intervalSeconds], [1, 2, 1800]);
  const request = parseUdpAnnounce(tracker.packets[1] as Buffer, 4);
  assert.ok('urlData' in request);
  assert.equal(request.urlData, '/announce/secret?x=1');
  assert.deepEqual([request.left, request.event, request.port], [1, 'started', 6881]);
  assert.equal(
    exchange.bytesSent,
    tracker.packets.reduce((sum, packet) => sum + packet.length, 0),
  );
  assert.equal(exchange.bytesReceived, 16 + 20);
  assert.equal(exchange.remote?.port, tracker.port);
});

test('sends an announce without a path without options', async (t) => {
  const tracker = await startFixedUdpTracker(t, answerUdp);
  await open(`udp://127.0.0.1:${tracker.port}`).announce(makeAnnounce(), never);
  assert.equal(tracker.packets[1]?.length, 98);
});

test('sends again what was not answered, connect and announce alike', async (t) => {
  let connects = 0;
  let announces = 0;
  const tracker = await startFixedUdpTracker(t, (packet, send, number) => {
    const count = packet.readUInt32BE(8) === 0 ? ++connects : ++announces;
    if (count > 1) answerUdp(packet, send, number); // the first of each is lost
  });
  const { reply } = await open(tracker.url, { resendAfterMs: 200 }).announce(makeAnnounce(), never);
  assert.ok(!('failure' in reply));
  assert.ok(connects >= 2 && announces >= 2, tracker.actions().join());
});

test('gives up when nobody answers, and has sent no more than four packets', async (t) => {
  const tracker = await startFixedUdpTracker(t, deafFor(100));
  await assert.rejects(open(tracker.url, { resendAfterMs: 5 }).announce(makeAnnounce(), never), {
    code: 'ERR_TIMEOUT',
  });
  assert.deepEqual(tracker.actions(), [0, 0, 0, 0]);
});

test('ends with the whole time, however long it would still wait', async (t) => {
  const tracker = await startFixedUdpTracker(t, deafFor(100));
  const client = open(tracker.url, { timeoutMs: 50, resendAfterMs: 15_000 });
  await assert.rejects(client.announce(makeAnnounce(), never), {
    code: 'ERR_TIMEOUT',
    message: 'it did not answer within 0.05 seconds',
  });
});

test('ends at once when it is told to', async (t) => {
  const abort = new AbortController();
  const tracker = await startFixedUdpTracker(t, () => abort.abort(new Error('enough')));
  const client = open(tracker.url, { resendAfterMs: 15_000 });
  await assert.rejects(client.announce(makeAnnounce(), abort.signal), { message: 'enough' });
  await assert.rejects(client.announce(makeAnnounce(), abort.signal), { message: 'enough' });
});

test('passes over packets of another transaction, rubbish, and late answers of another kind', async (t) => {
  const tracker = await startFixedUdpTracker(t, (packet, send, number) => {
    send(Buffer.from('x'));
    const foreign = udpReply(packet, packet.readUInt32BE(8), 9, 9, 9);
    foreign.writeUInt32BE((packet.readUInt32BE(12) + 1) >>> 0, 4);
    send(foreign);
    if (number === 1) send(udpReply(packet, 0, 3, 3));
    answerUdp(packet, send, number);
  });
  const { reply } = await open(tracker.url, { resendAfterMs: 15_000 }).announce(makeAnnounce(), never);
  assert.equal('failure' in reply ? reply.failure : reply.complete, 1);
});

test('uses a connection id again for a minute, for all its announces', async (t) => {
  const tracker = await startFixedUdpTracker(t, answerUdp);
  let nowMs = 0;
  const connectionIds = new ConnectionIdCache(() => nowMs);
  const announce = () => open(tracker.url, { connectionIds }).announce(makeAnnounce(), never);
  await announce();
  await announce();
  assert.deepEqual(tracker.actions(), [0, 1, 1]);
  nowMs = 60_000;
  await announce();
  assert.deepEqual(tracker.actions(), [0, 1, 1, 0, 1]);
});

test('asks for a new connection id when the tracker has forgotten the old one', async (t) => {
  for (const forgets of ['with an error', 'in silence']) {
    const tracker = await startFixedUdpTracker(t, (packet, send, number) => {
      if (number !== 2) answerUdp(packet, send, number);
      else if (forgets === 'with an error') send(udpReply(packet, 3));
    });
    const connectionIds = new ConnectionIdCache();
    await open(tracker.url, { connectionIds }).announce(makeAnnounce(), never);
    const second = open(tracker.url, { connectionIds, resendAfterMs: 200 });
    const { reply } = await second.announce(makeAnnounce(), never);
    assert.ok(!('failure' in reply), forgets);
    assert.deepEqual(tracker.actions().slice(0, 4), [0, 1, 1, 0]);
    assert.equal(tracker.actions().at(-1), 1);
  }
});

test('keeps connection ids of 256 trackers at most', () => {
  const cache = new ConnectionIdCache();
  const at = (port: number) => ({ address: new Uint8Array([127, 0, 0, 1]) as never, port });
  for (let port = 1; port <= 257; port++) cache.set(at(port), new Uint8Array(8));
  assert.equal(cache.get(at(1)), undefined);
  assert.notEqual(cache.get(at(2)), undefined);
  assert.notEqual(cache.get(at(257)), undefined);
});

test('an error of the tracker is an answer', async (t) => {
  const tracker = await startFixedUdpTracker(t, (packet, send) => {
    if (packet.readUInt32BE(8) === 0) return send(udpReply(packet, 0, 7, 7));
    send(Buffer.concat([udpReply(packet, 3), Buffer.from('not\u001b[2J registered')]));
  });
  const { reply } = await open(tracker.url).announce(makeAnnounce(), never);
  assert.deepEqual(reply, {
    failure: 'not\ufffd[2J registered',
    retryInSeconds: undefined,
    isFinal: false,
  });
});

test('refuses an answer that is too large or cut short', async (t) => {
  for (const [length, code] of [
    [16 * 1024 + 1, 'ERR_TOO_LARGE'],
    [12, 'ERR_TRACKER_RESPONSE'],
  ] as const) {
    const tracker = await startFixedUdpTracker(t, (packet, send, number) => {
      if (number === 0) return answerUdp(packet, send, number);
      send(Buffer.concat([udpReply(packet, 1), Buffer.alloc(length - 8)]));
    });
    await assert.rejects(open(tracker.url).announce(makeAnnounce(), never), { code });
  }
});

test('tells at once that nobody listens', async () => {
  const port = await freePort();
  const client = open(`udp://127.0.0.1:${port}/announce`, { resendAfterMs: 15_000 });
  await assert.rejects(client.announce(makeAnnounce(), never), {
    code: 'ERR_REFUSED',
    message: 'the connection was refused',
  });
});

test('goes to the other family of a host when the first does not answer, or nobody listens there', async (t) => {
  const addresses = ['127.0.0.1', '::1'].flatMap((text) => parseAddress(text) ?? []);
  for (const [host, other] of [
    ['127.0.0.1', '::1'],
    ['::1', '127.0.0.1'],
  ] as const)
    for (const isSilent of [true, false]) {
      const tracker = await startFixedUdpTracker(t, answerUdp, host);
      if (isSilent) await startFixedUdpTracker(t, deafFor(100), other, tracker.port);
      const order = host === '::1' ? addresses : addresses.toReversed();
      const client = open(`udp://example:${tracker.port}/announce`, {
        resolve: async () => order,
        resendAfterMs: 500,
      });
      const { exchange } = await client.announce(makeAnnounce(), never);
      assert.equal(exchange.remote?.address.length, host === '::1' ? 16 : 4);
    }
});

test('names of this machine become addresses; of no more than the family asked for', async () => {
  assert.ok((await resolveHost('localhost', undefined, never)).length >= 1);
  await assert.rejects(resolveHost('127.0.0.1', 6, never), { code: 'ERR_FAMILY' });
  for (const protocol of ['http', 'ws'])
    await assert.rejects(
      open(`${protocol}://nowhere.invalid:1/announce`, { family: 6 }).announce(makeAnnounce(), never),
      { code: 'ERR_NAME', message: 'its host name is not known, or has no IPv6 address' },
    );
  await assert.rejects(open('udp://nowhere.invalid:1/').announce(makeAnnounce(), never), {
    code: 'ERR_NAME',
  });
});

test('scrapes in the order of the request', async (t) => {
  const tracker = await startFixedUdpTracker(t, answerUdp);
  const { infoHash } = makeAnnounce();
  const { reply } = await open(tracker.url).scrape([infoHash], never);
  assert.deepEqual(reply, { swarms: [{ infoHash, complete: 1, downloaded: 5, incomplete: 2 }] });
});

test('says what is wrong with a URL', () => {
  assert.throws(() => open('udp://127.0.0.1/announce'), { code: 'ERR_URL', message: /no port/ });
  assert.throws(() => open('udp://'), { code: 'ERR_URL' });
  assert.throws(() => open('ftp://127.0.0.1/announce'), { code: 'ERR_URL' });
  assert.throws(() => open('udp://127.0.0.1:1/', { family: 6 }), { code: 'ERR_FAMILY' });
  assert.throws(() => open('http://[::1]:1/announce', { family: 4 }), { code: 'ERR_FAMILY' });
});
