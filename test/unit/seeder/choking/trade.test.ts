import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SlotCandidate } from '../../../../src/seeder/choking/choking-order.ts';
import { GivenBytes } from '../../../../src/seeder/choking/given-bytes.ts';
import { tradingSlots } from '../../../../src/seeder/choking/trade.ts';
import { chooseUnchoked, type SlotRules } from '../../../../src/seeder/choking/upload-slots.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

const NOW = 10_000_000;

interface Trader extends SlotCandidate {
  readonly gave: number;
  readonly isTrading: boolean;
}

const MIRRORED = {};

/** A peer of a torrent that is mirrored, choked and never served, unless told otherwise. */
function trader(options: Partial<Trader> = {}): Trader {
  return {
    isUnchoked: false,
    changedAtMs: 0,
    bytesSinceUnchoke: 0,
    uploadedBytes: 0,
    rateBytesPerSecond: 0,
    pieceLength: 1 << 18,
    believedProgress: 0,
    torrent: MIRRORED,
    gave: 0,
    isTrading: true,
    ...options,
  };
}

function choose(
  candidates: readonly Trader[],
  slots: number,
  random: () => number = () => 0.5,
  rules: Partial<SlotRules<Trader>> = {},
): Set<Trader> {
  const trade = {
    isTrading: (one: Trader) => one.isTrading,
    givenBytes: (one: Trader) => one.gave,
    slotsPerTorrent: slots,
    random,
  };
  const all = { slots: 100, slotsPerTorrent: Number.POSITIVE_INFINITY, order: 'round-robin', trade } as const;
  return chooseUnchoked(candidates, { ...all, ...rules }, NOW);
}

test('the slots go to those who give most, but for the optimistic one', () => {
  const givers = [5, 9, 7, 8].map((gave) => trader({ gave, isUnchoked: true, changedAtMs: NOW - 90_000 }));
  const idle = [1, 2, 3].map(() => trader());
  const chosen = choose([...idle, ...givers], 4);
  assert.deepEqual(
    [...chosen].filter(({ gave }) => gave > 0).map(({ gave }) => gave),
    [9, 8, 7],
  );
  assert.equal([...chosen].filter((peer) => idle.includes(peer)).length, 1);
});

test('whoever gives has a slot though it asks for nothing; of the others those that ask come first', () => {
  const givers = [5, 9].map((gave) => trader({ gave, isUnchoked: true, changedAtMs: NOW - 90_000 }));
  const idle = Array.from({ length: 50 }, () => trader());
  const asking = [trader(), trader()];
  const standing = (one: Trader) => (asking.includes(one) ? 'ready' : 'idle');
  const chosen = choose([...idle, ...givers, ...asking], 4, seededRandom(3), { standing });
  assert.deepEqual(chosen, new Set([...givers, ...asking]));
});

test('--choking does not matter to those who trade', () => {
  const quick = trader({ gave: 1, rateBytesPerSecond: 1e6 });
  const generous = trader({ gave: 2, believedProgress: 0.5 });
  for (const order of ['round-robin', 'fastest', 'anti-leech'] as const) {
    const [first] = choose([quick, trader(), generous], 2, undefined, { order });
    assert.equal(first, generous, order);
  }
});

test('the optimistic slot is held for half a minute, and then moves on', () => {
  const best = trader({ gave: 10, isUnchoked: true, changedAtMs: NOW - 90_000 });
  for (const [heldMs, isKept] of [
    [29_000, true],
    [30_000, false],
  ] as const) {
    const tried = trader({ isUnchoked: true, changedAtMs: NOW - heldMs });
    const chosen = choose([best, tried, trader({ changedAtMs: NOW - 500_000 })], 2);
    assert.equal(chosen.has(tried), isKept);
  }
});

test('one that never had a slot is three times as likely to be tried as one that waits again', () => {
  const random = seededRandom(1);
  const best = trader({ gave: 10, isUnchoked: true, changedAtMs: NOW - 90_000 });
  const fresh = trader();
  const old = [1, 2, 3].map(() => trader({ changedAtMs: NOW - 60_000 }));
  let freshTurns = 0;
  for (let round = 0; round < 6000; round++)
    if (choose([best, ...old, fresh], 2, random).has(fresh)) freshTurns++;
  assert.ok(Math.abs(freshTurns - 3000) < 200, `${freshTurns} of 6000 turns, where half are its share`);
});

test('everybody is tried in the end', () => {
  const random = seededRandom(2);
  const best = trader({ gave: 10, isUnchoked: true, changedAtMs: NOW - 90_000 });
  const others = Array.from({ length: 20 }, (_none, i) => trader({ changedAtMs: i % 2 && NOW - 60_000 }));
  const tried = new Set<Trader>();
  for (let round = 0; round < 400; round++)
    for (const one of choose([best, ...others], 2, random)) tried.add(one);
  assert.equal(tried.size, 21);
});

test('torrents that are whole share the slots in all with those that are mirrored', () => {
  const whole = Array.from({ length: 6 }, () => trader({ isTrading: false, torrent: {} }));
  const giving = [3, 2, 1].map((gave) => trader({ gave }));
  const idle = [1, 2, 3, 4].map(() => trader());
  const chosen = choose([...whole, ...idle, ...giving], 8, undefined, { slots: 8 });
  assert.equal(chosen.size, 8);
  assert.ok(giving.every((peer) => chosen.has(peer)));
  assert.ok([...chosen].some((peer) => whole.includes(peer)));
});

test('never more of a torrent than either bound', () => {
  const peers = Array.from({ length: 30 }, (_none, gave) => trader({ gave }));
  assert.equal(choose(peers, 8).size, 8);
  assert.equal(choose(peers, 8, undefined, { slotsPerTorrent: 3 }).size, 3);
  assert.equal(choose(peers, 8, undefined, { slots: 5 }).size, 5);
  assert.equal(choose(peers, Number.POSITIVE_INFINITY).size, 30);
});

test('the slots of a mirror follow what may be uploaded', () => {
  assert.deepEqual(
    [null, 1024, 20_000, 100_000, 1_000_000, 12_500_000].map(tradingSlots),
    [8, 2, 3, 7, 24, 85],
  );
});

test('what was given counts for two rounds', () => {
  const given = new GivenBytes();
  const peer = { downloadedBytes: 100 };
  const counts: number[] = [];
  for (const now of [100, 300, 300, 300]) {
    peer.downloadedBytes = now;
    counts.push(given.of(peer));
    given.round([peer]);
  }
  assert.deepEqual(counts, [100, 300, 200, 0]);
});
