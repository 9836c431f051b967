import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PieceMemory } from '../../../../src/seeder/download/piece-memory.ts';
import { eventually } from '../../../support/eventually.ts';
import { liveHeapBytes } from '../../../support/live-heap.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

test('what was given back is taken again, and no other length', () => {
  const memory = new PieceMemory(() => true);
  const first = memory.take(100);
  memory.giveBack(first);
  assert.equal(memory.spareBytes, 100);
  assert.equal(memory.take(50).length, 50);
  assert.equal(memory.take(100), first);
  assert.equal(memory.spareBytes, 0);
});

test('keeps no more than it may, and lets go of what it keeps when the room is wanted', () => {
  let room = 250;
  const memory = new PieceMemory((bytes) => bytes <= room);
  for (const bytes of [memory.take(100), memory.take(100), memory.take(100)]) memory.giveBack(bytes);
  assert.equal(memory.spareBytes, 200);
  room = 100;
  memory.take(50);
  assert.equal(memory.spareBytes, 0);
});

/** Bytes of memory beside the heap, where pieces lie, once the collector has taken what nobody uses. */
function bufferBytes(): number {
  liveHeapBytes();
  return process.memoryUsage().arrayBuffers;
}

test('the memory of pieces is given back when nothing has been fetched for a while', async (t) => {
  const pieceLength = 4 * 1024 * 1024;
  const fixture = await makeTorrentFixture(t, { content: 12 * pieceLength, pieceLength });
  const { port } = await seedFixture(t, fixture);
  const clock = new ManualClock();
  const { node, torrent } = await mirrorFixture(t, fixture, [loopbackPeer(port)], { clock });
  await torrentState(node, torrent, 'seeding', 'failed');
  clock.advance(1000);
  await eventually('the connection to end', () => torrent.peerCount === 0);
  const before = bufferBytes();
  clock.advance(15_000);
  await eventually('less memory', () => bufferBytes() <= before - pieceLength);
});
