import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, withDeadline } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { hangReads } from '../../../support/hanging-disk.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const BLOCK = 16_384;
const MEBIBYTE = 1 << 20;

/** Asks for the first block of each piece and waits for all of them. */
async function firstBlocks(peer: FakePeer, pieces: number): Promise<void> {
  for (let piece = 0; piece < pieces; piece++) peer.request(piece, 0, BLOCK);
  for (let piece = 0; piece < pieces; piece++) await peer.next(7);
}

test('a torrent whose disk hangs, with many peers, does not hold up another', async (t) => {
  const [slow, fast] = [
    await makeTorrentFixture(t, { content: 24 * MEBIBYTE, pieceLength: MEBIBYTE }),
    await makeTorrentFixture(t, { content: 23 * MEBIBYTE, pieceLength: MEBIBYTE }),
  ];
  const { node, torrent, port } = await seedFixture(t, slow);
  const other = node.add({ metainfo: fast.metainfo, dataPath: fast.dataPath });
  await torrentState(node, other, 'seeding');
  const disk = await hangReads(t, torrent.storage);
  const peers = await Promise.all(
    Array.from({ length: 8 }, () => FakePeer.download(t, port, slow.metainfo.infoHash)),
  );
  for (const [at, peer] of peers.entries())
    for (const piece of [3 * at, 3 * at + 1, 3 * at + 2]) peer.request(piece, 0, BLOCK);
  await eventually('reads to hang', () => disk.hanging() >= 3);
  const quick = await FakePeer.download(t, port, fast.metainfo.infoHash);
  await withDeadline('the other torrent to be served', firstBlocks(quick, 23), 10_000);
  assert.ok(disk.hanging() <= 3, `${disk.hanging()} threads hang`);
  disk.release();
  await Promise.all(
    peers.map(async (peer) => {
      for (let block = 0; block < 3; block++) await peer.next(7);
    }),
  );
});
