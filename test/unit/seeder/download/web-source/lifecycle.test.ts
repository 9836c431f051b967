import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { eventually } from '../../../../support/eventually.ts';
import { type Misbehaviour, rangeOf, startFileServer } from '../../../../support/file-server.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';
import { mirrorFromWeb, onlySource, passTime, webSeedFixture } from '../../../../support/web-seeded.ts';

/** Sends the first bytes of what was asked for, and then no more. */
const stalling: Misbehaviour = (request, response) => {
  const { first = 0, last = 0 } = rangeOf(request) ?? {};
  response.writeHead(206, {
    'Content-Range': `bytes ${first}-${last}/*`,
    'Content-Length': last - first + 1,
  });
  return response.write(Buffer.alloc(1000)) || true;
};

test('a torrent that is paused asks for nothing and takes nothing, and goes on when it is resumed', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 3_000_000 });
  const server = await startFileServer(t, files, { misbehave: stalling });
  const clock = new ManualClock();
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] }, { clock });
  await eventually('a request', () => server.requests.length > 0);
  node.pauseTorrent(torrent.infoHash);
  await eventually('the end of what was on its way', () => server.connections().open === 0);
  const { length } = server.requests;
  clock.advance(60_000);
  assert.equal(server.requests.length, length);
  assert.equal(node.counters.webSourceFailures, 0);
  server.misbehave = undefined;
  node.startTorrent(torrent.infoHash);
  await passTime(clock, 'all data', () => torrent.state === 'seeding');
});

test('a torrent that is added paused asks for nothing', async (t) => {
  const { fixture, files } = await webSeedFixture(t);
  const server = await startFileServer(t, files);
  const clock = new ManualClock();
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, {}, { clock });
  await torrentState(node, torrent, 'downloading');
  node.remove(torrent.infoHash);
  const metainfo = { ...fixture.metainfo, webSeeds: [server.url] };
  const paused = node.add({ metainfo, dataPath, isMirrored: true, isPaused: true });
  await torrentState(node, paused, 'paused');
  clock.advance(60_000);
  assert.equal(server.connections().opened, 0);
});

test('a torrent that is removed leaves no connection and no web seed', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 3_000_000 });
  const server = await startFileServer(t, files, { misbehave: stalling });
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await eventually('a request', () => server.requests.length > 0);
  node.remove(torrent.infoHash);
  await eventually('the end of the connections', () => server.connections().open === 0);
  assert.equal(torrent.webSources.size, 0);
});

test('a torrent that is complete leaves no connection', async (t) => {
  const { fixture, files } = await webSeedFixture(t);
  const server = await startFileServer(t, files);
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding');
  await eventually('the end of the connections', () => server.connections().open === 0);
});

test('so many web seeds are asked at a time, and the next takes the place of one that fails', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 3_000_000 });
  const dead = await startFileServer(t, files, { misbehave: stalling });
  const servers = await Promise.all([1, 2].map(() => startFileServer(t, files, { misbehave: stalling })));
  const clock = new ManualClock();
  const webSeeds = [dead, ...servers].map(({ url }) => url);
  const limits = { maxWebSources: 2 };
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds }, { clock, limits });
  await torrentState(node, torrent, 'downloading');
  const states = (): string => [...torrent.webSources].map(({ state }) => state).join(' ');
  assert.equal(states(), 'active active idle');
  assert.equal(servers[1]?.connections().opened, 0);
  for (const server of servers) server.misbehave = undefined;
  await passTime(
    clock,
    'the third',
    () => states() === 'waiting waiting active' || torrent.state === 'seeding',
  );
  await passTime(clock, 'all data', () => torrent.state === 'seeding');
});

test('URLs of our own, of FTP, and the same again are not asked', async (t) => {
  const { fixture, files } = await webSeedFixture(t);
  const own = await startFileServer(t, files);
  const server = await startFileServer(t, files);
  const webSeeds = [own.url, 'ftp://127.0.0.1/', server.url, server.url];
  const { node, torrent } = await mirrorFromWeb(
    t,
    fixture.metainfo,
    { webSeeds },
    { isOwnWebSeed: (url) => url === own.url },
  );
  await torrentState(node, torrent, 'downloading');
  assert.equal(torrent.webSources.size, 1);
  await torrentState(node, torrent, 'seeding');
  assert.equal(own.connections().opened, 0);
});

test('a password in a URL is used, and neither shown nor logged', async (t) => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  const { fixture, files } = await webSeedFixture(t);
  const wanted = `Basic ${Buffer.from('ann:topsecret').toString('base64')}`;
  let isBroken = true;
  const server = await startFileServer(t, files, {
    misbehave: (request, response) => {
      if (!isBroken && request.headers.authorization === wanted) return false;
      return Boolean(response.writeHead(500).end());
    },
  });
  const clock = new ManualClock();
  const webSeeds = [server.url.replace('//', '//ann:topsecret@')];
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds }, { clock, logger });
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  assert.equal(source.client, `web seed 127.0.0.1:${server.port}`);
  await passTime(clock, 'the failure', () => source.state === 'waiting');
  isBroken = false;
  await passTime(clock, 'all data', () => torrent.state === 'seeding');
  const text = lines.join('\n');
  assert.match(text, /a web seed failed/);
  assert.doesNotMatch(text, /topsecret/);
});
