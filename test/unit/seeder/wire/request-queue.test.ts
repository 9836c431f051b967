import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestQueue } from '../../../../src/seeder/wire/request-queue.ts';

function drained(queue: RequestQueue): number[][] {
  const result: number[][] = [];
  for (; queue.size > 0; queue.shift()) result.push([queue.headPiece, queue.headBegin, queue.headLength]);
  return result;
}

test('gives requests back in their order', () => {
  const queue = new RequestQueue(10);
  assert.ok(queue.push(1, 2, 3));
  assert.ok(queue.push(0xffffffff, 0xfffffffe, 0xfffffffd));
  assert.deepEqual(drained(queue), [
    [1, 2, 3],
    [0xffffffff, 0xfffffffe, 0xfffffffd],
  ]);
});

test('refuses what goes beyond its bound, and takes more when there is room again', () => {
  const queue = new RequestQueue(2000);
  for (let i = 0; i < 2000; i++) assert.ok(queue.push(i, 0, 1));
  assert.equal(queue.push(2000, 0, 1), false);
  queue.shift();
  assert.ok(queue.push(2000, 0, 1));
  assert.equal(queue.size, 2000);
});

test('a cancelled request is gone, wherever it stood', () => {
  const queue = new RequestQueue(100);
  for (let i = 0; i < 5; i++) queue.push(i, 0, 1);
  assert.ok(queue.remove(0, 0, 1));
  assert.ok(queue.remove(2, 0, 1));
  assert.ok(queue.remove(4, 0, 1));
  assert.equal(queue.remove(4, 0, 1), false);
  assert.equal(queue.remove(3, 1, 1), false);
  assert.equal(queue.size, 2);
  assert.deepEqual(drained(queue), [
    [1, 0, 1],
    [3, 0, 1],
  ]);
});

test('holes of cancelled requests take no room for ever', () => {
  const queue = new RequestQueue(64);
  queue.push(7, 7, 7);
  for (let i = 0; i < 10_000; i++) {
    assert.ok(queue.push(i, 0, 1));
    assert.ok(queue.remove(i, 0, 1));
  }
  assert.deepEqual(drained(queue), [[7, 7, 7]]);
});

test('drains all but what is kept, and tells what it dropped', () => {
  const queue = new RequestQueue(100);
  for (let i = 0; i < 6; i++) queue.push(i, 10, 20);
  const dropped: number[] = [];
  queue.drain(
    (piece) => piece === 2 || piece === 5,
    (piece) => dropped.push(piece),
  );
  assert.deepEqual(dropped, [0, 1, 3, 4]);
  assert.deepEqual(drained(queue), [
    [2, 10, 20],
    [5, 10, 20],
  ]);
});

test('knows whether a block of a piece waits', () => {
  const queue = new RequestQueue(100);
  for (let piece = 0; piece < 3; piece++) queue.push(piece, 0, 5);
  queue.remove(1, 0, 5);
  queue.shift();
  assert.deepEqual(
    [0, 1, 2, 3].map((piece) => queue.hasPiece(piece)),
    [false, false, true, false],
  );
});
