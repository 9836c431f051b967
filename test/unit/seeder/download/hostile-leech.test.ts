import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PiecePicker } from '../../../../src/seeder/download/piece-picker.ts';
import { LT_DONTHAVE_ID } from '../../../../src/seeder/wire/lt-donthave.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const PIECE = 65_536;
/** An unchoke and a choke. */
const PAIR = Buffer.concat([messageBytes(1), messageBytes(0)]);
/** The loss of piece 0 (BEP 54). */
const LOSS = messageBytes(20, Buffer.of(LT_DONTHAVE_ID, 0, 0, 0, 0));

function repeated(times: number, ...messages: readonly Buffer[]): Buffer {
  return Buffer.concat(new Array<Buffer>(times).fill(Buffer.concat(messages)));
}

test('an index out of range changes nothing in the order of the pieces', () => {
  const picker = new PiecePicker(4, [0, 1, 2, 3], () => 0);
  picker.increment(5000);
  picker.increment(-1);
  picker.decrement(5000);
  const everything = { isComplete: true, has: () => true };
  const taken = [0, 1, 2, 3].map(() => picker.take(everything)).sort();
  assert.deepEqual(taken, [0, 1, 2, 3]);
});

test('a peer that has left is not listened to', async () => {
  const { downloader } = fakeDownload({ pieceCount: 4, pieceLength: PIECE });
  const gone = new FakeLeech(downloader, new Set());
  gone.close();
  downloader.onPiece(gone.leech, 1);
  assert.equal(gone.leech.wanted, 0);
  assert.equal(gone.leech.counted, undefined);
});

test('a block behind the end of its piece takes no request of another piece', async () => {
  const { downloader } = fakeDownload({ pieceCount: 4, pieceLength: PIECE });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  await turn();
  const asked = [...peer.leech.asked];
  assert.ok(asked.length > 0);
  for (const { piece, begin } of peer.asked) {
    for (const index of [0, -1, 4, 5000]) {
      const alias = (piece - index) * PIECE + begin;
      if (index !== piece) downloader.onBlock(peer.leech, index, alias, new Uint8Array(0));
      if (index !== piece) downloader.onRejected(peer.leech, index, alias);
    }
  }
  assert.deepEqual([...peer.leech.asked], asked);
  assert.equal(peer.leech.receivedBytes, 0);
});

test('a block of a wrong length goes back to the others', async () => {
  const { downloader } = fakeDownload({ pieceCount: 1, pieceLength: PIECE });
  const liar = new FakeLeech(downloader);
  liar.unchoke();
  await turn();
  const honest = new FakeLeech(downloader);
  honest.unchoke();
  await turn();
  downloader.onBlock(liar.leech, 0, 0, new Uint8Array(5));
  assert.ok(liar.isClosed);
  await turn();
  honest.give(4);
  await turn();
  assert.equal(downloader.missing, 0);
});

test('memory that is not to be had ends the download, not the process', async () => {
  const failures: string[] = [];
  const { downloader } = fakeDownload({
    pieceCount: 1,
    pieceLength: 2 ** 53,
    listener: { onFailed: (error) => failures.push(error.code) },
  });
  new FakeLeech(downloader).unchoke();
  await turn();
  assert.deepEqual(failures, ['ERR_STORAGE_UNWRITABLE']);
});

test('memory that is not to be had when the first block comes ends the download, and not the connection', async () => {
  const failures: string[] = [];
  const { downloader } = fakeDownload({
    pieceCount: 1,
    pieceLength: 2 ** 40,
    listener: { onFailed: (error) => failures.push(error.code) },
  });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  await turn();
  peer.give(1);
  assert.deepEqual([failures, peer.isClosed], [['ERR_STORAGE_UNWRITABLE'], false]);
});

/** A download of one piece that was bad, of which an enemy gave a block and another peer the rest. */
async function suspectPiece() {
  let isGood = false;
  const made = fakeDownload({ pieceCount: 1, pieceLength: PIECE, isGood: () => isGood });
  const { downloader, clock } = made;
  const enemy = new FakeLeech(downloader);
  const honest = new FakeLeech(downloader);
  enemy.unchoke();
  await turn();
  enemy.give(1);
  enemy.choke();
  honest.unchoke();
  await turn();
  honest.give(3);
  enemy.unchoke();
  await turn();
  isGood = true;
  assert.equal(enemy.asked.length + honest.asked.length, 4);
  if (enemy.asked.length === 0) {
    honest.choke(); // the enemy is to be the one
    await turn();
    honest.unchoke();
    await turn();
  }
  const pass = async (seconds: number, each: () => void): Promise<void> => {
    for (let count = 0; count < seconds; count++) {
      clock.nowMs += 1000;
      downloader.tick(clock.nowMs, 1);
      await turn();
      each();
    }
  };
  assert.equal(enemy.asked.length, 4);
  return { downloader, enemy, honest, pass };
}

test('a silent peer does not hold back a piece that it alone is to give', async () => {
  const { downloader, honest, pass } = await suspectPiece();
  await pass(40, () => honest.give(100));
  await turn();
  assert.equal(downloader.missing, 0);
});

test('nor does one that gives a block just in time to seem alive', async () => {
  const { downloader, enemy, honest, pass } = await suspectPiece();
  let seconds = 0;
  await pass(70, () => {
    if (seconds++ % 29 === 28) enemy.give(1);
    honest.give(100);
  });
  await turn();
  assert.equal(downloader.missing, 0);
});

test('nor does one that chokes and unchokes', async () => {
  const { downloader, enemy, honest, pass } = await suspectPiece();
  await pass(3, () => {
    enemy.choke();
    enemy.unchoke();
    honest.give(100);
  });
  await turn();
  assert.equal(downloader.missing, 0);
});

test('the only peer gets such a piece again, though it lost it', async () => {
  const { downloader, enemy, honest, pass } = await suspectPiece();
  honest.close();
  enemy.choke();
  enemy.unchoke();
  await pass(2, () => enemy.give(100));
  await turn();
  assert.equal(downloader.missing, 0);
});

test('what is said a thousand times in a turn is work once', async () => {
  const { downloader } = fakeDownload({ pieceCount: 1000, pieceLength: PIECE });
  const peer = new FakeLeech(downloader, new Set([7]));
  let looks = 0;
  const { has } = peer.theirPieces;
  peer.theirPieces.has = (piece) => {
    looks++;
    return has(piece);
  };
  for (let count = 0; count < 1000; count++) {
    peer.unchoke();
    downloader.onPiece(peer.leech, 7);
  }
  await turn();
  assert.equal(peer.leech.wanted, 1);
  assert.equal(peer.asked.length, PIECE / 16_384);
  assert.ok(looks < 10_000, `${looks} pieces were looked at`);
});

test('a piece that comes and goes is no work for each of its blocks', async () => {
  const { downloader } = fakeDownload({ pieceCount: 4, pieceLength: 1024 * 16_384 });
  const peer = new FakeLeech(downloader, new Set([0, 1]));
  peer.unchoke();
  await turn();
  const [asked] = peer.asked;
  assert.ok(asked);
  const { leech } = peer;
  let looks = 0;
  for (const name of ['has', 'delete'] as const) {
    const look = leech.asked[name].bind(leech.asked);
    leech.asked[name] = (key) => {
      looks++;
      return look(key);
    };
  }
  downloader.onLost(leech, 1 - asked.piece); // it is asked for nothing of that
  assert.ok(looks < 100, `${looks} blocks were looked at`);
  assert.equal(leech.asked.size, peer.asked.length);
  peer.lose(asked.piece);
  assert.equal(leech.asked.size, 0);
});

test('requests that are taken back excuse no more blocks than can be on their way', async () => {
  const { downloader } = fakeDownload({ pieceCount: 1000, pieceLength: PIECE });
  const peer = new FakeLeech(downloader);
  for (let count = 0; count < 500; count++) {
    peer.unchoke();
    await turn();
    peer.choke();
  }
  assert.equal(peer.leech.takenBack, 2000);
});

for (const [what, reason, message] of [
  ['a have out of range', 'bad-message', numbersBytes(4, 5000)],
  ['a bitfield with a spare bit', 'bad-message', messageBytes(5, Buffer.of(0xff, 0xff))],
  ['chokes without end', 'flood', repeated(1001, PAIR)],
  ['a piece that comes and goes without end', 'flood', repeated(1011, numbersBytes(4, 0), LOSS)],
  ['all pieces again and again', 'flood', repeated(17, messageBytes(14), LOSS)],
] as const)
  test(`a peer of a download with ${what} is closed, and the download goes on`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 600_000, pieceLength: PIECE });
    const { node, torrent, dataPath } = await mirrorFixture(t, fixture, []);
    await torrentState(node, torrent, 'downloading');
    const peer = await FakePeer.connect(t, node.port);
    peer.send(handshakeBytes(fixture.metainfo.infoHash), message);
    await peer.closed;
    assert.equal(node.counters.closedTotal[reason], 1);
    const { port } = await seedFixture(t, fixture);
    node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
    await torrentState(node, torrent, 'seeding', 'failed');
    assert.deepEqual(await readFile(dataPath), fixture.data);
  });
