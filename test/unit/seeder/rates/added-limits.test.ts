import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { makeSeedNode, makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const BLOCK = 16_384;

test('a torrent is held to the limits that it was added with, from its first byte to its last', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 600_000 });
  const { port } = await seedFixture(t, fixture);
  const clock = new ManualClock();
  const node = await startMirrorNode(t, {
    clock,
    downloadRates: { isLocalLimited: true },
    limits: { storageCheckIntervalMs: 1e12 },
  });
  const { metainfo } = fixture;
  const limit = 100_000;
  const beganMs = clock.nowMs();
  const torrent = node.add({
    metainfo,
    dataPath: join(await makeTempFolder(t), metainfo.info.name),
    isMirrored: true,
    peers: [loopbackPeer(port)],
    limits: { downloadBytesPerSecond: limit, uploadBytesPerSecond: 5000 },
  });
  await eventually(
    'all of it',
    () => {
      clock.advance(100);
      const most = (limit * (clock.nowMs() - beganMs)) / 1000 + BLOCK;
      assert.ok(torrent.downloadedBytes <= most, `${torrent.downloadedBytes} bytes, ${most} at most`);
      return torrent.state === 'seeding';
    },
    { intervalMs: 5 },
  );
  assert.equal(torrent.downloadedBytes, 600_000);
  assert.equal(node.pacer.torrentLimit(torrent.infoHash), 5000);
});

test('a torrent with a limit that can be none is not taken in', async (t) => {
  const { metainfo, dataPath } = await makeTorrentFixture(t);
  const node = makeSeedNode(t);
  for (const limits of [{ uploadBytesPerSecond: 12 }, { downloadBytesPerSecond: Number.NaN }])
    assert.throws(() => node.add({ metainfo, dataPath, limits }), { code: 'ERR_RATE_LIMIT' });
  assert.equal(node.torrent(metainfo.infoHash), undefined);
  node.add({ metainfo, dataPath, limits: { uploadBytesPerSecond: null } });
  assert.equal(node.pacer.hasOwnLimit(metainfo.infoHash), true);
});
