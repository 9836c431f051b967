import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { randomBytesOf } from '../../../../support/data.ts';
import { eventually } from '../../../../support/eventually.ts';
import { type Misbehaviour, rangeOf, startFileServer } from '../../../../support/file-server.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';
import { mirrorFromWeb, onlySource, passTime, webSeedFixture } from '../../../../support/web-seeded.ts';

const BYTES = 600_000;
/** What the fixture has: a server may leave something out, and be no liar. */
const CONTENT = randomBytesOf(1000, BYTES);

/** A web seed that misbehaves until it has been left, and then serves. */
async function fetchFrom(t: TestContext, misbehave: Misbehaviour) {
  const { fixture, files } = await webSeedFixture(t, { content: BYTES });
  assert.ok(fixture.data.equals(CONTENT));
  const server = await startFileServer(t, files, { misbehave });
  const clock = new ManualClock();
  const mirror = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] }, { clock });
  return { ...mirror, fixture, server, clock };
}

/** The head of an honest answer, with another length if there is to be one. */
function head(request: Parameters<Misbehaviour>[0], length?: number): Record<string, string | number> {
  const { first, last } = rangeOf(request) ?? { first: 0, last: BYTES - 1 };
  return {
    'Content-Range': `bytes ${first}-${last}/${BYTES}`,
    'Content-Length': length ?? last - first + 1,
  };
}

const servers: readonly (readonly [string, Misbehaviour, string])[] = [
  [
    'sends another range than it was asked for',
    (_request, response) =>
      Boolean(response.writeHead(206, { 'Content-Range': `bytes 7-9/${BYTES}` }).end('abc')),
    'ERR_ANSWER',
  ],
  [
    'announces another length',
    (request, response) => Boolean(response.writeHead(206, head(request, 3)).end('abc')),
    'ERR_ANSWER',
  ],
  [
    'sends too little, in portions without a length',
    (request, response) => {
      const { 'Content-Length': length, ...rest } = head(request);
      const first = rangeOf(request)?.first ?? 0;
      response.writeHead(206, rest);
      return Boolean(response.end(CONTENT.subarray(first, first + Number(length) - 10)));
    },
    'ERR_CUT_SHORT',
  ],
  [
    'ends in the middle',
    (request, response) => {
      response.writeHead(206, head(request)).write(Buffer.alloc(5000), () => response.destroy());
      return true;
    },
    'ERR_UNREACHABLE',
  ],
  ['never answers', () => true, 'ERR_TIMEOUT'],
  [
    'stops in the middle',
    (request, response) => response.writeHead(206, head(request)).write(Buffer.alloc(5000)),
    'ERR_TIMEOUT',
  ],
  [
    'packs what was to come as it is',
    (request, response) =>
      Boolean(response.writeHead(206, { ...head(request), 'Content-Encoding': 'gzip' }).end()),
    'ERR_ANSWER',
  ],
  [
    'answers with what is no HTTP',
    (request) => Boolean(request.socket.end('SSH-2.0-OpenSSH_9.9\r\n')),
    'ERR_ANSWER',
  ],
  [
    'sends a head without end',
    (request) => {
      request.socket.on('error', () => {});
      return request.socket.write(`HTTP/1.1 206 OK\r\n${'X: y\r\n'.repeat(20_000)}`) || true;
    },
    'ERR_ANSWER',
  ],
  ['has a fault', (_request, response) => Boolean(response.writeHead(500).end()), 'ERR_STATUS'],
  [
    'is too busy',
    (_request, response) => Boolean(response.writeHead(429, { 'Retry-After': '2' }).end()),
    'ERR_BUSY',
  ],
  [
    'redirects for ever',
    (request, response) => Boolean(response.writeHead(307, { Location: request.url }).end()),
    'ERR_ANSWER',
  ],
];

for (const [what, misbehave, code] of servers)
  test(`a server that ${what} is left, and asked again after a while`, async (t) => {
    const { node, torrent, dataPath, fixture, server, clock } = await fetchFrom(t, misbehave);
    await torrentState(node, torrent, 'downloading');
    const source = onlySource(torrent);
    await passTime(clock, 'the failure', () => source.state === 'waiting');
    assert.equal(source.error?.code, code);
    assert.equal(node.counters.webSourceFailures, 1);
    server.misbehave = undefined;
    await passTime(clock, 'all data', () => torrent.state === 'seeding');
    assert.deepEqual(await readFile(dataPath), fixture.data);
  });

test('a server that drips is left', async (t) => {
  const { torrent, node, clock } = await fetchFrom(t, (request, response) => {
    response.writeHead(206, head(request));
    const drip = setInterval(() => response.write('x'), 2);
    response.on('close', () => clearInterval(drip));
    return true;
  });
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  await passTime(clock, 'the failure', () => source.error?.code === 'ERR_TIMEOUT');
});

test('a server that never recovers is given up after eight tries, each after twice as long', async (t) => {
  const askedAtMs: number[] = [];
  const clocks: ManualClock[] = [];
  const { torrent, node, clock, server } = await fetchFrom(t, (_request, response) => {
    askedAtMs.push(clocks[0]?.nowMs() ?? 0);
    return Boolean(response.writeHead(500).end());
  });
  clocks.push(clock);
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  await passTime(clock, 'the end', () => source.state === 'given-up');
  assert.equal(server.requests.length, 8);
  const waits = askedAtMs
    .slice(2)
    .map((atMs, index) => Math.round((atMs - (askedAtMs[index + 1] ?? 0)) / 1000));
  waits.forEach((seconds, index) => {
    assert.ok(seconds >= 10 * 2 ** index, `${waits}`);
  });
  assert.equal(torrent.state, 'downloading');
});

test('a server is left alone for as long as it says', async (t) => {
  const { torrent, node, clock, server } = await fetchFrom(t, (_request, response) =>
    Boolean(response.writeHead(503, { 'Retry-After': '100' }).end()),
  );
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  await passTime(clock, 'the refusal', () => source.state === 'waiting');
  const { length } = server.requests;
  server.misbehave = undefined;
  clock.advance(98_000);
  assert.equal(source.state, 'waiting');
  await passTime(clock, 'all data', () => torrent.state === 'seeding');
  assert.ok(length <= 2, `${length}`);
});

test('a server that sends without end is cut off where its answer should end', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: BYTES });
  const [data = Buffer.alloc(0)] = Object.values(files);
  let sent = 0;
  const server = await startFileServer(t, files, {
    misbehave: (request, response) => {
      const { 'Content-Length': _, ...rest } = head(request);
      response.writeHead(206, rest).write(data.subarray(rangeOf(request)?.first));
      const more = (error?: Error | null): void => {
        sent += 65_536;
        if (!error && !response.destroyed) response.write(Buffer.alloc(65_536), more);
      };
      more();
      return true;
    },
  });
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  await eventually('the end of the connections', () => server.connections().open === 0);
  assert.ok(sent < 100_000_000, `${sent}`);
});

test('a server that gives wrong data is banned, and another gives it', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: BYTES });
  const liar = await startFileServer(t, { '/sample': Buffer.alloc(BYTES, 1) });
  const honest = await startFileServer(t, files);
  const webSeeds = [liar.url, honest.url];
  const { node, torrent, dataPath } = await mirrorFromWeb(
    t,
    fixture.metainfo,
    { webSeeds },
    { limits: { maxWebSources: 1 } },
  );
  await torrentState(node, torrent, 'downloading');
  const states = (): string[] => [...torrent.webSources].map(({ state }) => state);
  assert.deepEqual(states(), ['active', 'idle']);
  await torrentState(node, torrent, 'seeding');
  assert.equal(node.counters.webSourcesBanned, 1);
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.ok(node.counters.badPieces > 0);
});
