import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AnnounceQueue } from '../../../../src/seeder/discovery/dht/announce-queue.ts';

const INTERVAL_MS = 25 * 60_000;

interface Fixture {
  readonly queue: AnnounceQueue<number>;
  readonly announced: number[];
  /** Ends announces that are under way. */
  readonly settle: () => Promise<void>;
}

function makeQueue({ maxRunning = 16, perSecond = 4, waitMs = INTERVAL_MS } = {}): Fixture {
  const announced: number[] = [];
  let under: (() => void)[] = [];
  const announce = (item: number): Promise<number> => {
    announced.push(item);
    return new Promise((resolve) => under.push(() => resolve(waitMs)));
  };
  const settle = async (): Promise<void> => {
    for (const done of under) done();
    under = [];
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue: new AnnounceQueue({ announce, maxRunning, perSecond }), announced, settle };
}

it('ten thousand torrents are spread: four begin in a second, and nobody comes twice before all have come', async () => {
  const { queue, announced, settle } = makeQueue();
  for (let item = 0; item < 10_000; item++) queue.add(item);
  for (let second = 0; second < 2500; second++) {
    queue.tick(second * 1000);
    assert.ok(announced.length <= 4 * second + 1, `${announced.length} after ${second} s`);
    await settle();
  }
  assert.equal(announced.length, 9997);
  assert.equal(new Set(announced).size, 9997);
});

it('announces again when the interval is over, and not before', async () => {
  const { queue, announced, settle } = makeQueue();
  queue.add(1);
  queue.tick(0);
  await settle();
  queue.tick(INTERVAL_MS - 1);
  assert.deepEqual(announced, [1]);
  queue.tick(INTERVAL_MS);
  assert.deepEqual(announced, [1, 1]);
});

it('no more than so many are under way', () => {
  const { queue, announced } = makeQueue({ maxRunning: 3 });
  for (let item = 0; item < 10; item++) queue.add(item);
  for (let second = 0; second < 20; second++) queue.tick(second * 1000);
  assert.equal(announced.length, 3);
});

it('one that is removed while it is announced does not come again', async () => {
  const { queue, announced, settle } = makeQueue();
  queue.add(1);
  queue.tick(0);
  queue.remove(1);
  await settle();
  queue.tick(10 * INTERVAL_MS);
  assert.deepEqual(announced, [1]);
  assert.equal(queue.size, 0);
});

it('one that is removed and added while it is announced is announced once more after that', async () => {
  const { queue, announced, settle } = makeQueue();
  queue.add(1);
  queue.tick(0);
  queue.remove(1);
  queue.add(1);
  queue.tick(5000);
  assert.deepEqual(announced, [1]);
  await settle();
  queue.tick(6000);
  assert.deepEqual(announced, [1, 1]);
});
