import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import type { EncryptionMode, PayloadMethod } from '../../../../src/seeder/wire/encryption/encryption.ts';
import { eventually } from '../../../support/eventually.ts';
import { listenOn } from '../../../support/listen-on.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

/** How we connect, what the seed takes, how the payload goes, and the connections that it takes. */
const cases: readonly (readonly [EncryptionMode, EncryptionMode, PayloadMethod | 'unencrypted', number])[] = [
  ['allow', 'allow', 'unencrypted', 1],
  ['allow', 'off', 'unencrypted', 1],
  ['allow', 'require', 'rc4', 2],
  ['require', 'allow', 'rc4', 1],
  ['require', 'require', 'rc4', 1],
  ['off', 'allow', 'unencrypted', 1],
];

for (const [ours, theirs, method, connections] of cases) {
  test(`mirrors where we ${ours} encryption and the seed would ${theirs} it: payload ${method}`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 1_000_000 });
    const seed = await seedFixture(t, fixture, { encryption: theirs });
    const mirror = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], { encryption: ours });
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    const { counters } = seed.node;
    assert.equal(counters.connectionsAccepted, connections);
    const expected = { plain: 0, rc4: 0, ...(method === 'unencrypted' ? {} : { [method]: 1 }) };
    assert.deepEqual(counters.encryptedHandshakes, expected);
    assert.deepEqual(mirror.node.counters.encryptedHandshakes, expected);
  });

  test(`gets metadata where we ${ours} encryption and the seed would ${theirs} it`, async (t) => {
    const fixture = await makeTorrentFixture(t);
    const seed = await seedFixture(t, fixture, { encryption: theirs });
    const node = await startMirrorNode(t, { encryption: ours });
    const peers = [loopbackPeer(seed.port)];
    const magnet = { infoHash: fixture.metainfo.infoHash, peers, trackers: [], webSeeds: [] };
    const torrent = await node.fetchMetadata(magnet, AbortSignal.timeout(20_000));
    assert.deepEqual(parseMetainfo(torrent).infoBytes, fixture.metainfo.infoBytes);
    assert.equal(seed.node.counters.connectionsAccepted, connections);
  });
}

for (const [ours, theirs] of [
  ['off', 'require'],
  ['require', 'off'],
] as const)
  test(`nothing comes where encryption is ${ours} here and ${theirs} there`, async (t) => {
    const fixture = await makeTorrentFixture(t);
    const seed = await seedFixture(t, fixture, { encryption: theirs });
    const mirror = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], { encryption: ours });
    await eventually('the seed to refuse it', () => seed.node.connectionCount === 0 && closed(seed.node) > 0);
    assert.equal(seed.node.counters.connectionsAccepted, 1);
    assert.equal(mirror.node.counters.downloadedBytes, 0);
  });

/** A peer that closes each connection as soon as something comes; what came first on each. */
async function startShyPeer(owner: CleanupOwner): Promise<{ port: number; first: Buffer[] }> {
  const first: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {}); // a reset is one way of being closed
    socket.once('data', (bytes: Buffer) => {
      first.push(bytes);
      socket.end();
    });
  });
  cleanup(owner, () => void server.close());
  return { port: await listenOn(server, '127.0.0.1'), first };
}

test('a peer that closes both ways is tried plain and encrypted, and then no more for a while', async (t) => {
  const shy = await startShyPeer(t);
  const fixture = await makeTorrentFixture(t);
  const { node } = await mirrorFixture(t, fixture, [loopbackPeer(shy.port)]);
  await eventually('two connections', () => shy.first.length === 2 && node.connectionCount === 0);
  const isPlain = shy.first.map((bytes) => bytes.includes('BitTorrent protocol'));
  assert.deepEqual(isPlain, [true, false]);
  assert.equal(node.counters.connectionsOpened, 2);
});

test('the info-hash is nowhere in what an encrypted connection begins with', async (t) => {
  const shy = await startShyPeer(t);
  const fixture = await makeTorrentFixture(t);
  await mirrorFixture(t, fixture, [loopbackPeer(shy.port)], { encryption: 'require' });
  const [first] = await eventually('a connection', () => shy.first.length > 0 && shy.first);
  assert.ok((first?.length ?? 0) >= 96);
  assert.ok(first?.includes(fixture.metainfo.infoHash) === false && !first.includes('BitTorrent'));
});

function closed({ counters }: { counters: { closedTotal: Record<string, number> } }): number {
  return Object.values(counters.closedTotal).reduce((sum, count) => sum + count, 0);
}
