import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseUnchoked, type SlotCandidate } from '../../../../src/seeder/choking/upload-slots.ts';

const NOW = 10_000_000;
const PIECE = 1 << 18;

/** A peer that was unchoked so many seconds ago. */
function served(seconds: number, options: Partial<SlotCandidate> = {}): SlotCandidate {
  return {
    isUnchoked: true,
    changedAtMs: NOW - 1000 * seconds,
    bytesSinceUnchoke: 0,
    rateBytesPerSecond: 100_000,
    pieceLength: PIECE,
    ...options,
  };
}

/** A peer that has been choked for so many seconds. */
function waiting(seconds: number): SlotCandidate {
  return {
    isUnchoked: false,
    changedAtMs: NOW - 1000 * seconds,
    bytesSinceUnchoke: 0,
    rateBytesPerSecond: 0,
    pieceLength: PIECE,
  };
}

test('everybody is served while there are slots', () => {
  const peers = [served(1000), waiting(1), waiting(2)];
  assert.deepEqual(chooseUnchoked(peers, 3, NOW), new Set(peers));
});

test('never more than the slots', () => {
  const peers = Array.from({ length: 50 }, (_none, i) => waiting(i));
  for (const slots of [1, 2, 5, 8, 49]) assert.equal(chooseUnchoked(peers, slots, NOW).size, slots);
});

test('a peer that had its quota makes room for one that waits', () => {
  const done = served(61, { bytesSinceUnchoke: 20 * PIECE });
  const next = waiting(5);
  assert.deepEqual(chooseUnchoked([done, next], 1, NOW), new Set([next]));
});

test('a peer keeps its slot until it has had both its time and its pieces', () => {
  const early = served(20, { bytesSinceUnchoke: 100 * PIECE });
  const slow = served(300, { bytesSinceUnchoke: 19 * PIECE });
  const others = [waiting(500), waiting(400), waiting(300)];
  const chosen = chooseUnchoked([early, slow, ...others], 3, NOW);
  assert.ok(chosen.has(early) && chosen.has(slow));
});

test('the optimistic slot goes to the one that has waited longest', () => {
  const busy = [served(40), served(40), served(40), served(40)];
  const longest = waiting(900);
  const chosen = chooseUnchoked([...busy, waiting(30), longest, waiting(200)], 4, NOW);
  assert.ok(chosen.has(longest));
});

test('a peer that has just got the optimistic slot keeps it for some rounds', () => {
  const busy = [served(40), served(40), served(40), served(40)];
  const fresh = served(10, { rateBytesPerSecond: 0 });
  const chosen = chooseUnchoked([...busy, fresh, waiting(900)], 5, NOW);
  assert.ok(chosen.has(fresh));
});

test('nobody waits for ever: with equal lines all get their turn', () => {
  const peers = Array.from({ length: 20 }, () => ({ ...waiting(0), turns: 0 }));
  for (let round = 0, now = NOW; round < 400; round++, now += 10_000) {
    const chosen = chooseUnchoked(peers, 5, now);
    for (const peer of peers) {
      const isChosen = chosen.has(peer);
      const changed = isChosen !== peer.isUnchoked;
      Object.assign(peer, {
        isUnchoked: isChosen,
        changedAtMs: changed ? now : peer.changedAtMs,
        bytesSinceUnchoke: isChosen ? (changed ? 0 : peer.bytesSinceUnchoke + 10 * PIECE) : 0,
        rateBytesPerSecond: isChosen ? PIECE : 0,
        turns: peer.turns + Number(isChosen),
      });
    }
  }
  const turns = peers.map((peer) => peer.turns);
  assert.ok(Math.min(...turns) >= 80 && Math.max(...turns) <= 120, `turns: ${turns.join(' ')}`);
});
