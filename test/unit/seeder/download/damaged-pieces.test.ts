import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { rotByte } from '../../../support/corrupt.ts';
import { eventually, withDeadline } from '../../../support/eventually.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const PIECE = 32_768;

/** A piece that is here goes bad, and that is found out. */
async function damage(node: SeedNode, torrent: Torrent, piece: number, path: string): Promise<void> {
  await rotByte(path, 1);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  node.once('rechecked', resolve);
  node.recheck(torrent.infoHash, { pieces: [piece] });
  await withDeadline('the end of the recheck', promise);
  assert.equal(torrent.hasPiece(piece), false);
}

test('a piece that goes bad in a file that is not wanted any more does not hold up the others', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 4 * PIECE, 'b.bin': 4 * PIECE } });
  const isOfB = (piece: number): boolean => piece >= 4;
  const onlyB = await startFakeSeed(t, fixture, {
    answer: (data, _begin, piece) => (isOfB(piece) ? data : undefined),
  });
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(onlyB.port)]);
  await eventually('all of b', () => torrent.completedFraction === 0.5);
  node.setPreferences(torrent.infoHash, { filePriorities: [{ files: 'b.bin', priority: 0 }] });
  await damage(node, torrent, 4, join(dataPath, 'b.bin'));
  assert.equal(torrent.state, 'downloading');
  const { port } = await seedFixture(t, fixture);
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual([torrent.isFinished, torrent.hasPiece(4)], [true, false]);
});

test('a file of which a piece goes bad while it is fetched has its own name not before that has come again', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 8 * PIECE });
  let isGenerous = false;
  const isGiven = (piece: number): boolean => (isGenerous ? piece !== 0 : piece < 4);
  const seed = await startFakeSeed(t, fixture, {
    answer: (data, _begin, piece) => (isGiven(piece) ? data : undefined),
  });
  const options = { usesPartNames: true };
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], options);
  await eventually('a half', () => torrent.completedFraction === 0.5);
  await damage(node, torrent, 0, `${dataPath}.part`);
  isGenerous = true;
  node.pauseTorrent(torrent.infoHash);
  node.startTorrent(torrent.infoHash); // what was asked for is asked again
  await eventually('all but that piece', () => torrent.completedFraction === 7 / 8);
  await node.stop();
  assert.deepEqual(await readdir(dirname(dataPath)), ['sample.part']);
});

test('a file that has its own name already keeps it when a piece of it goes bad, and is whole again in the end', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 4 * PIECE, 'b.bin': 4 * PIECE } });
  let isGiven = (piece: number): boolean => piece < 4;
  const seed = await startFakeSeed(t, fixture, {
    answer: (data, _begin, piece) => (isGiven(piece) ? data : undefined),
  });
  const options = { usesPartNames: true };
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], options);
  const names = async (): Promise<string[]> => (await readdir(dataPath)).sort();
  await torrentState(node, torrent, 'downloading');
  await eventually('the first file', async () => (await names()).includes('a.bin'));
  await damage(node, torrent, 0, join(dataPath, 'a.bin'));
  assert.deepEqual(await names(), ['a.bin', 'b.bin.part']);
  isGiven = () => true;
  node.pauseTorrent(torrent.infoHash);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.deepEqual(await names(), ['a.bin', 'b.bin']);
});
