import assert from 'node:assert/strict';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { truncatedInfoHash } from '../../../../src/bittorrent/info-hash.ts';
import { encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import { type HashRange, provenNode } from '../../../../src/bittorrent/metainfo/hash-range.ts';
import { blockHash } from '../../../../src/bittorrent/metainfo/merkle.ts';
import type { TorrentFile } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { makeV2Fixture } from '../../../support/v2-fixture.ts';

const BLOCK = 16_384;
const [HASH_REQUEST, HASHES, HASH_REJECT] = [21, 22, 23];

const range = (baseLayer: number, index: number, length: number, proofLayers: number): HashRange => ({
  baseLayer,
  index,
  length,
  proofLayers,
});

function requestBytes(root: Uint8Array, { baseLayer, index, length, proofLayers }: HashRange): Buffer {
  const numbers = Buffer.alloc(16);
  for (const [at, number] of [baseLayer, index, length, proofLayers].entries())
    numbers.writeUInt32BE(number, 4 * at);
  return messageBytes(HASH_REQUEST, Buffer.concat([root, numbers]));
}

/** Asks, and returns the hashes of the answer, which says the request again. */
async function ask(peer: FakePeer, root: Uint8Array, wanted: HashRange): Promise<Buffer> {
  const bytes = requestBytes(root, wanted);
  peer.send(bytes);
  const answer = await peer.next(HASHES, HASH_REJECT);
  assert.equal(answer[0], HASHES, `refused: ${JSON.stringify(wanted)}`);
  assert.ok(answer.subarray(1, 49).equals(bytes.subarray(5)));
  return answer.subarray(49);
}

async function refused(peer: FakePeer, root: Uint8Array, wanted: HashRange): Promise<void> {
  const bytes = requestBytes(root, wanted);
  peer.send(bytes);
  const answer = await peer.next(HASHES, HASH_REJECT);
  assert.equal(answer[0], HASH_REJECT, `answered: ${JSON.stringify(wanted)}`);
  assert.ok(answer.subarray(1).equals(bytes.subarray(5)));
}

function rootOf(file: TorrentFile | undefined): Uint8Array {
  assert.ok(file?.piecesRoot !== undefined);
  return file.piecesRoot;
}

/** A seeded v2 file of 21 pieces of four blocks, the last one of a block and a byte, and a peer of it. */
async function seedFile(t: TestContext) {
  const fixture = await makeV2Fixture(t, { content: 20 * 4 * BLOCK + BLOCK + 1 });
  const seeded = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, seeded.port, fixture.metainfo.infoHash);
  return { ...fixture, ...seeded, peer, root: rootOf(fixture.metainfo.info.files[0]) };
}

test('the hashes of all pieces come in one answer, and those behind the end are those of nothing', async (t) => {
  const { peer, root, node } = await seedFile(t);
  const wanted = range(2, 0, 32, 4);
  const hashes = await ask(peer, root, wanted);
  assert.equal(hashes.length, 32 * 32);
  assert.deepEqual(Buffer.from(provenNode(wanted, hashes)?.hash ?? []), Buffer.from(root));
  assert.ok(hashes.subarray(21 * 32, 22 * 32).equals(hashes.subarray(31 * 32)), 'empty pieces are alike');
  assert.equal(node.counters.extentReads, 0, 'no data is read for it');
  assert.equal(node.counters.hashAnswersSent, 1);
});

test('the hashes of blocks are made of the data, proved against the root', async (t) => {
  const { peer, root, data } = await seedFile(t);
  for (const wanted of [
    range(0, 4, 4, 6),
    range(0, 8, 2, 6),
    range(0, 7, 1, 6),
    range(0, 80, 4, 6),
    range(1, 6, 2, 5),
  ]) {
    const hashes = await ask(peer, root, wanted);
    assert.deepEqual(
      Buffer.from(provenNode(wanted, hashes)?.hash ?? []),
      Buffer.from(root),
      JSON.stringify(wanted),
    );
  }
  const first = await ask(peer, root, range(0, 4, 4, 0));
  assert.ok(first.subarray(0, 32).equals(blockHash(data.subarray(4 * BLOCK, 5 * BLOCK))));
});

test('the last block is hashed without the pad behind it, and there is nothing behind it', async (t) => {
  const { peer, root, data } = await seedFile(t);
  const hashes = await ask(peer, root, range(0, 80, 4, 0));
  assert.ok(hashes.subarray(32, 64).equals(blockHash(data.subarray(81 * BLOCK, 81 * BLOCK + 1))));
  assert.ok(hashes.subarray(64).equals(Buffer.alloc(64)));
  assert.ok((await ask(peer, root, range(0, 96, 16, 0))).equals(Buffer.alloc(16 * 32)));
});

test('blocks of several pieces may be asked for at once', async (t) => {
  const { peer, root, node } = await seedFile(t);
  const wanted = range(0, 0, 128, 6);
  const hashes = await ask(peer, root, wanted);
  assert.deepEqual(Buffer.from(provenNode(wanted, hashes)?.hash ?? []), Buffer.from(root));
  const reads = node.counters.extentReads;
  await ask(peer, root, range(0, 16, 16, 0));
  assert.equal(node.counters.extentReads, reads, 'what was hashed is kept');
});

test('every file of a folder has its own tree', async (t) => {
  const content = { a: 100, b: 4 * BLOCK, c: 3 * BLOCK, d: 9 * BLOCK + 5, empty: 0 };
  for (const version of ['v2', 'hybrid'] as const) {
    const fixture = await makeV2Fixture(t, { content, version });
    const { port } = await seedFixture(t, fixture);
    const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
    const [a, b, c, d] = fixture.metainfo.info.files
      .filter(({ isPadding }) => !isPadding)
      .map((file) => file);
    for (const file of [b, c]) {
      const wanted = range(0, 0, 4, 1);
      const hashes = await ask(peer, rootOf(file), wanted);
      assert.deepEqual(Buffer.from(provenNode(wanted, hashes)?.hash ?? []), Buffer.from(rootOf(file)));
    }
    const wanted = range(2, 2, 2, 1);
    const hashes = await ask(peer, rootOf(d), wanted);
    assert.deepEqual(Buffer.from(provenNode(wanted, hashes)?.hash ?? []), Buffer.from(rootOf(d)));
    await refused(peer, rootOf(a), range(0, 0, 1, 0));
    await refused(peer, rootOf(b), range(2, 0, 1, 0));
  }
});

test('what is out of range, too long or unknown is refused, and the peer stays', async (t) => {
  const { peer, root, node } = await seedFile(t);
  const wrong = [
    range(0, 0, 0, 0),
    range(0, 0, 3, 0),
    range(0, 2, 4, 0),
    range(2, 32, 32, 0),
    range(2, 0, 64, 0),
    range(2, 0, 32, 5),
    range(7, 0, 1, 0),
    range(3, 0xffff_fff0, 16, 0),
    range(0x8000_0000, 0, 2, 0),
    range(0, 0x8000_0000, 0x8000_0000, 0),
    range(0, 0, 0xffff_ffff, 0xffff_ffff),
    range(2, 0, 2, 0x8000_0000),
  ];
  for (const wanted of wrong) await refused(peer, root, wanted);
  await refused(peer, Buffer.alloc(32, 1), range(2, 0, 32, 4));
  await ask(peer, root, range(2, 0, 32, 4));
  assert.equal(node.counters.hashRequestsRefused, wrong.length + 1);
  assert.equal(node.connectionCount, 1);
});

test('a v1 torrent has no hashes to ask for', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash, { v2: true });
  assert.equal((peer.handshake[27] ?? 0) & 0x10, 0);
  assert.ok(peer.handshake.subarray(28, 48).equals(fixture.metainfo.infoHash));
  await refused(peer, Buffer.alloc(32), range(0, 0, 2, 0));
});

test('more requests than are kept waiting are refused, the others answered in their order', async (t) => {
  const { peer, root, node } = await seedFile(t);
  peer.socket.cork();
  for (let i = 0; i < 400; i++) peer.send(requestBytes(root, range(0, 4 * (i % 16), 4, 0)));
  peer.socket.uncork();
  await eventually(
    'all to be answered',
    () => peer.messages.filter(([id]) => id === HASHES || id === HASH_REJECT).length === 400,
  );
  const answers = peer.messages.filter(([id]) => id === HASHES);
  assert.ok(answers.length >= 256 && answers.length < 400, `${answers.length} answers`);
  assert.deepEqual(
    answers.slice(0, 20).map((answer) => answer.readUInt32BE(37)),
    Array.from({ length: 20 }, (_none, i) => 4 * (i % 16)),
  );
  assert.equal(node.connectionCount, 1);
});

test('a flood of requests that cannot be answered ends the connection', async (t) => {
  const { peer, node } = await seedFile(t);
  peer.send(...Array.from({ length: 1001 }, () => requestBytes(Buffer.alloc(32), range(0, 0, 2, 0))));
  await peer.end();
  await eventually('it to be counted', () => node.counters.closedTotal.flood === 1);
});

test('a peer that asks for hashes and reads none has one answer under way', async (t) => {
  const { peer, root, node, torrent } = await seedFile(t);
  peer.socket.pause();
  for (let i = 0; i < 200; i++)
    peer.send(...Array.from({ length: 50 }, () => requestBytes(root, range(2, 0, 32, 4))));
  await eventually('the peer to be a flood, or answers to stop', async () => {
    const before = node.counters.hashAnswersSent;
    await new Promise((resolve) => setImmediate(resolve));
    return node.connectionCount === 0 || (before > 0 && before === node.counters.hashAnswersSent);
  });
  const waiting = [...torrent.peers].map(({ queuedBytes }) => queuedBytes);
  assert.ok(
    waiting.every((bytes) => bytes < 64 * 1024),
    `${waiting} bytes wait`,
  );
});

test('hash messages of a wrong length, and hashes that nobody asked for, end the connection', async (t) => {
  const fixture = await makeV2Fixture(t, { content: 5 * BLOCK });
  const { node, port } = await seedFixture(t, fixture);
  const wrong = [
    messageBytes(HASH_REQUEST),
    messageBytes(HASH_REQUEST, Buffer.alloc(47)),
    messageBytes(HASH_REQUEST, Buffer.alloc(49)),
    messageBytes(HASH_REJECT, Buffer.alloc(48)),
    messageBytes(HASHES, Buffer.alloc(48 + 64)),
    messageBytes(HASHES),
  ];
  for (const [at, bytes] of wrong.entries()) {
    const peer = await FakePeer.connect(t, port);
    peer.send(handshakeBytes(fixture.metainfo.infoHash), bytes);
    await peer.end();
    await eventually('it to be counted', () => node.counters.closedTotal['bad-message'] === at + 1);
  }
  assert.equal(node.counters.closedTotal.internal, 0);
});

test('data that changed behind the back of its time is found when its blocks are hashed, and never vouched for', async (t) => {
  const { peer, root, node, torrent, dataPath } = await seedFile(t);
  const { atime, mtime } = await stat(dataPath);
  await utimes(dataPath, atime, mtime); // a time that can be given back exactly
  node.recheck(torrent.infoHash);
  await torrentState(node, torrent, 'seeding');
  await peer.end();
  const again = await FakePeer.download(t, node.port, torrent.infoHash);
  const bytes = await readFile(dataPath);
  bytes[5 * BLOCK] = (bytes[5 * BLOCK] ?? 0) ^ 1;
  await writeFile(dataPath, bytes);
  await utimes(dataPath, atime, mtime);
  again.send(requestBytes(root, range(0, 4, 4, 6)));
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_PIECES_BAD');
  assert.equal(torrent.error?.path, dataPath);
  assert.match(torrent.failure ?? '', /^1 of 21 pieces do not match the torrent \(first in .*sample\)/);
  await again.end();
  assert.equal(again.messages.filter(([id]) => id === HASHES).length, 0);
});

test('a hybrid peer that knows v2 is answered by the v2 name, others by the one that they used', async (t) => {
  const fixture = await makeV2Fixture(t, { content: 5 * BLOCK, version: 'hybrid' });
  const { port } = await seedFixture(t, fixture);
  const { infoHash, infoHashV2 } = fixture.metainfo;
  const v2Name = truncatedInfoHash(infoHashV2 ?? new Uint8Array());
  for (const [name, v2, answer] of [
    [infoHash, false, infoHash],
    [infoHash, true, v2Name],
    [v2Name, false, v2Name],
    [v2Name, true, v2Name],
  ] as const) {
    const peer = await FakePeer.connect(t, port);
    peer.send(handshakeBytes(name, { v2 }));
    await peer.next(14);
    assert.ok(peer.handshake.subarray(28, 48).equals(answer));
    assert.equal((peer.handshake[27] ?? 0) & 0x10, 0x10);
  }
});

test('a hybrid without its piece layers is a v1 torrent to peers, since nobody could have them from us', async (t) => {
  const fixture = await makeV2Fixture(t, { content: 5 * BLOCK, version: 'hybrid' });
  const { pieceLayers: _none, ...rest } = fixture.metainfo;
  const metainfo = parseMetainfo(encodeMetainfo(rest));
  const node = makeSeedNode(t);
  const { port } = await node.start();
  await torrentState(node, node.add({ metainfo, dataPath: fixture.dataPath }), 'seeding');
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(metainfo.infoHash, { v2: true }));
  await peer.next(14);
  assert.ok(peer.handshake.subarray(28, 48).equals(metainfo.infoHash));
  assert.equal((peer.handshake[27] ?? 0) & 0x10, 0);
  await refused(peer, rootOf(metainfo.info.files[0]), range(2, 0, 2, 0));
});

test('the rest of the last piece of a file may be asked for as zeros, what is behind it may not', async (t) => {
  const fixture = await makeV2Fixture(t, { content: { a: BLOCK + 100, b: 10 } });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  for (const [piece, begin, length] of [
    [0, BLOCK, 100],
    [0, BLOCK, BLOCK],
    [0, 3 * BLOCK, BLOCK],
    [1, 0, 10],
    [1, 0, BLOCK],
    [1, 3 * BLOCK, BLOCK],
  ] as const) {
    peer.request(piece, begin, length);
    const block = (await peer.next(7, 16)).subarray(9);
    const from = piece * 65_536 + begin;
    assert.ok(block.equals(fixture.data.subarray(from, from + length)), `${piece} ${begin} ${length}`);
  }
  peer.request(1, 4 * BLOCK, 1);
  await peer.next(16);
  peer.request(2, 0, BLOCK);
  await peer.next(16);
});

test('peers that vanish, and torrents that are removed while a piece is hashed for them, leave the others be', async (t) => {
  const fixture = await makeV2Fixture(t, { content: 20 << 20, pieceLength: 16 << 20 });
  const other = await makeV2Fixture(t, { content: 9 * BLOCK });
  const { node, torrent, port } = await seedFixture(t, fixture);
  await torrentState(node, node.add(other), 'seeding');
  const root = rootOf(fixture.metainfo.info.files[0]);
  for (let round = 0; round < 10; round++) {
    const peer = await FakePeer.download(t, port, torrent.infoHash);
    peer.send(requestBytes(root, range(0, 0, 1024, 0)));
    await eventually('the piece to be read', () => node.counters.extentReads > 0);
    peer.socket.destroy();
  }
  await eventually('all to be gone', () => node.connectionCount === 0);
  const leaving = await FakePeer.download(t, port, torrent.infoHash);
  leaving.send(requestBytes(root, range(0, 1024, 1024, 0)), requestBytes(root, range(0, 0, 1024, 0)));
  node.remove(torrent.infoHash);
  await leaving.end();
  const peer = await FakePeer.download(t, port, other.metainfo.infoHash);
  const wanted = range(0, 8, 1, 3);
  const otherRoot = rootOf(other.metainfo.info.files[0]);
  const hashes = await ask(peer, otherRoot, wanted);
  assert.deepEqual(Buffer.from(provenNode(wanted, hashes)?.hash ?? []), Buffer.from(otherRoot));
  assert.equal(node.counters.closedTotal.internal, 0);
});
