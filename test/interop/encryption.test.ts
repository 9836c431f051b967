import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeBencode } from '../../src/bittorrent/bencode.ts';
import type { SeedNode } from '../../src/seeder/seed-node.ts';
import type { EncryptionMode, PayloadMethod } from '../../src/seeder/wire/encryption/encryption.ts';
import { ownAddress } from '../support/addresses.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { type Client, type ClientEncryption, download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { rtorrent } from '../support/clients/rtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { startFixedTracker } from '../support/fixed-tracker.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

/** Where the seed and the client are: Transmission connects to no loopback address, libtorrent to a tracker on loopback only from there. */
function addressFor(client: Client): string {
  return client === transmission ? (ownAddress() ?? '127.0.0.1') : '127.0.0.1';
}

/** A torrent that is seeded in this mode, for this client. */
async function seeded(
  owner: CleanupOwner,
  client: Client,
  encryption: EncryptionMode,
): Promise<{ node: SeedNode; torrent: string; dataPath: string }> {
  const node = makeSeedNode(owner, { encryption, host: '0.0.0.0' });
  const { port } = await node.start();
  const peers = Buffer.from([...addressFor(client).split('.').map(Number), port >> 8, port & 255]);
  const tracker = await startFixedTracker(owner, (_request, response) =>
    response.end(encodeBencode({ interval: 1800, peers })),
  );
  const fixture = await makeTorrentFixture(owner, {
    content: 10_000_001,
    pieceLength: 262_144,
    announceTiers: [[tracker.url]],
  });
  await torrentState(node, node.add(fixture), 'seeding');
  const torrent = join(await makeTempFolder(owner), 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  return { node, torrent, dataPath: fixture.dataPath };
}

/** Downloads the torrent with a client, and looks at what came. */
async function downloadAll(
  owner: CleanupOwner,
  client: Client,
  encryption: ClientEncryption,
  { torrent, dataPath }: { torrent: string; dataPath: string },
): Promise<void> {
  const folder = await makeTempFolder(owner);
  await download(client, { torrent, folder, address: addressFor(client), encryption });
  const ignore = (name: string): boolean => name.endsWith('.aria2');
  assert.deepEqual(await checksums(join(folder, 'sample'), ignore), await checksums(dataPath));
}

/** Program, client, how it encrypts, the node's mode, and how the payload is to go. */
const cases: readonly (readonly [ToolName, Client, ClientEncryption, EncryptionMode, PayloadMethod])[] = [
  ['aria2c', aria2, 'preferred', 'allow', 'plain'],
  ['aria2c', aria2, 'plain', 'allow', 'plain'],
  ['aria2c', aria2, 'rc4', 'allow', 'rc4'],
  ['aria2c', aria2, 'plain', 'require', 'rc4'],
  ['transmission-daemon', transmission, 'preferred', 'allow', 'rc4'], // it offers no plain payload
  ['transmission-daemon', transmission, 'rc4', 'require', 'rc4'],
  ['libtorrent', libtorrent, 'plain', 'allow', 'plain'],
  ['libtorrent', libtorrent, 'rc4', 'allow', 'rc4'],
  ['libtorrent', libtorrent, 'rc4', 'require', 'rc4'],
  ['rtorrent', rtorrent, 'preferred', 'allow', 'plain'],
  ['rtorrent', rtorrent, 'plain', 'allow', 'plain'],
  ['rtorrent', rtorrent, 'rc4', 'allow', 'rc4'],
  ['rtorrent', rtorrent, 'rc4', 'require', 'rc4'],
];

// Most of the time a client waits for something of its own: Transmission looks every ten seconds at what it wants.
describe('clients that encrypt, and those that do not', { concurrency: 3 }, () => {
  for (const [tool, client, encryption, mode, method] of cases)
    it(`${client.name} (${encryption}) downloads by its first connection in mode ${mode}, payload ${method}`, async (t) => {
      if (requireTool(t, tool) === undefined) return;
      const seed = await seeded(t, client, mode);
      await downloadAll(t, client, encryption, seed);
      const { counters } = seed.node;
      assert.ok(counters.encryptedHandshakes[method] > 0);
      assert.equal(counters.encryptedHandshakes[method], counters.connectionsAccepted);
    });

  it('a client that prefers encryption downloads without it where it is off', async (t) => {
    if (requireTool(t, 'aria2c') === undefined) return;
    const seed = await seeded(t, aria2, 'off');
    await downloadAll(t, aria2, 'preferred', seed);
    assert.ok(seed.node.counters.closedTotal['not-bittorrent'] > 0);
  });

  for (const encryption of ['off', 'plain'] as const)
    it(`where encryption is required, a client with ${encryption} is refused`, async (t) => {
      if (requireTool(t, 'libtorrent') === undefined) return;
      const { node, torrent } = await seeded(t, libtorrent, 'require');
      await libtorrent.start(t, { torrent, folder: await makeTempFolder(t), encryption });
      const { counters } = node;
      await eventually('it to be refused', () => counters.closedTotal['no-common-encryption'] > 0);
      assert.equal(counters.uploadedBytes, 0);
    });
});
