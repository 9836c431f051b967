import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseMagnet } from '../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { allClients } from '../support/clients/all-clients.ts';
import { download } from '../support/clients/client.ts';
import { seedWith } from '../support/clients/seeding-client.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums, writeSampleFolder } from '../support/data.ts';
import { mirrorFixture } from '../support/mirrored-torrent.ts';
import { publish, startSeedbed } from '../support/seedbed.ts';
import { torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const DEADLINE_MS = 60_000;

// Transmission connects to no loopback address.
for (const [tool, client] of allClients.filter(([, client]) => client !== transmission))
  test(`over IPv6 ${client.name} downloads what was published, from a tracker that speaks IPv6 alone`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const dataDir = join(await makeTempFolder(t), 'data');
    await startSeedbed(t, { dataDir, host: '::1' });
    const originals = join(await makeTempFolder(t), 'sample folder');
    await writeSampleFolder(originals);
    const { torrentPath, name } = await publish(dataDir, originals);
    const folder = await makeTempFolder(t);
    await download(client, { torrent: torrentPath, folder, address: '::1', deadlineMs: DEADLINE_MS });
    assert.deepEqual(await checksums(join(folder, name)), await checksums(originals));
  });

for (const [tool, client] of allClients)
  test(`over IPv6 a torrent is mirrored from ${client.name}, and the metadata of a magnet link comes from it`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const { metainfo, magnet, dataPath } = await seedWith(t, client, { address: '::1' });
    const mirror = await mirrorFixture(t, { metainfo }, [], { host: '::1' });
    const torrent = await mirror.node.fetchMetadata(parseMagnet(magnet), AbortSignal.timeout(DEADLINE_MS));
    assert.deepEqual(parseMetainfo(torrent).infoBytes, metainfo.infoBytes);
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(mirror.dataPath), await checksums(dataPath));
  });
