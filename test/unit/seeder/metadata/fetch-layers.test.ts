import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { truncatedInfoHash } from '../../../../src/bittorrent/info-hash.ts';
import type { Magnet } from '../../../../src/bittorrent/magnet.ts';
import { encodeInfo, encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseInfo, parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import { neededLayers } from '../../../../src/seeder/metadata/needed-layers.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { eventually, withDeadline } from '../../../support/eventually.ts';
import { handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { listenOn } from '../../../support/listen-on.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeV2Fixture } from '../../../support/v2-fixture.ts';

const content = { 'a.bin': 700 * 16_384 + 5, 'b.bin': 100_000, 'small.bin': 10 };

/** The magnet link of a torrent; by its v2 name alone when told so. */
function magnetFor({ infoHash, infoHashV2 }: Metainfo, ports: readonly number[], isV2Only = false): Magnet {
  const name = isV2Only && infoHashV2 !== undefined ? truncatedInfoHash(infoHashV2) : infoHash;
  const peers = ports.map((port) => loopbackPeer(port));
  return { infoHash: name, infoHashV2, peers, trackers: [], webSeeds: [] };
}

for (const [version, isV2Only] of [
  ['v2', true],
  ['hybrid', false],
  ['hybrid', true],
] as const)
  for (const encryption of ['allow', 'require'] as const)
    test(`gets the piece layers of a ${version} torrent from our own node (by v2 alone: ${isV2Only}, encryption ${encryption})`, async (t) => {
      const fixture = await makeV2Fixture(t, { content, pieceLength: 16_384, version });
      const seed = await seedFixture(t, fixture, { encryption });
      const node = await startMirrorNode(t, { encryption });
      const magnet = magnetFor(fixture.metainfo, [seed.port], isV2Only);
      const found = parseMetainfo(await node.fetchMetadata(magnet, AbortSignal.timeout(20_000)));
      assert.deepEqual(found.pieceLayers, fixture.metainfo.pieceLayers);
      assert.deepEqual(found.infoBytes, fixture.metainfo.infoBytes);
      assert.equal(seed.node.counters.connectionsAccepted, 1, 'metadata and hashes come by one connection');
    });

/** A peer that has the metadata, and does with a request for hashes what the test wants. */
async function startFakePeer(
  owner: CleanupOwner,
  { infoBytes, infoHashV2 = new Uint8Array() }: Metainfo,
  onHashRequest: (socket: Socket, request: Buffer) => void,
  onHashReject: (reject: Buffer) => void = () => {},
): Promise<{ readonly port: number; readonly ended: () => number }> {
  let ended = 0;
  const server = createServer((socket) => {
    cleanup(owner, () => void socket.destroy());
    socket.on('error', () => {}); // a reset is one way of being closed
    socket.on('close', () => ended++);
    socket.write(handshakeBytes(truncatedInfoHash(infoHashV2), { fast: false, v2: true }));
    const hello = encodeBencode({ m: { ut_metadata: 7 }, metadata_size: infoBytes.length });
    socket.write(messageBytes(20, Buffer.concat([Buffer.of(0), hello])));
    let rest = Buffer.alloc(0);
    let isGreeted = false;
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      if (!isGreeted && rest.length >= 68) {
        isGreeted = true;
        rest = rest.subarray(68);
      }
      while (isGreeted && rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
        const message = rest.subarray(4, 4 + rest.readUInt32BE(0));
        rest = rest.subarray(4 + message.length);
        if (message[0] === 20 && message[1] === 7) {
          const header = encodeBencode({ msg_type: 1, piece: 0, total_size: infoBytes.length });
          socket.write(messageBytes(20, Buffer.concat([Buffer.of(1), header, infoBytes])));
        }
        if (message[0] === 21) onHashRequest(socket, message);
        if (message[0] === 23) onHashReject(message);
      }
    });
  });
  cleanup(owner, () => void server.close());
  return { port: await listenOn(server, '127.0.0.1'), ended: () => ended };
}

/** Fetches what never comes, until the test is over. */
function fetchInVain(owner: CleanupOwner, node: SeedNode, magnet: Magnet): void {
  const over = new AbortController();
  cleanup(owner, () => over.abort());
  node.fetchMetadata(magnet, over.signal).catch(() => {}); // it is given up
}

for (const [what, answer] of [
  [
    'wrong hashes',
    (socket, request) =>
      socket.write(messageBytes(22, Buffer.concat([request.subarray(1), Buffer.alloc(32 * 512)]))),
  ],
  ['refusals', (socket, request) => socket.write(messageBytes(23, request.subarray(1)))],
  [
    'half a hash',
    (socket, request) =>
      socket.write(messageBytes(22, Buffer.concat([request.subarray(1), Buffer.alloc(7)]))),
  ],
  ['an answer of three bytes', (socket) => socket.write(messageBytes(22, Buffer.alloc(2)))],
  ['nothing, and is gone', (socket) => socket.destroy()],
] as readonly (readonly [string, (socket: Socket, request: Buffer) => void])[])
  test(`a peer that gives ${what} holds nobody up`, async (t) => {
    const fixture = await makeV2Fixture(t, { content, pieceLength: 16_384 });
    const fake = await startFakePeer(t, fixture.metainfo, answer);
    const seed = await seedFixture(t, fixture);
    const node = await startMirrorNode(t);
    fetchInVain(t, node, magnetFor(fixture.metainfo, [fake.port]));
    await eventually('it to be left', () => fake.ended() > 0);
    const both = magnetFor(fixture.metainfo, [fake.port, seed.port]);
    const found = parseMetainfo(await node.fetchMetadata(both, AbortSignal.timeout(20_000)));
    assert.deepEqual(found.pieceLayers, fixture.metainfo.pieceLayers);
    await node.stop();
  });

test('who has nothing of a torrent yet gives its piece layers all the same', async (t) => {
  const fixture = await makeV2Fixture(t, { content, pieceLength: 16_384 });
  const peerId = makePeerId(new Uint8Array(12).fill(0x63));
  const { node: other, torrent } = await mirrorFixture(t, fixture, [], { peerId });
  await torrentState(other, torrent, 'downloading');
  const node = await startMirrorNode(t);
  const magnet = magnetFor(fixture.metainfo, [other.port]);
  const found = parseMetainfo(await node.fetchMetadata(magnet, AbortSignal.timeout(20_000)));
  assert.deepEqual(found.pieceLayers, fixture.metainfo.pieceLayers);
  assert.equal(torrent.hasAny, false);
});

test('a peer that asks us for hashes while we have none is refused', async (t) => {
  const { metainfo } = await makeV2Fixture(t, { content, pieceLength: 16_384 });
  const refused = Promise.withResolvers<Buffer>();
  const request = Buffer.alloc(48, 3);
  const fake = await startFakePeer(
    t,
    metainfo,
    (socket) => void socket.write(messageBytes(21, request)),
    (reject) => refused.resolve(reject),
  );
  const node = await startMirrorNode(t);
  fetchInVain(t, node, magnetFor(metainfo, [fake.port]));
  assert.deepEqual(await withDeadline('a refusal', refused.promise), Buffer.concat([Buffer.of(23), request]));
});

test('a hybrid whose peers know no v2 is had without its layers, after a while', async (t) => {
  const fixture = await makeV2Fixture(t, { content, pieceLength: 16_384, version: 'hybrid' });
  const bare = parseMetainfo(encodeMetainfo({ infoBytes: fixture.metainfo.infoBytes }));
  assert.equal(bare.warnings[0]?.code, 'WARN_NO_PIECE_LAYERS');
  const seed = await seedFixture(t, { ...fixture, metainfo: bare });
  const clock = new ManualClock();
  const node = await startMirrorNode(t, { clock });
  const fetched = node.fetchMetadata(magnetFor(fixture.metainfo, [seed.port]), AbortSignal.timeout(20_000));
  await eventually('it to wait for layers', () => clock.pendingMs.includes(15_000));
  clock.advance(15_000);
  const found = parseMetainfo(await fetched);
  assert.deepEqual(found.infoBytes, fixture.metainfo.infoBytes);
  assert.equal(found.pieceLayers, undefined);
});

/** The info dictionary of one file of so many bytes. */
function infoOf(length: number, version: 'v2' | 'hybrid'): ReturnType<typeof parseInfo>['info'] {
  const piecesRoot = new Uint8Array(32).fill(1);
  const files = [{ path: [], length, piecesRoot, offset: 0, isPadding: false }];
  const pieces = new Uint8Array(version === 'v2' ? 0 : 20 * Math.ceil(length / 16_384));
  return parseInfo(encodeInfo({ name: 'a', pieceLength: 16_384, version, files, pieces })).info;
}

test('no memory is taken for more hashes than a .torrent file may hold', () => {
  assert.throws(() => neededLayers(infoOf(2 ** 50, 'v2'), 100, true), { code: 'ERR_NO_METADATA' });
  assert.equal(neededLayers(infoOf(16_385, 'v2'), 100, true), 'required');
  assert.equal(neededLayers(infoOf(16_384, 'v2'), 100, true), 'none');
  assert.equal(neededLayers(infoOf(16_385, 'hybrid'), 100, true), 'wanted');
  assert.equal(neededLayers(infoOf(16_385, 'hybrid'), 100, false), 'none');
  assert.equal(neededLayers(infoOf(16_385, 'hybrid'), 64 * 1024 * 1024, true), 'none');
});
