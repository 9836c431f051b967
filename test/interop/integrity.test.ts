import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { makePeerId } from '../../src/bittorrent/peer-id.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { rotByte } from '../support/corrupt.ts';
import { checksums } from '../support/data.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

/** libtorrent leaves a seed that gave it a wrong piece alone for about a minute, now and then. */
const DEADLINE_MS = 150_000;
const PIECE = 65_536;
const FOLDER = { 'a.bin': 1_500_001, 'deep/er/b.bin': 3_000_000, 'z.bin': 16_384 };

const clients: readonly (readonly [ToolName, Client])[] = [
  ['libtorrent', libtorrent],
  ['aria2c', aria2],
];

for (const [tool, client] of clients)
  test(`${client.name} downloads good data from a seed that has a rotten piece, which another seed gives back`, async (t) => {
    if (requireTool(t, tool) === undefined || requireTool(t, 'libtorrent') === undefined) return;
    const fixture = await makeTorrentFixture(t, { content: FOLDER });
    const seedPort = await freePort();
    const seedTracker = await startFixedTracker(t, peerAnswer(seedPort));
    const { metainfo, torrent: seedTorrent } = await createTorrent(fixture.dataPath, {
      pieceLength: PIECE,
      announceTiers: [[seedTracker.url]],
    });

    const dataPath = join(await makeTempFolder(t), basename(fixture.dataPath));
    await cp(fixture.dataPath, dataPath, { recursive: true });
    const rotten = join(dataPath, 'deep/er/b.bin');
    await rotByte(rotten, 1_000_000);
    const node = makeSeedNode(t, {
      checksOnServe: true,
      repair: true,
      peerId: makePeerId(new Uint8Array(12).fill(4)),
    });
    const { port } = await node.start();
    const torrent = node.add({ metainfo, dataPath });
    await torrentState(node, torrent, 'seeding');

    // The client knows of our node only; our node hears of the other seed from its tracker.
    const tracker = await startFixedTracker(t, peerAnswer(port));
    const made = await createTorrent(fixture.dataPath, {
      pieceLength: PIECE,
      announceTiers: [[tracker.url]],
    });
    assert.deepEqual(made.metainfo.infoHash, metainfo.infoHash);
    const files = await makeTempFolder(t);
    await writeFile(join(files, 'seed.torrent'), seedTorrent);
    await writeFile(join(files, 'client.torrent'), made.torrent);
    const seedFolder = await makeTempFolder(t);
    await cp(fixture.dataPath, join(seedFolder, basename(fixture.dataPath)), { recursive: true });
    const seed = await libtorrent.start(t, {
      torrent: join(files, 'seed.torrent'),
      folder: seedFolder,
      port: seedPort,
    });
    await seed.finished(DEADLINE_MS);

    const folder = await makeTempFolder(t);
    const running = await client.start(t, { torrent: join(files, 'client.torrent'), folder });
    await running.finished(DEADLINE_MS);
    assert.deepEqual(
      await checksums(join(folder, basename(fixture.dataPath))),
      await checksums(fixture.dataPath),
    );
    await torrentState(node, torrent, 'seeding');
    assert.deepEqual(await readFile(rotten), await readFile(join(fixture.dataPath, 'deep/er/b.bin')));
    assert.equal(node.counters.corruptPieces, 1);
    assert.ok(torrent.downloadedBytes >= PIECE && torrent.downloadedBytes < 4 * PIECE);
  });
