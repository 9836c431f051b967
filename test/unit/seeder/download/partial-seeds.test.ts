import assert from 'node:assert/strict';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import type { FileRule } from '../../../../src/seeder/torrents/file-rules.ts';
import { DEFAULT_PREFERENCES } from '../../../../src/seeder/torrents/torrent-preferences.ts';
import { withDeadline } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import {
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { makeV2Fixture } from '../../../support/v2-fixture.ts';

const PIECE = 32_768;
/** Pieces of 32 KiB: a has 0 to 4, b 4 to 13, c lies in 13, d has 13 to 19. */
const FILES = { 'a.bin': 150_001, 'deep/b.bin': 300_000, 'c.txt': 1_000, 'd.bin': 200_000 };

interface Mirror {
  readonly node: SeedNode;
  readonly torrent: Torrent;
  readonly dataPath: string;
}

/** A mirror that has all that is wanted, on the disk too. */
async function finishedMirror(
  t: TestContext,
  fixture: TorrentFixture,
  filePriorities: readonly FileRule[],
): Promise<Mirror> {
  const { port } = await seedFixture(t, fixture);
  const node = await startMirrorNode(t, { limits: { storageCheckIntervalMs: 50 } });
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  node.once('finished', () => resolve());
  const dataPath = join(await makeTempFolder(t), 'sample');
  const torrent = node.add({
    metainfo: fixture.metainfo,
    dataPath,
    isMirrored: true,
    peers: [loopbackPeer(port)],
    preferences: { ...DEFAULT_PREFERENCES, filePriorities },
  });
  await withDeadline('the end of the download', finished);
  return { node, torrent, dataPath };
}

/** The first block of a piece, as a peer is given it. */
async function firstBlock(t: TestContext, { node, torrent }: Mirror, piece: number): Promise<Buffer> {
  const peer = await FakePeer.download(t, node.port, torrent.infoHash);
  peer.request(piece, 0, 16_384);
  return (await peer.next(7)).subarray(9);
}

for (const [version, make] of Object.entries({ v1: makeTorrentFixture, v2: makeV2Fixture }))
  test(`a partial seed whose files begin with pieces is served, though it has no part file (${version})`, async (t) => {
    const content = { a: 2 * PIECE, b: 2 * PIECE, c: 2 * PIECE };
    const fixture = await make(t, { content, pieceLength: PIECE });
    const mirror = await finishedMirror(t, fixture, [{ files: 'b', priority: 0 }]);
    assert.deepEqual((await readdir(mirror.dataPath)).sort(), ['a', 'c']);
    for (const piece of [1, 4]) {
      const block = fixture.data.subarray(piece * PIECE, piece * PIECE + 16_384);
      assert.deepEqual(await firstBlock(t, mirror, piece), block);
    }
    assert.deepEqual([mirror.torrent.state, mirror.torrent.failure], ['seeding', undefined]);
  });

test('pieces that lie partly in the part file pass a recheck', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES, pieceLength: PIECE });
  const { node, torrent } = await finishedMirror(t, fixture, [
    { files: '*', priority: 0 },
    { files: 'b.bin', priority: 1 },
  ]);
  const { promise, resolve } = Promise.withResolvers<[number, number]>();
  node.once('rechecked', (_torrent, passed, failed) => resolve([passed, failed]));
  node.recheck(torrent.infoHash, { pieces: [[4, 13]] });
  assert.deepEqual(await withDeadline('the end of the recheck', promise), [10, 0]);
  assert.equal(node.counters.corruptPieces, 0);
});

test('a mirror that is whole with a part file is seeded on when another of its files was touched', async (t) => {
  const content = { 'a.bin': 150_000, 'c.txt': 1000, 'd.bin': 200_000 };
  const fixture = await makeTorrentFixture(t, { content, pieceLength: PIECE });
  const { node, torrent, dataPath } = await finishedMirror(t, fixture, [{ files: 'c.txt', priority: 0 }]);
  assert.equal(torrent.isComplete, true);
  const checked = torrentState(node, torrent, 'checking', 'failed');
  await utimes(join(dataPath, 'd.bin'), 1, 1);
  await checked;
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
});
