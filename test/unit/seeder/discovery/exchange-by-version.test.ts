import assert from 'node:assert/strict';
import { it } from 'node:test';
import { TORRENT_VERSIONS } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import { checksums } from '../../../support/data.ts';
import { eventually } from '../../../support/eventually.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

for (const version of TORRENT_VERSIONS)
  it(`a mirror of a ${version} torrent that knows of one leech alone hears of the seed from it, and fetches all from there`, async (t) => {
    const made = await makeTorrentFixture(t, { content: { 'a.bin': 700_000, 'b.bin': 90_000 } });
    const { metainfo } = await createTorrent(made.dataPath, { version, pieceLength: 32_768 });
    const fixture = { ...made, metainfo };
    const seed = await seedFixture(t, fixture);
    const leech = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], {
      peerId: makePeerId(new Uint8Array(12).fill(0x63)),
      downloadRates: { limits: { node: 1024 }, isLocalLimited: true }, // it never has anything to give
    });
    await eventually('the leech to be connected', () => leech.torrent.peers.size === 1);
    const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(leech.node.port)]);
    await torrentState(node, torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(dataPath), await checksums(made.dataPath));
    const { peersFound } = node.counters.discovery;
    assert.ok(peersFound.pex >= 1);
    assert.equal(peersFound.magnet, 1);
    assert.ok(!leech.torrent.isComplete && leech.torrent.uploadedBytes < 100_000);
    assert.ok(seed.torrent.uploadedBytes > 700_000);
  });
