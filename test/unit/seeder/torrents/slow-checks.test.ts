import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeInfo, encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { eventually } from '../../../support/eventually.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** A disk of which it is told that what lies below `path` lies on another. */
function withDiskAt(path: () => string): FaultyDisk {
  const disk = new FaultyDisk();
  disk.deviceOf = (at) => (at.startsWith(path()) ? 1234n : undefined);
  return disk;
}

/** A file of zeros that takes no room, and its torrent, whose hashes are wrong: hashing it takes far longer than the test. */
async function hugeTorrent(t: TestContext) {
  const [length, pieceLength] = [2 ** 38, 2 ** 26];
  const dataPath = join(await makeTempFolder(t), 'huge');
  const file = await open(dataPath, 'w');
  await file.truncate(length);
  await file.close();
  const pieces = new Uint8Array((20 * length) / pieceLength);
  const infoBytes = encodeInfo({
    name: 'huge',
    pieceLength,
    pieces,
    isPrivate: false,
    files: [{ path: [], length }],
  });
  return { metainfo: parseMetainfo(encodeMetainfo({ infoBytes, announceTiers: [] })), dataPath };
}

test('a torrent is checked while the check of another waits for a disk that hangs', async (t) => {
  const [slow, quick] = [
    await makeTorrentFixture(t, { content: { a: 50_000, b: 50_000, c: 50_000 } }),
    await makeTorrentFixture(t, { content: 80_000 }),
  ];
  const disk = withDiskAt(() => slow.dataPath);
  // The clock stands still: no look is ever too late.
  const node = makeSeedNode(t, { disk, clock: new ManualClock() });
  await node.start();
  const first = node.add({ metainfo: slow.metainfo, dataPath: slow.dataPath });
  // What it hashed is looked at once more, and that hangs.
  disk.fault = (operation, path) =>
    operation === 'lookAt' && first.state === 'checking' && path.startsWith(slow.dataPath)
      ? 'hold'
      : undefined;
  await eventually('its check to hang', () => disk.heldCount > 0);
  const other = node.add({ metainfo: quick.metainfo, dataPath: quick.dataPath });
  await torrentState(node, other, 'seeding', 'failed');
  assert.equal(other.failure, undefined);
  assert.equal(first.state, 'checking');
  disk.fault = () => undefined;
  disk.answer();
  await torrentState(node, first, 'seeding');
});

test('a torrent is checked while a huge one on another disk is hashed, and one on the same disk waits for that', async (t) => {
  const [huge, quick, same] = [
    await hugeTorrent(t),
    await makeTorrentFixture(t),
    await makeTorrentFixture(t, { content: 70_000 }),
  ];
  const disk = withDiskAt(() => quick.dataPath);
  const node = makeSeedNode(t, { disk });
  await node.start();
  const first = node.add({ metainfo: huge.metainfo, dataPath: huge.dataPath });
  await torrentState(node, first, 'checking');
  const second = node.add({ metainfo: same.metainfo, dataPath: same.dataPath });
  const other = node.add({ metainfo: quick.metainfo, dataPath: quick.dataPath });
  await torrentState(node, other, 'seeding');
  assert.deepEqual([first.state, second.state], ['checking', 'queued']);
  node.remove(first.infoHash);
  await torrentState(node, second, 'seeding');
});
