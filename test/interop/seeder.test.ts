import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import type { CleanupOwner } from '../support/scope.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  type TorrentFixture,
  torrentState,
} from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const FOLDER = {
  'a.bin': 1_500_001,
  'deep/er/b.bin': 3_000_000,
  'empty.bin': 0,
  'Ünïcödé/名.bin': 70_000,
  'z.bin': 16_384,
};

/** Seeds the fixture, with a tracker that names the seed. The torrent names the tracker, so the fixture is made by it. */
async function publish(
  owner: CleanupOwner,
  options: Parameters<typeof makeTorrentFixture>[1],
): Promise<TorrentFixture & { announceUrl: string }> {
  const node = makeSeedNode(owner);
  const { port } = await node.start();
  const tracker = await startFixedTracker(owner, peerAnswer(port));
  const fixture = await makeTorrentFixture(owner, { ...options, announceTiers: [[tracker.url]] });
  const torrent = node.add(fixture);
  await torrentState(node, torrent, 'seeding');
  return { ...fixture, announceUrl: tracker.url };
}

const clients: readonly (readonly [ToolName, Client])[] = [
  ['aria2c', aria2],
  ['libtorrent', libtorrent],
];

for (const [tool, client] of clients) {
  test(`${client.name} downloads a file`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const fixture = await publish(t, { content: 20_000_001, pieceLength: 262_144 });
    await downloadAndCompare(t, client, fixture, 'torrent');
  });

  test(`${client.name} downloads a folder with pieces across files, by magnet`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const fixture = await publish(t, { content: FOLDER, pieceLength: 65_536 });
    await downloadAndCompare(t, client, fixture, 'magnet');
  });
}

async function downloadAndCompare(
  owner: CleanupOwner,
  client: Client,
  fixture: TorrentFixture & { announceUrl: string },
  by: 'torrent' | 'magnet',
): Promise<void> {
  const folder = await makeTempFolder(owner);
  const path = join(await makeTempFolder(owner), 'sample.torrent');
  await writeFile(path, fixture.torrent);
  const hash = infoHashToHex(fixture.metainfo.infoHash);
  const magnet = `magnet:?xt=urn:btih:${hash}&tr=${encodeURIComponent(fixture.announceUrl)}`;
  await download(client, { torrent: by === 'torrent' ? path : magnet, folder });
  const ignore = (name: string): boolean => name.endsWith('.aria2');
  assert.deepEqual(
    await checksums(join(folder, 'sample'), ignore),
    await checksums(fixture.dataPath, ignore),
  );
}
