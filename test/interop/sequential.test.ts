import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import type { Torrent } from '../../src/seeder/torrent.ts';
import { DEFAULT_PREFERENCES } from '../../src/seeder/torrents/torrent-preferences.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { loopbackPeer, startMirrorNode } from '../support/mirrored-torrent.ts';
import { makeTorrentFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const FOLDER = { 'a.bin': 3_000_001, 'b.bin': 5_000_000 };
/** Pieces that may be on their way, or be hashed, at the same time. */
const AHEAD = 32;
/** Pieces that a client may allow while it chokes us (BEP 6): they are asked for, whatever the order. */
const ALLOWED = 16;

const clients: readonly (readonly [ToolName, Client])[] = [
  ['libtorrent', libtorrent],
  ['transmission-daemon', transmission],
  ['aria2c', aria2],
];

/** Pieces that are here though they lie far ahead of the first that is missing. */
function early(torrent: Torrent): number {
  let missing = 0;
  while (torrent.hasPiece(missing)) missing++;
  let count = 0;
  for (let piece = missing + AHEAD; piece < torrent.pieceCount; piece++) if (torrent.hasPiece(piece)) count++;
  return count;
}

for (const [tool, client] of clients)
  test(`pieces come from ${client.name} in their order, the first files first`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const port = await freePort();
    const tracker = await startFixedTracker(t, peerAnswer(port));
    const { dataPath } = await makeTorrentFixture(t, { content: FOLDER });
    const made = await createTorrent(dataPath, { announceTiers: [[tracker.url]], pieceLength: 32_768 });
    const folder = await makeTempFolder(t);
    await cp(dataPath, join(folder, basename(dataPath)), { recursive: true });
    const path = join(await makeTempFolder(t), 'sample.torrent');
    await writeFile(path, made.torrent);
    const seed = await client.start(t, { torrent: path, folder, port, uploadLimitKiB: 6_000 });
    await seed.finished(60_000);
    const node = await startMirrorNode(t);
    const copy = join(await makeTempFolder(t), 'sample');
    const torrent = node.add({
      metainfo: made.metainfo,
      dataPath: copy,
      isMirrored: true,
      peers: [loopbackPeer(port)],
      preferences: { ...DEFAULT_PREFERENCES, isSequential: true },
    });
    let looks = 0;
    await eventually(
      'all pieces',
      () => {
        if (torrent.hasAny && !torrent.isComplete) looks++;
        if (early(torrent) > ALLOWED) throw new Error(`${early(torrent)} pieces came early`);
        return torrent.state === 'seeding';
      },
      { intervalMs: 5, deadlineMs: 60_000 },
    );
    assert.ok(looks > 3, `it was looked at ${looks} times while pieces came`);
    assert.deepEqual(await checksums(copy), await checksums(dataPath));
  });
