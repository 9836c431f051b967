import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import type { TransferLimits } from '../../../../src/seeder/rates/rate-limits.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { eventually } from '../../../support/eventually.ts';
import { longestStallSeconds, watchStalls } from '../../../support/longest-stall.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const MEBIBYTE = 1 << 20;

/** Mirrors 8 MiB from so many seeds within limits that bind loopback too. */
async function mirrored(t: TestContext, limits: Partial<TransferLimits>, seedCount = 1) {
  watchStalls();
  const fixture = await makeTorrentFixture(t, { content: 8 * MEBIBYTE, pieceLength: 1 << 18 });
  const seeds = await Promise.all(
    Array.from({ length: seedCount }, (_none, i) =>
      seedFixture(t, fixture, { peerId: makePeerId(new Uint8Array(12).fill(i)) }),
    ),
  );
  const peers = seeds.map(({ port }) => loopbackPeer(port));
  return mirrorFixture(t, fixture, peers, { downloadRates: { limits, isLocalLimited: true } });
}

/** That a limit holds while so many more bytes come. On a busy machine less may come: that is held by a clock in download-limits.test.ts. */
async function assertHeld(limit: number, node: SeedNode, bytes: number): Promise<void> {
  const look = (): { bytes: number; atMs: number } => ({
    bytes: node.counters.downloadedBytes,
    atMs: performance.now(),
  });
  const from = look();
  const what = `${bytes} bytes to come`;
  const to = await eventually(what, () => look().bytes >= from.bytes + bytes && look(), { intervalMs: 5 });
  const seconds = (to.atMs - from.atMs) / 1000;
  const part = (to.bytes - from.bytes) / seconds / limit;
  assert.ok(part > 0.3 && part <= 1.05 + longestStallSeconds() / seconds, `${part} of the limit`);
}

async function begun(node: SeedNode): Promise<void> {
  await eventually('the first block', () => node.counters.downloadedBytes > 0, { intervalMs: 5 });
}

test('a mirror holds the limit of the node, and a change at once', async (t) => {
  const { node, torrent } = await mirrored(t, { node: 2 * MEBIBYTE });
  await begun(node);
  await assertHeld(2 * MEBIBYTE, node, 3 * MEBIBYTE);
  node.downloadPacer.setLimits({ node: MEBIBYTE });
  await assertHeld(MEBIBYTE, node, 1.5 * MEBIBYTE);
  node.downloadPacer.setLimits({ node: null });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
});

test('a mirror holds the limits of torrent and peer', async (t) => {
  const { node, torrent } = await mirrored(t, { eachPeer: MEBIBYTE }, 2);
  await eventually('both', () => [...torrent.peers].filter((p) => p.downloadedBytes > 0).length === 2);
  await assertHeld(2 * MEBIBYTE, node, 3 * MEBIBYTE);
  node.downloadPacer.setTorrentLimit(torrent.infoHash, MEBIBYTE);
  await assertHeld(MEBIBYTE, node, 1.5 * MEBIBYTE);
  node.downloadPacer.setLimits({ eachPeer: null });
  node.downloadPacer.setTorrentLimit(torrent.infoHash, null);
  await torrentState(node, torrent, 'seeding', 'failed');
});
