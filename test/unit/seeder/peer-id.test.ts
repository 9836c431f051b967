import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientName } from '../../../src/bittorrent/peer-id.ts';
import { SeedNode } from '../../../src/seeder/seed-node.ts';
import { FakePeer } from '../../support/fake-peer.ts';
import { makeTorrentFixture, seedFixture } from '../../support/seeded-torrent.ts';

test('a node tells the peer id by which peers know it', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  assert.deepEqual([...peer.handshake.subarray(48, 68)], [...node.peerId]);
});

test('every node has one of its own, and it says what we are', () => {
  const [one, other] = [new SeedNode(), new SeedNode()];
  assert.notDeepEqual(one.peerId, other.peerId);
  assert.match(clientName(one.peerId), /^Seedbed /);
});
