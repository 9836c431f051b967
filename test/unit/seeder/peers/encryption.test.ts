import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { truncatedInfoHash } from '../../../../src/bittorrent/info-hash.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import { writeRandomFile } from '../../../support/data.ts';
import { Initiator } from '../../../support/encrypting-initiator.ts';
import { startEncryptingProxy } from '../../../support/encrypting-proxy.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes } from '../../../support/fake-peer.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const BLOCK = 16_384;

/** Fetches all blocks of pieces of 1 MiB and compares them with the data, several requests ahead. */
async function fetchAll(peer: FakePeer, data: Buffer): Promise<void> {
  const count = data.length / BLOCK;
  for (let i = 0; i < count; i++) peer.request(i >> 6, (i & 63) * BLOCK, BLOCK);
  for (let i = 0; i < count; i++) {
    const block = await peer.next(7);
    const at = block.readUInt32BE(1) * (1 << 20) + block.readUInt32BE(5);
    assert.ok(block.subarray(9).equals(data.subarray(at, at + BLOCK)), `the block at ${at}`);
  }
}

for (const [provide, method] of [
  [3, 'plain'],
  [2, 'rc4'],
] as const)
  test(`an encrypted peer is served (${method}), and what others get stays right`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 8 << 20, pieceLength: 1 << 20 });
    const { infoHash } = fixture.metainfo;
    const { node, torrent, port } = await seedFixture(t, fixture);
    const proxy = await startEncryptingProxy(t, port, { infoHash, provide, padA: 100, padC: 10 });
    const plain = await FakePeer.download(t, port, infoHash);
    const encrypted = await FakePeer.download(t, proxy, infoHash);
    assert.equal(node.counters.encryptedHandshakes[method], 1);
    await Promise.all([fetchAll(encrypted, fixture.data), fetchAll(plain, fixture.data)]);
    await fetchAll(plain, fixture.data);
    assert.equal(torrent.uploadedBytes, 3 * (8 << 20));
  });

test('the handshake of BEP 3 may come as initial payload', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { infoHash } = fixture.metainfo;
  const { port } = await seedFixture(t, fixture);
  const initial = handshakeBytes(infoHash);
  const proxy = await startEncryptingProxy(t, port, { infoHash, provide: 1, initial });
  const peer = await FakePeer.connect(t, proxy);
  await peer.next(14); // have-all
  assert.equal(peer.handshake.length, 68);
});

test('a plain handshake that comes byte by byte is a plain one', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.connect(t, port);
  for (const byte of handshakeBytes(fixture.metainfo.infoHash)) {
    peer.send(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  await peer.next(14); // have-all
  assert.deepEqual(node.counters.encryptedHandshakes, { plain: 0, rc4: 0 });
});

test('an encrypted handshake that stays half done is closed in time', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { infoHash } = fixture.metainfo;
  const { node, port } = await seedFixture(t, fixture, { clock });
  const half = await FakePeer.connect(t, port);
  half.send(new Initiator({ infoHash }).hello());
  const proxy = await startEncryptingProxy(t, port, { infoHash });
  const silent = await FakePeer.connect(t, proxy);
  await eventually('the second handshake to be done', () => node.counters.encryptedHandshakes.plain === 1);
  clock.advance(11_000);
  await Promise.all([half.end(), silent.end()]);
  assert.equal(node.counters.closedTotal['handshake-timeout'], 2);
});

test('where encryption is required a plain handshake is refused, and one that offers RC4 is taken', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { infoHash } = fixture.metainfo;
  const { node, port } = await seedFixture(t, fixture, { encryption: 'require' });
  const plain = await FakePeer.connect(t, port);
  plain.send(handshakeBytes(infoHash));
  await plain.end();
  assert.equal(node.counters.closedTotal['no-common-encryption'], 1);
  await FakePeer.download(t, await startEncryptingProxy(t, port, { infoHash, provide: 3 }), infoHash);
  assert.equal(node.counters.encryptedHandshakes.rc4, 1);
});

test('where encryption is off, an encrypted handshake is refused by its first byte', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, { encryption: 'off' });
  const peer = await FakePeer.connect(t, port);
  peer.send(Buffer.of(0xd5));
  await peer.end();
  assert.equal(node.counters.closedTotal['not-bittorrent'], 1);
});

test('a torrent that was removed is not known to encrypted handshakes either', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { infoHash } = fixture.metainfo;
  const { node, port } = await seedFixture(t, fixture);
  node.remove(infoHash);
  const peer = await FakePeer.connect(t, await startEncryptingProxy(t, port, { infoHash }));
  await peer.end();
  assert.equal(node.counters.closedTotal['unknown-info-hash'], 1);
});

test('a hybrid torrent is found by either of its info-hashes', async (t) => {
  const dataPath = join(await makeTempFolder(t), 'file.bin');
  await writeRandomFile(dataPath, 100_000);
  const { metainfo } = await createTorrent(dataPath, { version: 'hybrid', pieceLength: 32_768 });
  const node = makeSeedNode(t);
  const { port } = await node.start();
  await torrentState(node, node.add({ metainfo, dataPath }), 'seeding');
  for (const infoHash of [metainfo.infoHash, truncatedInfoHash(metainfo.infoHashV2 ?? new Uint8Array())]) {
    const peer = await FakePeer.download(t, await startEncryptingProxy(t, port, { infoHash }), infoHash);
    assert.deepEqual(peer.handshake.subarray(28, 48), Buffer.from(infoHash));
  }
});
