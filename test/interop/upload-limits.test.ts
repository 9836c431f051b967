import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const MEBIBYTE = 1 << 20;
const LIMIT = 2 * MEBIBYTE;

const clients: readonly (readonly [ToolName, Client])[] = [
  ['aria2c', aria2],
  ['libtorrent', libtorrent],
];

for (const [tool, client] of clients)
  test(`${client.name} gets what a limit of 2 MiB/s lets it have, and all of the file`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const node = makeSeedNode(t, { rates: { limits: { node: LIMIT }, isLocalLimited: true } });
    const { port } = await node.start();
    const tracker = await startFixedTracker(t, peerAnswer(port));
    const fixture = await makeTorrentFixture(t, {
      content: 9 * MEBIBYTE,
      pieceLength: 262_144,
      announceTiers: [[tracker.url]],
    });
    await torrentState(node, node.add(fixture), 'seeding');
    const folder = await makeTempFolder(t);
    const torrent = join(folder, 'sample.torrent');
    await writeFile(torrent, fixture.torrent);
    const done = download(client, { torrent, folder });
    const sent = (bytes: number) =>
      eventually(
        `${bytes} bytes are sent`,
        () =>
          node.counters.uploadedBytes >= bytes && {
            at: performance.now(),
            bytes: node.counters.uploadedBytes,
          },
        { intervalMs: 5 },
      );
    const [from, to] = [await sent(MEBIBYTE), await sent(8 * MEBIBYTE)];
    const part = (1000 * (to.bytes - from.bytes)) / (to.at - from.at) / LIMIT;
    // Below: a client on a busy machine may ask late.
    assert.ok(part > 0.9 && part <= 1.05, `${part} of the limit`);
    await done;
    const ignore = (name: string): boolean => name.endsWith('.aria2');
    assert.deepEqual(
      await checksums(join(folder, 'sample'), ignore),
      await checksums(fixture.dataPath, ignore),
    );
  });
