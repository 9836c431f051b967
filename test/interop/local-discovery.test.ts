import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { it } from 'node:test';
import { startLibtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { mirrorFixture } from '../support/mirrored-torrent.ts';
import { makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

it('a torrent is mirrored from libtorrent, which is found on the local network alone', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const fixture = await makeTorrentFixture(t, { content: 1_000_000 });
  const folder = await makeTempFolder(t);
  const torrent = join(folder, 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  await cp(fixture.dataPath, join(folder, basename(fixture.dataPath)));
  // It listens on loopback, so its groups are those of loopback too.
  const mirror = await mirrorFixture(t, fixture, [], { discovery: { local: {} } });
  await startLibtorrent(t, { torrent, folder, seedMode: true, lsd: true });
  await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(mirror.dataPath), await checksums(fixture.dataPath));
});
