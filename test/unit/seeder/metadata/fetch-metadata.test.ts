import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import { parseMagnet } from '../../../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { listenOn } from '../../../support/listen-on.ts';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../../../support/seeded-torrent.ts';

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
