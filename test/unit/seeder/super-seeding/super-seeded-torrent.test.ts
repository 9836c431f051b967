import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Info } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { SuperSeededTorrent } from '../../../../src/seeder/super-seeding/super-seeded-torrent.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { ShownPeer } from '../../../support/shown-peer.ts';

const BLOCK = 16_384;

/** A torrent of pieces of one block, and so many peers that were shown one each. */
function superSeeded(pieceCount: number, peerCount: number, seed = 1) {
  const clock = { nowMs: 1_000_000 };
  const info = { version: 'v1', pieceCount, pieceLength: BLOCK, length: pieceCount * BLOCK, files: [] };
  const torrent = new SuperSeededTorrent({
    info: info as unknown as Info,
    nowMs: () => clock.nowMs,
    random: seededRandom(seed),
  });
  const peers = Array.from({ length: peerCount }, () => new ShownPeer(torrent));
  const pass = (seconds: number): void => {
    for (let second = 0; second < seconds; second++) {
      clock.nowMs += 1000;
      torrent.tick();
    }
  };
  torrent.tick();
  return { torrent, peers, pass };
}

test('each peer is shown one piece, and each another', () => {
  const { peers } = superSeeded(50, 10);
  assert.deepEqual(
    peers.map(({ told }) => told.length),
    peers.map(() => 1),
  );
  assert.equal(new Set(peers.flatMap(({ told }) => told)).size, 10);
});

test('the next is shown when the last was seen at somebody else, not before', () => {
  const { peers, pass } = superSeeded(50, 3);
  const [one, two] = peers as [ShownPeer, ShownPeer];
  const piece = one.told[0] as number;
  one.fetch(piece);
  pass(10);
  assert.equal(one.told.length, 1);
  two.got(piece);
  assert.equal(one.told.length, 2);
});

test('a peer that is alone is shown the next while it fetches the last, to the end', () => {
  const { peers } = superSeeded(20, 1);
  const [only] = peers as [ShownPeer];
  for (let i = 0; i < 20; i++) {
    assert.equal(only.told.length, i + 1);
    only.fetch(only.told[i] as number);
  }
  assert.equal(only.pieces.size, 20);
});

test('peers that give nothing on are waited for less and less', () => {
  const { peers, pass } = superSeeded(60, 2);
  const fetchAll = (): void => {
    for (const peer of peers) for (const piece of peer.missing) peer.fetch(piece);
  };
  let seconds = 0;
  for (; peers.some(({ pieces }) => pieces.size < 60); seconds++) {
    fetchAll();
    pass(1);
    assert.ok(seconds < 600, 'they wait for ever');
  }
  assert.ok(seconds > 40, 'they are waited for at first');
  assert.ok(seconds < 150, `${seconds} seconds for 60 pieces`);
});

test('a peer that wants few of the pieces comes to them soon', () => {
  const { peers, pass } = superSeeded(1000, 2);
  const [picky] = peers as [ShownPeer];
  picky.wants = (piece) => piece === 777;
  for (let second = 0; second < 40 && picky.missing.length === 0; second++) pass(1);
  assert.deepEqual(picky.missing, [777]);
});

test('a peer that is choked is shown no more until it may ask', () => {
  const { peers, pass } = superSeeded(50, 2);
  const [choked] = peers as [ShownPeer];
  choked.amChoking = true;
  pass(300);
  assert.equal(choked.told.length, 1);
});

test('what a peer that left was shown is shown to others', () => {
  const { torrent, peers } = superSeeded(4, 4);
  const lost = peers[0]?.told[0];
  peers[0]?.close();
  const late = new ShownPeer(torrent);
  torrent.tick();
  assert.equal(late.told[0], lost);
});

test('once another has all, everybody is told of all pieces that he lacks, as far as he takes it', () => {
  const { torrent, peers, pass } = superSeeded(10_000, 2);
  const [one, two] = peers as [ShownPeer, ShownPeer];
  one.fetch(one.told[0] as number);
  two.queuedBytes = 1e9;
  torrent.end();
  assert.ok(one.told.length > 4000 && two.told.length === 1);
  two.queuedBytes = 0;
  pass(5);
  for (const peer of peers) assert.equal(new Set(peer.told).size, 10_000);
  assert.equal(torrent.peerCount, 0);
});

test('whatever the peers do, all get all, and who gives on saves us the sending', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.record({ shares: fc.boolean(), leavesAt: fc.option(fc.nat(30)) }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.integer({ min: 1, max: 1000 }),
      (pieceCount, kinds, seed) => {
        const { peers, pass } = superSeeded(pieceCount, kinds.length, seed);
        let sent = 0;
        for (let second = 0; second < 2000; second++) {
          const there = peers.filter(({ isClosed }) => !isClosed);
          if (there.every(({ pieces }) => pieces.size === pieceCount)) break;
          for (const [at, peer] of peers.entries()) {
            if (peer.isClosed) continue;
            if (kinds[at]?.leavesAt === second) peer.close();
            for (const piece of peer.missing) {
              peer.fetch(piece);
              sent++;
            }
            if (kinds[at]?.shares === true)
              for (const other of there)
                if (other !== peer) for (const piece of peer.pieces) if (!other.isClosed) other.got(piece);
          }
          pass(1);
        }
        for (const peer of peers) assert.ok(peer.isClosed || peer.pieces.size === pieceCount);
        assert.ok(sent <= pieceCount * kinds.length);
      },
    ),
    { numRuns: 60 },
  );
});

test('a swarm that shares is sent little more than one copy', () => {
  const { peers, pass } = superSeeded(100, 5);
  let sent = 0;
  for (let second = 0; second < 1000 && peers.some(({ pieces }) => pieces.size < 100); second++) {
    for (const peer of peers)
      for (const piece of peer.missing) {
        peer.fetch(piece);
        sent++;
      }
    for (const peer of peers)
      for (const other of peers) if (other !== peer) for (const piece of [...peer.pieces]) other.got(piece);
    pass(1);
  }
  assert.ok(peers.every(({ pieces }) => pieces.size === 100));
  assert.ok(sent <= 120, `${sent} pieces of 100`);
});
