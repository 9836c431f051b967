import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo, TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { startFixedTracker } from '../../../support/fixed-tracker.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import type { CleanupOwner } from '../../../support/scope.ts';
import { seedFixture, type TorrentFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeV2Fixture } from '../../../support/v2-fixture.ts';

/** An announce: by which name, in hexadecimal, and what it says. */
interface NamedAnnounce {
  readonly name: string;
  readonly query: URLSearchParams;
}

/** A tracker that keeps announces in the order in which they come. */
async function startTracker(owner: CleanupOwner): Promise<{ url: string; announces: NamedAnnounce[] }> {
  const announces: NamedAnnounce[] = [];
  const { url } = await startFixedTracker(owner, (request, response) => {
    const { searchParams, search } = new URL(request.url ?? '/', 'http://tracker');
    announces.push({ name: nameIn(search), query: searchParams });
    response.end(encodeBencode({ interval: 600, complete: 7, incomplete: 3, peers: '' }));
  });
  return { url, announces };
}

/** `info_hash`, which is bytes and no text. */
function nameIn(search: string): string {
  const [, escaped = ''] = /info_hash=([^&]*)/.exec(search) ?? [];
  return escaped.replace(/%(..)|(.)/g, (_all, digits: string | undefined, plain = '') =>
    (digits ?? plain.charCodeAt(0).toString(16)).toLowerCase(),
  );
}

async function fixtureOf(
  owner: CleanupOwner,
  version: TorrentVersion,
  change: (metainfo: Metainfo) => Partial<Metainfo>,
): Promise<TorrentFixture> {
  const fixture = await makeV2Fixture(owner, { content: 300_000, version });
  return { ...fixture, metainfo: { ...fixture.metainfo, ...change(fixture.metainfo) } };
}

/** The names in hexadecimal, v1 first, by which a torrent may be announced. */
function namesOf({ infoHash, infoHashV2 }: Metainfo): [string, string] {
  return [toHex(infoHash), toHex(infoHashV2 ?? new Uint8Array()).slice(0, 40)];
}

test('a hybrid is announced by both names, with one key and the same numbers', async (t) => {
  const tracker = await startTracker(t);
  const fixture = await fixtureOf(t, 'hybrid', () => ({ announceTiers: [[tracker.url]] }));
  const clock = new ManualClock();
  const { node, torrent, port } = await seedFixture(t, fixture, { clock });
  await eventually('both to work', () =>
    node.trackers(torrent.infoHash).every(({ state }) => state === 'working'),
  );
  assert.deepEqual(
    node.trackers(torrent.infoHash).map(({ infoHash, url, complete }) => [toHex(infoHash), url, complete]),
    namesOf(fixture.metainfo).map((name) => [name, tracker.url, 7]),
  );
  const peer = await FakePeer.download(t, port, torrent.infoHash);
  peer.request(0, 0, 16_384);
  await peer.next(7);
  await eventually('it to be counted', () => torrent.uploadedBytes === 16_384);
  clock.advance(700_000);
  await eventually('both to be announced again', () => tracker.announces.length === 4);
  await node.stop();
  for (const name of namesOf(fixture.metainfo)) {
    const said = tracker.announces
      .filter((each) => each.name === name)
      .map(({ query }) => [query.get('event'), query.get('uploaded'), query.get('left')]);
    assert.deepEqual(said, [
      ['started', '0', '0'],
      [null, '16384', '0'],
      ['stopped', '16384', '0'],
    ]);
  }
  assert.equal(new Set(tracker.announces.map(({ query }) => query.get('key'))).size, 1);
});

test('a hybrid that is fetched says under both names that it is complete, once each', async (t) => {
  const tracker = await startTracker(t);
  const fixture = await fixtureOf(t, 'hybrid', () => ({ announceTiers: [[tracker.url]] }));
  const { port } = await seedFixture(t, { ...fixture, metainfo: { ...fixture.metainfo, announceTiers: [] } });
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  await eventually('both to be announced', () => tracker.announces.length === 2);
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await eventually('both to be complete', () => tracker.announces.length === 4);
  const completed = tracker.announces.filter(({ query }) => query.get('event') === 'completed');
  assert.deepEqual(completed.map(({ name }) => name).sort(), namesOf(fixture.metainfo).sort());
  const downloaded = completed.map(({ query }) => query.get('downloaded'));
  assert.ok(Number(downloaded[0]) > 0 && downloaded[0] === downloaded[1]);
});

for (const [what, version, change, index] of [
  ['a v2 torrent by the first 20 bytes of its name', 'v2', () => ({}), 1],
  ['a private hybrid by its v1 name', 'hybrid', ({ info }) => ({ info: { ...info, isPrivate: true } }), 0],
  [
    'a hybrid without piece layers by its v1 name',
    'hybrid',
    ({ infoBytes }) => parseMetainfo(encodeMetainfo({ infoBytes })),
    0,
  ],
] as readonly (readonly [string, TorrentVersion, (metainfo: Metainfo) => Partial<Metainfo>, 0 | 1])[])
  test(`announces ${what} alone`, async (t) => {
    const tracker = await startTracker(t);
    const fixture = await fixtureOf(t, version, (metainfo) => ({
      ...change(metainfo),
      announceTiers: [[tracker.url]],
    }));
    const { node, torrent } = await seedFixture(t, fixture);
    await eventually('it to work', () => node.trackers(torrent.infoHash)[0]?.state === 'working');
    assert.equal(node.trackers(torrent.infoHash).length, 1);
    await node.stop();
    const names = tracker.announces.map(({ name }) => name);
    assert.deepEqual(names, Array(2).fill(namesOf(fixture.metainfo)[index]));
  });

test('our own tracker, and those that are not announced to, stand in the list once', async (t) => {
  const tracker = await startTracker(t);
  const own = 'http://127.0.0.1:9/announce';
  const announceTiers = [[own], ['wss://127.0.0.1/'], [tracker.url]];
  const fixture = await fixtureOf(t, 'hybrid', () => ({ announceTiers }));
  const { node, torrent } = await seedFixture(t, fixture, { isOwnTracker: (url) => url === own });
  await eventually('both to work', () => tracker.announces.length === 2);
  const states = node.trackers(torrent.infoHash).map(({ url, tier }) => `${tier} ${url}`);
  assert.deepEqual(states, [`0 ${own}`, '1 wss://127.0.0.1/', `2 ${tracker.url}`, `2 ${tracker.url}`]);
});
