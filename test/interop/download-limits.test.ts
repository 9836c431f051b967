import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { loopbackPeer, mirrorFixture } from '../support/mirrored-torrent.ts';
import { torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const MEBIBYTE = 1 << 20;
const LIMIT = 2 * MEBIBYTE;

const seeds: readonly (readonly [ToolName, Client])[] = [
  ['libtorrent', libtorrent],
  ['aria2c', aria2],
];

for (const [tool, client] of seeds)
  test(`a mirror of ${client.name} holds its limit, asks for nothing twice, and gets all`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const folder = await makeTempFolder(t);
    const path = join(folder, 'data.bin');
    await writeRandomFile(path, 8 * MEBIBYTE);
    const tracker = await startFixedTracker(t, peerAnswer(1)); // nobody is there
    const { torrent, metainfo } = await createTorrent(path, { announceTiers: [[tracker.url]] });
    const torrentPath = join(await makeTempFolder(t), 'data.torrent');
    await writeFile(torrentPath, torrent);
    const seed = await client.start(t, { torrent: torrentPath, folder });
    await seed.finished(30_000);
    const downloadRates = { limits: { node: LIMIT }, isLocalLimited: true };
    const mirror = await mirrorFixture(t, { metainfo }, [loopbackPeer(seed.port)], { downloadRates });
    const { counters } = mirror.node;
    const at = (bytes: number) =>
      eventually(`${bytes} bytes`, () => counters.downloadedBytes >= bytes && performance.now(), {
        intervalMs: 5,
      });
    const [fromMs, toMs] = [await at(MEBIBYTE), await at(6 * MEBIBYTE)];
    const part = (1000 * 5 * MEBIBYTE) / (toMs - fromMs) / LIMIT;
    t.diagnostic(`${part.toFixed(3)} of the limit`);
    // Below: a client on a busy machine may answer late.
    assert.ok(part > 0.3 && part <= 1.05, `${part} of the limit`);
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    assert.deepEqual(await readFile(mirror.dataPath), await readFile(path));
    assert.ok(
      counters.downloadedBytes <= 8 * MEBIBYTE + 16 * 16_384,
      `${counters.downloadedBytes} bytes came`,
    );
  });
