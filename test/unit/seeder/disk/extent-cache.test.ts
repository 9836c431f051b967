import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSeederCounters } from '../../../../src/seeder/counters.ts';
import { type Extent, type ExtentSource, extentBytesFor } from '../../../../src/seeder/disk/extent.ts';
import { ExtentCache } from '../../../../src/seeder/disk/extent-cache.ts';
import { SeederError } from '../../../../src/seeder/errors.ts';
import { SlowSource } from '../../../support/slow-source.ts';

const MIB = 1 << 20;

function makeCache(budget = 8 * MIB): ExtentCache {
  return new ExtentCache(budget, makeSeederCounters());
}

function load(cache: ExtentCache, source: ExtentSource, index: number): Promise<SeederError | null> {
  return new Promise((resolve) => cache.load(source, index, resolve));
}

async function loaded(cache: ExtentCache, source: SlowSource, index: number): Promise<Extent> {
  const done = load(cache, source, index);
  await Promise.resolve();
  source.finish();
  assert.equal(await done, null);
  const extent = cache.get(source, index);
  assert.ok(extent?.buffer !== undefined);
  return extent;
}

test('an extent is as long as a piece, within bounds', () => {
  const lengths = [1, 16_384, 262_144, 262_145, 524_288, 1 << 20, 1 << 24];
  assert.deepEqual(lengths.map(extentBytesFor), [262_144, 262_144, 262_144, 524_288, 524_288, MIB, MIB]);
});

test('concurrent wishes for an extent become one read', async () => {
  const cache = makeCache();
  const source = new SlowSource(4);
  const all = Promise.all([load(cache, source, 2), load(cache, source, 2), load(cache, source, 2)]);
  await Promise.resolve();
  source.finish();
  assert.deepEqual(await all, [null, null, null]);
  assert.deepEqual(source.reads, [2]);
  assert.equal(cache.get(source, 2)?.buffer?.[0], 2);
  assert.equal(await load(cache, source, 2), null);
  assert.deepEqual(source.reads, [2]);
});

test('the last extent is as short as the data', async () => {
  const cache = makeCache();
  const source = new SlowSource(1, 1000);
  const extent = await loaded(cache, source, 1);
  assert.equal(extent.buffer?.length, 1000);
  assert.equal(cache.bytes, 1000);
});

test('stays within its budget and drops what was not used for longest', async () => {
  const cache = makeCache();
  const source = new SlowSource(20);
  for (let index = 0; index < 8; index++) await loaded(cache, source, index);
  assert.ok(cache.get(source, 0));
  for (let index = 8; index < 12; index++) {
    await loaded(cache, source, index);
    assert.equal(cache.bytes, 8 * MIB);
  }
  assert.ok(cache.get(source, 0), 'it was used');
  assert.equal(cache.get(source, 1), undefined);
});

test('a slice that a socket holds is never overwritten', async () => {
  const cache = makeCache();
  const source = new SlowSource(60);
  const extent = await loaded(cache, source, 7);
  const slice = extent.buffer?.subarray(0, 100) ?? Buffer.alloc(0);
  cache.pin(extent);
  for (let index = 8; index < 60; index++) await loaded(cache, source, index);
  assert.ok(slice.every((byte) => byte === 7));
  assert.ok(cache.bytes <= 8 * MIB);
  cache.unpin(extent);
  assert.equal(cache.pinnedBytes, 0);
});

test('a slice of a forgotten source is never overwritten while a socket holds it', async () => {
  const cache = makeCache();
  const source = new SlowSource(60);
  const extent = await loaded(cache, source, 7);
  const slice = extent.buffer?.subarray(0, 100) ?? Buffer.alloc(0);
  cache.pin(extent);
  cache.forget(source);
  const other = new SlowSource(60);
  for (let index = 8; index < 30; index++) await loaded(cache, other, index);
  assert.ok(slice.every((byte) => byte === 7));
  cache.unpin(extent);
  for (let index = 30; index < 60; index++) await loaded(cache, other, index);
  assert.ok(cache.bytes <= 8 * MIB);
});

test('the buffer of a socket that died is left to the collector', async () => {
  const cache = makeCache();
  const source = new SlowSource(60);
  const extent = await loaded(cache, source, 7);
  const slice = extent.buffer?.subarray(0, 100) ?? Buffer.alloc(0);
  cache.pin(extent);
  cache.abandon(extent);
  for (let index = 8; index < 60; index++) await loaded(cache, source, index);
  assert.ok(slice.every((byte) => byte === 7));
  assert.equal(cache.bytes, 8 * MIB);
});

test('sockets may not hold more than half of the cache', async () => {
  const cache = makeCache();
  const source = new SlowSource(8);
  const held: Extent[] = [];
  for (let index = 0; index < 4; index++) {
    assert.equal(cache.mayPin, true);
    const extent = await loaded(cache, source, index);
    cache.pin(extent);
    held.push(extent);
  }
  assert.equal(cache.mayPin, false);
  for (const extent of held) cache.unpin(extent);
  assert.equal(cache.mayPin, true);
});

test('a read waits while every buffer is held, and goes on when one comes free', async () => {
  const cache = makeCache();
  const source = new SlowSource(20);
  const held: Extent[] = [];
  for (let index = 0; index < 8; index++) {
    const extent = await loaded(cache, source, index);
    cache.pin(extent);
    held.push(extent);
  }
  const late = load(cache, source, 9);
  await Promise.resolve();
  assert.equal(source.reads.includes(9), false);
  cache.unpin(held[3] as Extent);
  assert.equal(source.reads.includes(9), true);
  source.finish();
  assert.equal(await late, null);
  assert.equal(cache.bytes, 8 * MIB);
});

test('an error reaches all who wait, and the next wish reads again', async () => {
  const cache = makeCache();
  const source = new SlowSource(4);
  source.error = new SeederError('ERR_STORAGE_MISSING', 'gone');
  const both = Promise.all([load(cache, source, 0), load(cache, source, 0)]);
  await Promise.resolve();
  source.finish();
  assert.deepEqual(
    (await both).map((error) => error?.code),
    ['ERR_STORAGE_MISSING', 'ERR_STORAGE_MISSING'],
  );
  source.error = null;
  await loaded(cache, source, 0);
});

test('what is read for a source that was forgotten meanwhile is not kept', async () => {
  const cache = makeCache();
  const source = new SlowSource(4);
  const done = load(cache, source, 0);
  await Promise.resolve();
  cache.forget(source);
  source.finish();
  await done;
  assert.equal(cache.get(source, 0), undefined);
  await loaded(cache, source, 0);
  assert.equal(cache.bytes, MIB);
});

test('what was sent once makes room first, what is wanted again stays', async () => {
  const cache = makeCache(16 * MIB);
  const source = new SlowSource(40);
  const wanted = await loaded(cache, source, 0);
  cache.sent(wanted, MIB);
  assert.ok(cache.get(source, 0), 'somebody else wants it');
  for (let index = 1; index < 30; index++) cache.sent(await loaded(cache, source, index), MIB);
  assert.ok(cache.get(source, 0));
  assert.ok(cache.get(source, 29));
  assert.equal(cache.get(source, 20), undefined);
  assert.ok(cache.bytes < 8 * MIB, 'no more room was taken than was of use');
});

/** A reader of extents of its own, a quarter at a time, as a slow socket takes them. */
async function readAll(cache: ExtentCache, source: ExtentSource, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    for (let quarter = 0; quarter < 4; quarter++) {
      let extent = cache.get(source, index);
      while (extent === undefined) {
        assert.equal(await load(cache, source, index), null);
        extent = cache.get(source, index);
      }
      cache.pin(extent);
      cache.sent(extent, MIB / 4);
      await new Promise(setImmediate);
      cache.unpin(extent);
    }
  }
}

test('more readers than there is room for all come to their end, and little is read twice', async () => {
  const counters = makeSeederCounters();
  const cache = new ExtentCache(8 * MIB, counters);
  const source: ExtentSource = {
    length: 100 * MIB,
    extentBytes: MIB,
    read: (_buffer, _offset, _length, callback) => {
      if (counters.extentReads > 1000) throw new Error('reads and drops the same extents again and again');
      setImmediate(callback, null);
    },
  };
  await Promise.all(Array.from({ length: 25 }, (_none, i) => readAll(cache, source, 4 * i, 4 * i + 4)));
  assert.ok(counters.extentReads < 200, `${counters.extentReads} reads of 100 extents`);
});

test('an extent whose bytes somebody is expected to ask for stays when it was sent once', async () => {
  const cache = makeCache();
  const source = new SlowSource(30);
  const told: number[] = [];
  const heard = Object.assign(source, { onRead: (index: number) => void told.push(index) });
  cache.sent(await loaded(cache, heard, 0), MIB);
  const wanted = await loaded(cache, heard, 1);
  cache.expect(heard, MIB / 2, 2 * MIB); // from the middle of 0 to that of 2, which is not there
  cache.sent(wanted, MIB);
  for (let index = 2; index < 8; index++) cache.sent(await loaded(cache, heard, index), MIB);
  assert.equal(cache.get(heard, 0), undefined, 'it was sent before');
  assert.equal(cache.get(heard, 1), wanted);
  cache.sent(wanted, MIB);
  for (let index = 8; index < 16; index++) cache.sent(await loaded(cache, heard, index), MIB);
  assert.equal(cache.get(heard, 1), undefined);
  assert.deepEqual(
    told,
    Array.from({ length: 16 }, (_none, index) => index),
  );
});
