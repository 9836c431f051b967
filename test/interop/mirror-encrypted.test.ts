import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseMagnet } from '../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import type { SeedNode } from '../../src/seeder/seed-node.ts';
import type { EncryptionMode, PayloadMethod } from '../../src/seeder/wire/encryption/encryption.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client, ClientEncryption } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { rtorrent } from '../support/clients/rtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../support/mirrored-torrent.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { makeTorrentFixture, type TorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const DEADLINE_MS = 60_000;

/** A client that seeds and takes connections as it is told. */
async function seedWith(
  owner: CleanupOwner,
  client: Client,
  encryption: ClientEncryption,
): Promise<{ fixture: TorrentFixture; port: number }> {
  const tracker = await startFixedTracker(owner, peerAnswer(1)); // rtorrent loads no torrent without one
  const fixture = await makeTorrentFixture(owner, {
    content: 3_000_001,
    pieceLength: 65_536,
    announceTiers: [[tracker.url]],
  });
  const folder = await makeTempFolder(owner);
  await cp(fixture.dataPath, join(folder, basename(fixture.dataPath)));
  const torrent = join(await makeTempFolder(owner), 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  const seed = await client.start(owner, { torrent, folder, encryption });
  await seed.finished(DEADLINE_MS);
  return { fixture, port: seed.port };
}

/** What the node counts of encrypted handshakes, none or more of one kind. */
function assertPayload({ counters }: SeedNode, method: PayloadMethod | 'unencrypted'): void {
  const { plain, rc4 } = counters.encryptedHandshakes;
  assert.deepEqual([plain > 0, rc4 > 0], [method === 'plain', method === 'rc4']);
}

/** Program, client, how it encrypts, our mode, and how the payload is to go. */
const cases: readonly (readonly [
  ToolName,
  Client,
  ClientEncryption,
  EncryptionMode,
  PayloadMethod | 'unencrypted',
])[] = [
  ['rtorrent', rtorrent, 'rc4', 'allow', 'rc4'],
  ['rtorrent', rtorrent, 'plain', 'allow', 'plain'],
  ['rtorrent', rtorrent, 'preferred', 'require', 'rc4'],
  ['transmission-daemon', transmission, 'rc4', 'allow', 'rc4'],
  ['transmission-daemon', transmission, 'preferred', 'require', 'rc4'],
  ['libtorrent', libtorrent, 'rc4', 'allow', 'rc4'],
  ['libtorrent', libtorrent, 'plain', 'allow', 'plain'],
  ['libtorrent', libtorrent, 'rc4', 'require', 'rc4'],
  ['libtorrent', libtorrent, 'off', 'allow', 'unencrypted'],
  ['aria2c', aria2, 'rc4', 'allow', 'rc4'],
  ['aria2c', aria2, 'plain', 'allow', 'plain'],
  ['aria2c', aria2, 'preferred', 'require', 'rc4'],
];

// Most of the time a client waits for something of its own: Transmission looks every ten seconds at what it wants.
describe('mirrors from clients that encrypt, and those that do not', { concurrency: 3 }, () => {
  for (const [tool, client, theirs, ours, method] of cases)
    it(`mirrors from ${client.name} (${theirs}) in mode ${ours} by magnet link and by torrent, payload ${method}`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      const { fixture, port } = await seedWith(t, client, theirs);
      // First the metadata: Transmission remembers an address as that of a seed, with which it has nothing to do.
      const node = await startMirrorNode(t, { encryption: ours });
      const link = `magnet:?xt=urn:btih:${Buffer.from(fixture.metainfo.infoHash).toString('hex')}&x.pe=127.0.0.1:${port}`;
      const torrent = await node.fetchMetadata(parseMagnet(link), AbortSignal.timeout(DEADLINE_MS));
      assert.deepEqual(parseMetainfo(torrent).infoBytes, fixture.metainfo.infoBytes);
      assertPayload(node, method);
      await node.stop();
      const mirror = await mirrorFixture(t, fixture, [loopbackPeer(port)], { encryption: ours });
      await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
      assert.deepEqual(await checksums(mirror.dataPath), await checksums(fixture.dataPath));
      assertPayload(mirror.node, method);
    });

  it('nothing is fetched without encryption where it is required', async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { fixture, port } = await seedWith(t, libtorrent, 'off');
    const { node } = await mirrorFixture(t, fixture, [loopbackPeer(port)], { encryption: 'require' });
    await eventually(
      'the peer to end it',
      () => node.counters.connectionsOpened > 0 && node.connectionCount === 0,
    );
    assert.equal(node.counters.downloadedBytes, 0);
  });
});
