import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { it } from 'node:test';
import { formatMagnet, type Magnet, parseMagnet } from '../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import type { DiscoverySettings } from '../../src/seeder/discovery/discovery.ts';
import { startLibtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { startDhtRouter } from '../support/dht-network.ts';
import { eventually } from '../support/eventually.ts';
import { mirrorFixture } from '../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const DEADLINE_MS = 60_000;

function joinedBy(port: number): { readonly discovery: DiscoverySettings } {
  return { discovery: { dht: { bootstrap: [{ host: '127.0.0.1', port }] } } };
}

function bareMagnet(infoHash: Magnet['infoHash']): string {
  return formatMagnet({ infoHash, trackers: [], webSeeds: [], peers: [] });
}

it('a magnet link without a tracker is mirrored from libtorrent, which the DHT alone names', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const router = await startDhtRouter(t);
  const fixture = await makeTorrentFixture(t, { content: 1_000_000 });
  const folder = await makeTempFolder(t);
  const torrent = join(folder, 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  await cp(fixture.dataPath, join(folder, basename(fixture.dataPath)));
  await startLibtorrent(t, { torrent, folder, seedMode: true, dhtNodes: [router] });
  const other = await makeTorrentFixture(t);
  const { node } = await mirrorFixture(t, other, [], joinedBy(router));
  const magnet = parseMagnet(bareMagnet(fixture.metainfo.infoHash));
  const found = await node.fetchMetadata(magnet, AbortSignal.timeout(DEADLINE_MS));
  const metainfo = parseMetainfo(found);
  assert.deepEqual(metainfo.infoBytes, fixture.metainfo.infoBytes);
  const dataPath = join(await makeTempFolder(t), 'sample');
  const mirrored = node.add({ metainfo, dataPath, isMirrored: true });
  await torrentState(node, mirrored, 'seeding', 'failed');
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  assert.ok(node.counters.discovery.peersFound.dht >= 1);
});

it('libtorrent finds us through the DHT alone', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const router = await startDhtRouter(t);
  const fixture = await makeTorrentFixture(t, { content: 1_000_000 });
  const { node } = await seedFixture(t, fixture, joinedBy(router));
  const { discovery } = node.counters;
  await eventually('our announce', () => discovery.dhtAnnounces > discovery.dhtAnnouncesFailed);
  const leech = await startLibtorrent(t, {
    torrent: bareMagnet(fixture.metainfo.infoHash),
    folder: await makeTempFolder(t),
    dhtNodes: [router],
  });
  await leech.finished(DEADLINE_MS);
});
