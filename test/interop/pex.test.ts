import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { it } from 'node:test';
import { TORRENT_VERSIONS, type TorrentVersion } from '../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { startLibtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { loopbackPeer, mirrorFixture } from '../support/mirrored-torrent.ts';
import type { CleanupOwner } from '../support/scope.ts';
import {
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const DEADLINE_MS = 60_000;

async function torrentFile(
  owner: CleanupOwner,
  { torrent }: Pick<TorrentFixture, 'torrent'>,
): Promise<string> {
  const path = join(await makeTempFolder(owner), 'sample.torrent');
  await writeFile(path, torrent);
  return path;
}

/** A torrent of one file, of a version. */
async function fixtureOf(owner: CleanupOwner, version: TorrentVersion): Promise<TorrentFixture> {
  const made = await makeTorrentFixture(owner, { content: 3_000_000 });
  return { ...made, ...(await createTorrent(made.dataPath, { version, pieceLength: 65_536 })) };
}

for (const version of TORRENT_VERSIONS) {
  it(`a mirror of a ${version} torrent that is told of one leech hears of the seed from it, and fetches all from there`, async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const fixture = await fixtureOf(t, version);
    const torrent = await torrentFile(t, fixture);
    const folder = await makeTempFolder(t);
    await cp(fixture.dataPath, join(folder, basename(fixture.dataPath)));
    const seed = await startLibtorrent(t, { torrent, folder, pex: true, seedMode: true });
    const leech = await startLibtorrent(t, {
      torrent,
      folder: await makeTempFolder(t),
      pex: true,
      downloadLimitKiB: 1, // it never has anything to give
      connectTo: [seed.port],
    });
    await eventually('the leech to be connected', async () => (await leech.report()).peers.length > 0);
    const mirror = await mirrorFixture(t, fixture, [loopbackPeer(leech.port)]);
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(mirror.dataPath), await checksums(fixture.dataPath));
    const { peersFound } = mirror.node.counters.discovery;
    assert.ok(peersFound.pex >= 1);
    assert.equal(peersFound.magnet, 1);
  });

  it(`two of libtorrent that know us alone hear of each other from us, of a ${version} torrent`, async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const fixture = await fixtureOf(t, version);
    const torrent = await torrentFile(t, fixture);
    const { port } = await seedFixture(t, fixture);
    const options = { torrent, pex: true, downloadLimitKiB: 20, connectTo: [port] };
    const leeches = [
      await startLibtorrent(t, { ...options, folder: await makeTempFolder(t) }),
      await startLibtorrent(t, { ...options, folder: await makeTempFolder(t) }),
    ];
    for (const leech of leeches)
      await eventually('a peer that is not us', async () =>
        (await leech.report()).peers.some((peer) => peer.port !== port),
      );
  });
}

it('a private torrent is exchanged with nobody', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const fixture = await makeTorrentFixture(t, { content: 100_000, isPrivate: true });
  const torrent = await torrentFile(t, fixture);
  const { node, port } = await seedFixture(t, fixture);
  const folder = await makeTempFolder(t);
  const leech = await startLibtorrent(t, { torrent, folder, pex: true, connectTo: [port] });
  await leech.finished(DEADLINE_MS);
  const { pexMessagesSent, pexMessagesReceived } = node.counters.discovery;
  assert.deepEqual([pexMessagesSent, pexMessagesReceived], [0, 0]);
});
