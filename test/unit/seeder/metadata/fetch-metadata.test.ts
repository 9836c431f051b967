import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { infoHashFromHex, infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import { parseMagnet } from '../../../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { eventually } from '../../../support/eventually.ts';
import { handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { freePort } from '../../../support/free-port.ts';
import { listenOn } from '../../../support/listen-on.ts';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../../../support/seeded-torrent.ts';

import { ManualClock } from '../../../support/seeder-clock.ts';

const none = { trackers: [], webSeeds: [] };

/** A peer that answers every request for metadata with zeros, and claims this size. */
async function lyingPeer(owner: CleanupOwner, { metainfo }: TorrentFixture, size: number): Promise<number> {
  const server = createServer((socket) => {
    cleanup(owner, () => void socket.destroy());
    socket.on('error', () => {}); // a reset is one way of being closed
    socket.write(handshakeBytes(metainfo.infoHash));
    const hello = encodeBencode({ m: { ut_metadata: 7 }, metadata_size: size });
    socket.write(messageBytes(20, Buffer.concat([Buffer.of(0), hello])));
    const header = encodeBencode({ msg_type: 1, piece: 0, total_size: size });
    const zeros = Buffer.alloc(Math.min(size, 16_384));
    socket.on(
      'data',
      () => void socket.write(messageBytes(20, Buffer.concat([Buffer.of(1), header, zeros]))),
    );
  });
  const port = await listenOn(server, '127.0.0.1');
  cleanup(owner, () => void server.close());
  return port;
}

test('gets the metadata from a peer that the magnet names, whatever others send', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 5_000_000, pieceLength: 16_384 }); // more than one piece of it
  const { infoHash, infoBytes } = fixture.metainfo;
  const { port } = await seedFixture(t, fixture);
  const liars = [await lyingPeer(t, fixture, infoBytes.length), await lyingPeer(t, fixture, 100)];
  const node = await startMirrorNode(t);
  const peers = [...liars, port].map((each) => loopbackPeer(each));
  const torrent = await node.fetchMetadata({ infoHash, peers, ...none }, AbortSignal.timeout(20_000));
  assert.deepEqual(parseMetainfo(torrent).infoBytes, infoBytes);
});

test('the torrent that a magnet link becomes names its web seeds', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  const node = await startMirrorNode(t);
  const { infoHash } = fixture.metainfo;
  const seed = encodeURIComponent('http://w.example/x/');
  const magnet = parseMagnet(
    `magnet:?xt=urn:btih:${infoHashToHex(infoHash)}&ws=${seed}&x.pe=127.0.0.1:${port}`,
  );
  const torrent = await node.fetchMetadata(magnet, AbortSignal.timeout(20_000));
  assert.deepEqual(parseMetainfo(torrent).webSeeds, ['http://w.example/x/']);
});

test('takes no memory for metadata that claims to be huge', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const huge = await lyingPeer(t, fixture, 2 ** 40);
  const node = await startMirrorNode(t);
  const magnet = { infoHash: fixture.metainfo.infoHash, peers: [loopbackPeer(huge)], ...none };
  await assert.rejects(node.fetchMetadata(magnet, AbortSignal.timeout(500)), { name: 'TimeoutError' });
});

test('a magnet that names nobody is refused at once', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const node = await startMirrorNode(t);
  const magnet = { infoHash: fixture.metainfo.infoHash, peers: [], ...none };
  await assert.rejects(node.fetchMetadata(magnet, AbortSignal.timeout(5_000)), { code: 'ERR_NO_METADATA' });
});

test('a magnet link waits for one round of dead ones, and they have their turns again', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  let handshakes = 0;
  const silent = createServer((socket) => {
    cleanup(t, () => void socket.destroy());
    socket.on('error', () => {}); // a reset is one way of being closed
    socket.once('data', () => handshakes++);
  });
  const silentPort = await listenOn(silent, '127.0.0.1');
  cleanup(t, () => void silent.close());
  const clock = new ManualClock();
  const node = await startMirrorNode(t, { clock, limits: { storageCheckIntervalMs: 1e12 } });
  const over = new AbortController();
  const dead = Array.from({ length: 8 }, (_, at) => {
    const infoHash = infoHashFromHex(`${at}`.padStart(40, 'd'));
    return node.fetchMetadata({ infoHash, peers: [loopbackPeer(silentPort)], ...none }, over.signal);
  });
  const { infoHash, infoBytes } = fixture.metainfo;
  const live = node.fetchMetadata({ infoHash, peers: [loopbackPeer(port)], ...none }, over.signal);
  await eventually('four dead links to be asked for', () => handshakes === 4);
  clock.advance(31_000);
  await eventually('four others', () => handshakes === 8);
  clock.advance(31_000);
  assert.deepEqual(parseMetainfo(await live).infoBytes, infoBytes);
  await eventually('the first ones again', () => handshakes > 8);
  over.abort(new Error('enough'));
  for (const each of dead) await assert.rejects(each, { message: 'enough' });
});

test('the time of a magnet link is that of its turns: ten minutes', async (t) => {
  const clock = new ManualClock();
  const node = await startMirrorNode(t, { clock, limits: { storageCheckIntervalMs: 1e12 } });
  const infoHash = infoHashFromHex('d'.repeat(40));
  const peers = [loopbackPeer(await freePort())];
  const end = node.fetchMetadata({ infoHash, peers, ...none }, new AbortController().signal);
  const failed = assert.rejects(end, { code: 'ERR_NO_METADATA', message: /within 10 minutes/ });
  await setImmediate(); // it has begun
  clock.advance(600_001);
  await failed;
});
