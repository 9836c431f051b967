import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Extent, type ExtentSource } from '../../../../src/seeder/disk/extent.ts';
import { ReadQueue } from '../../../../src/seeder/disk/read-queue.ts';

const MIB = 1 << 20;

/** A torrent that nobody reads, on a disk of its own unless one is named. */
function makeSource(device = nextDevice++): ExtentSource {
  return { length: 100 * MIB, extentBytes: MIB, device, read: () => {} };
}

let nextDevice = 100n;

function makeQueue(maxReads: number): ReadQueue {
  return new ReadQueue({ maxReads, maxOfDevice: 8 });
}

/** Queues the first extents of a source. */
function add(queue: ReadQueue, source: ExtentSource, count: number): void {
  for (let index = 0; index < count; index++) queue.add(new Extent(source, index));
}

/** Starts all reads that may begin; the extents. */
function start(queue: ReadQueue): Extent[] {
  const started: Extent[] = [];
  for (let extent = queue.next(); extent !== undefined; extent = queue.next()) {
    queue.take(extent);
    queue.started(extent);
    started.push(extent);
  }
  return started;
}

test('a torrent alone never has as many reads under way as there are threads', () => {
  const queue = makeQueue(16);
  add(queue, makeSource(), 20);
  assert.equal(start(queue).length, 3);
  assert.equal(queue.size, 17);
});

test('one whose reads hang does not keep another waiting', () => {
  const queue = makeQueue(16);
  const [slow, fast] = [makeSource(), makeSource()];
  add(queue, slow, 20);
  start(queue); // they never end
  add(queue, fast, 20);
  for (let done = 0; done < 20; ) {
    const started = start(queue);
    assert.ok(started.length > 0 && started.every(({ source }) => source === fast));
    for (const extent of started) queue.finished(extent);
    done += started.length;
  }
});

test('many torrents on a disk that hangs leave room for those on another', () => {
  const queue = makeQueue(16);
  for (let i = 0; i < 20; i++) add(queue, makeSource(1n), 5);
  assert.equal(start(queue).length, 8); // they never end
  const other = makeSource(2n);
  add(queue, other, 3);
  assert.ok(start(queue).every(({ source }) => source === other));
  assert.equal(queue.size, 92 + 1);
});

test('a disk is known to nobody before its first read: then each torrent counts for itself', () => {
  const queue = makeQueue(16);
  for (let i = 0; i < 5; i++) add(queue, { ...makeSource(), device: undefined }, 5);
  assert.equal(start(queue).length, 10);
});

test('torrents are read by turns, each in its own order', () => {
  const queue = makeQueue(16);
  const [one, two] = [makeSource(), makeSource()];
  add(queue, one, 3);
  add(queue, two, 3);
  const order = start(queue).map(({ source, index }) => [source === one ? 1 : 2, index]);
  assert.deepEqual(order, [
    [1, 0],
    [2, 0],
    [1, 1],
    [2, 1],
  ]);
});

test('where little is read at a time, another still comes in', () => {
  const queue = makeQueue(2);
  const [slow, fast] = [makeSource(), makeSource()];
  add(queue, slow, 5);
  assert.equal(start(queue).length, 1);
  add(queue, fast, 5);
  assert.deepEqual(
    start(queue).map(({ source }) => source === fast),
    [true],
  );
});

test('whatever comes and ends, the bounds hold and everything is read at last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ source: fc.nat(4), isEnd: fc.boolean() }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 16 }),
      (steps, maxReads) => {
        const queue = makeQueue(maxReads);
        const sources = Array.from({ length: 5 }, () => makeSource());
        const reading: Extent[] = [];
        let [added, ended] = [0, 0];
        const end = (): void => {
          const extent = reading.shift();
          if (extent === undefined) return;
          queue.finished(extent);
          ended++;
        };
        const look = (): void => {
          reading.push(...start(queue));
          assert.ok(reading.length <= maxReads);
          for (const source of sources)
            assert.ok(reading.filter((extent) => extent.source === source).length <= 3);
          assert.ok(reading.length > 0 || queue.size === 0);
        };
        for (const { source, isEnd } of steps) {
          if (isEnd) end();
          else {
            add(queue, sources[source] as ExtentSource, 1);
            added++;
          }
          look();
        }
        while (reading.length > 0) {
          end();
          look();
        }
        assert.equal(ended, added);
      },
    ),
  );
});
