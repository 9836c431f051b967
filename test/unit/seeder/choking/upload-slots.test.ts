import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHOKING_ORDERS,
  type ChokingOrder,
  type SlotCandidate,
} from '../../../../src/seeder/choking/choking-order.ts';
import type { Standing } from '../../../../src/seeder/choking/slot-use.ts';
import { chooseUnchoked as chooseBy, type SlotRules } from '../../../../src/seeder/choking/upload-slots.ts';

const NOW = 10_000_000;
const PIECE = 1 << 18;

/** By round robin without a bound for a torrent, unless told otherwise. */
function chooseUnchoked<Candidate extends SlotCandidate>(
  candidates: readonly Candidate[],
  slots: number,
  nowMs: number,
  rules: Partial<SlotRules<Candidate>> = {},
): Set<Candidate> {
  const all = { slots, slotsPerTorrent: Number.POSITIVE_INFINITY, order: 'round-robin', ...rules } as const;
  return chooseBy(candidates, all, nowMs);
}

/** A peer that was unchoked so many seconds ago. */
function served(seconds: number, options: Partial<SlotCandidate> = {}): SlotCandidate {
  return {
    isUnchoked: true,
    changedAtMs: NOW - 1000 * seconds,
    bytesSinceUnchoke: 0,
    uploadedBytes: 0,
    rateBytesPerSecond: 100_000,
    pieceLength: PIECE,
    believedProgress: 0,
    torrent: undefined,
    ...options,
  };
}

/** A peer that has been choked for so many seconds. */
function waiting(seconds: number, options: Partial<SlotCandidate> = {}): SlotCandidate {
  return {
    isUnchoked: false,
    changedAtMs: NOW - 1000 * seconds,
    bytesSinceUnchoke: 0,
    uploadedBytes: 0,
    rateBytesPerSecond: 0,
    pieceLength: PIECE,
    believedProgress: 0,
    torrent: undefined,
    ...options,
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

test('fastest: the slots go to those who take data fastest, but for the optimistic one', () => {
  const fast = [
    served(300, { rateBytesPerSecond: 9_000_000 }),
    waiting(1, { rateBytesPerSecond: 8_000_000 }),
  ];
  const slow = [served(40, { rateBytesPerSecond: 1000 }), served(50, { rateBytesPerSecond: 2000 })];
  const longest = waiting(900);
  const chosen = chooseUnchoked([...slow, longest, ...fast], 3, NOW, { order: 'fastest' });
  assert.deepEqual(chosen, new Set([...fast, longest]));
});

test('fastest: a peer that has had its quota keeps its slot', () => {
  const fast = served(900, { bytesSinceUnchoke: 1000 * PIECE, rateBytesPerSecond: 9_000_000 });
  const chosen = chooseUnchoked([served(10), fast, waiting(900)], 2, NOW, { order: 'fastest' });
  assert.ok(chosen.has(fast));
});

test('anti-leech: the slots go to those who have just begun or are nearly done', () => {
  const at = (believedProgress: number): SlotCandidate => served(100, { believedProgress });
  const [begun, quarter, middle, late, done] = [at(0.01), at(0.25), at(0.5), at(0.7), at(0.98)] as const;
  const choose = (slots: number): Set<SlotCandidate> =>
    chooseUnchoked([middle, quarter, done, late, begun], slots, NOW, { order: 'anti-leech' });
  assert.ok([begun, done].every((peer) => choose(3).has(peer)));
  assert.ok([begun, done, quarter].every((peer) => choose(4).has(peer)) && !choose(4).has(late));
});

test('never more of one torrent than its slots, in any order', () => {
  const torrents = [{}, {}, {}];
  const peers = Array.from({ length: 60 }, (_none, i) =>
    i % 2 === 0 ? waiting(i, { torrent: torrents[i % 3] }) : served(i, { torrent: torrents[i % 3] }),
  );
  for (const order of ['round-robin', 'fastest', 'anti-leech'] satisfies ChokingOrder[])
    for (const [slots, slotsPerTorrent, expected] of [
      [100, 4, 12],
      [Number.POSITIVE_INFINITY, 1, 3],
      [10, 4, 10],
      [30, 7, 21],
    ] as const) {
      const chosen = chooseUnchoked(peers, slots, NOW, { slotsPerTorrent, order });
      assert.equal(chosen.size, expected);
      for (const torrent of torrents)
        assert.ok([...chosen].filter((peer) => peer.torrent === torrent).length <= slotsPerTorrent);
    }
});

test('a torrent with few slots has an optimistic one too', () => {
  const torrent = {};
  const busy = Array.from({ length: 4 }, () => served(40, { torrent }));
  const longest = waiting(900, { torrent });
  const chosen = chooseUnchoked([...busy, longest], 100, NOW, { slotsPerTorrent: 4 });
  assert.equal(chosen.size, 4);
  assert.ok(chosen.has(longest));
});

/** Peers stand as the lists say; those that are in none are ready. */
function standings(
  lists: Partial<Record<Standing, readonly SlotCandidate[]>>,
): (candidate: SlotCandidate) => Standing {
  const all: readonly Standing[] = ['idle', 'retrying'];
  return (candidate) => all.find((standing) => lists[standing]?.includes(candidate)) ?? 'ready';
}

for (const order of CHOKING_ORDERS) {
  test(`${order}: whoever asks for nothing stands behind all that do, and those that wait`, () => {
    const best = { rateBytesPerSecond: 9_000_000, believedProgress: 0.01 };
    const idle = [
      ...Array.from({ length: 80 }, () => served(20, best)),
      ...[1, 2, 3].map(() => waiting(900, best)),
    ];
    const asking = [served(40, { believedProgress: 0.5 }), waiting(1), waiting(2), waiting(3)];
    const chosen = chooseUnchoked([...idle, ...asking], 10, NOW, { order, standing: standings({ idle }) });
    assert.ok(asking.every((peer) => chosen.has(peer)));
    assert.equal(chosen.size, 10);
  });

  test(`${order}: an optimistic slot goes to none that asks for nothing while others wait`, () => {
    const busy = Array.from({ length: 8 }, () => served(40));
    const idle = [waiting(900), waiting(800), served(5)];
    const others = [waiting(1), waiting(2)];
    const chosen = chooseUnchoked([...busy, ...idle, ...others], 10, NOW, {
      order,
      standing: standings({ idle }),
    });
    assert.deepEqual(chosen, new Set([...busy, ...others]));
  });

  test(`${order}: another chance is given in half of the optimistic slots while others wait`, () => {
    const busy = Array.from({ length: 16 }, () => served(40));
    const retrying = Array.from({ length: 50 }, () => waiting(900));
    const others = Array.from({ length: 50 }, () => waiting(5));
    const rules = { order, standing: standings({ retrying }) };
    const chosen = chooseUnchoked([...busy, ...retrying, ...others], 20, NOW, rules);
    assert.equal([...chosen].filter((peer) => retrying.includes(peer)).length, 2);
    assert.ok(busy.every((peer) => chosen.has(peer)));
  });

  test(`${order}: another chance takes no slot from those that have just got an optimistic one`, () => {
    const busy = Array.from({ length: 16 }, () => served(40));
    const fresh = Array.from({ length: 4 }, () =>
      served(10, { rateBytesPerSecond: 0, believedProgress: 0.5 }),
    );
    const retrying = [waiting(900), waiting(900)];
    const rules = { order, standing: standings({ retrying }) };
    const chosen = chooseUnchoked([...busy, ...fresh, ...retrying], 20, NOW, rules);
    assert.ok(fresh.every((peer) => chosen.has(peer)));
  });

  test(`${order}: slots that nobody else wants stay with those that have them`, () => {
    const idle = Array.from({ length: 6 }, (_none, i) => served(500 + i));
    const others = Array.from({ length: 50 }, () => waiting(900));
    const rules = { order, standing: standings({ idle: [...idle, ...others] }) };
    assert.deepEqual(chooseUnchoked([...others, ...idle], 6, NOW, rules), new Set(idle));
  });
}
