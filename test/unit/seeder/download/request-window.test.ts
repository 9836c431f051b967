import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestWindow } from '../../../../src/seeder/download/request-window.ts';

const BLOCK = 16_384;
const NO_BOUND = 1_000_000;

/** A window, and a peer that answers what it is asked for after 100 ms, as fast as it can. */
function fixture() {
  let nowMs = 0;
  const window = new RequestWindow(nowMs);
  const give = (blocks: number): void => {
    for (let count = 0; count < blocks; count++) window.add(BLOCK, nowMs);
  };
  /** A second passes in which so many blocks come. */
  const second = (blocks: number): boolean => {
    give(blocks);
    nowMs += 1000;
    return window.tick(nowMs, 1, true);
  };
  /** A second passes in which it gives what it was asked for, ten round trips, but no more than so many. */
  const busySecond = (most: number): void => {
    for (let trip = 0; trip < 10; trip++) {
      give(Math.min(window.depth(NO_BOUND), Math.floor(most / 10)));
      nowMs += 100;
    }
    window.tick(nowMs, 1, true);
  };
  return { window, give, second, busySecond };
}

test('until its rate is known, every block that comes makes room for one more', () => {
  const { window, give } = fixture();
  assert.equal(window.depth(NO_BOUND), 16);
  give(16);
  assert.equal(window.depth(NO_BOUND), 32);
  give(32);
  assert.equal(window.depth(NO_BOUND), 64);
});

test('a second of its rate is asked for ahead', () => {
  const { window, second } = fixture();
  for (let count = 0; count < 10; count++) second(300);
  assert.equal(window.depth(NO_BOUND), 300);
  assert.equal(Math.round(window.bytesPerSecond / BLOCK), 300);
});

test('it grows within seconds to what the peer can give, and not beyond', () => {
  for (const most of [50, 200, 800]) {
    const { window, busySecond } = fixture();
    for (let count = 0; count < 3; count++) busySecond(most);
    assert.equal(window.depth(NO_BOUND), most);
    for (let count = 0; count < 20; count++) busySecond(most);
    assert.equal(window.depth(NO_BOUND), most);
  }
});

test('no peer is asked for more than a thousand blocks at a time', () => {
  const { window, give, busySecond } = fixture();
  for (let count = 0; count < 10; count++) {
    give(5000);
    assert.equal(window.depth(NO_BOUND), 1000);
    busySecond(100_000);
    assert.equal(window.depth(NO_BOUND), 1000);
  }
});

test('nor for more than it says that it holds', () => {
  const { window, second } = fixture();
  assert.equal(window.depth(5), 5);
  for (let count = 0; count < 5; count++) second(700);
  assert.deepEqual(
    [1, 250, 699, 5000].map((reqq) => window.depth(reqq)),
    [1, 250, 699, 700],
  );
});

test('it shrinks with the rate by halves, to where it began', () => {
  const { window, second } = fixture();
  for (let count = 0; count < 12; count++) second(800);
  const depths = [100, 100, 100, 100, 100, 100, 100, 100, 100, 100].map((blocks) => {
    second(blocks);
    return window.depth(NO_BOUND);
  });
  assert.ok((depths[0] ?? 0) >= 440 && (depths[0] ?? 0) <= 460, `${depths}`);
  assert.deepEqual(
    depths,
    depths.toSorted((a, b) => b - a),
  );
  assert.ok((depths.at(-1) ?? 0) <= 101, `${depths}`);
  for (let count = 0; count < 12; count++) second(0);
  assert.equal(window.depth(NO_BOUND), 16);
  for (let count = 0; count < 12; count++) second(0);
  assert.equal(window.bytesPerSecond, 0);
});

test('who owes blocks and gives none for 30 seconds is snubbed, told once, and asked for one block', () => {
  const { window, second } = fixture();
  second(100);
  for (let seconds = 2; seconds < 30; seconds++) assert.equal(second(0), false);
  assert.deepEqual([window.isSnubbed, window.depth(NO_BOUND)], [false, 16]);
  assert.equal(second(0), true);
  assert.deepEqual([window.isSnubbed, window.depth(NO_BOUND)], [true, 1]);
  for (let count = 0; count < 100; count++) assert.equal(second(0), false);
  assert.equal(window.isSnubbed, true);
});

test('one block takes it back: it is asked as one of whom nothing is known', () => {
  const { window, give, second } = fixture();
  for (let count = 0; count < 40; count++) second(0);
  assert.equal(window.isSnubbed, true);
  give(1);
  assert.deepEqual([window.isSnubbed, window.depth(NO_BOUND)], [false, 17]);
  for (let count = 0; count < 29; count++) assert.equal(second(0), false);
  assert.equal(second(0), true, 'and 30 seconds later it is snubbed again');
});

test('who owes nothing is not snubbed, and the time counts from when it was asked', () => {
  const window = new RequestWindow(0);
  for (let seconds = 1; seconds <= 100; seconds++) assert.equal(window.tick(seconds * 1000, 1, false), false);
  assert.equal(window.tick(129_999, 1, true), false);
  assert.equal(window.tick(130_000, 1, true), true);
  assert.equal(window.tick(131_000, 1, false), false);
  assert.equal(window.isSnubbed, false);
});
