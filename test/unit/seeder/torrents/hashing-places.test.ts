import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { HashPool } from '../../../../src/builder/hashing/pool.ts';
import { HashingPlaces } from '../../../../src/seeder/torrents/hashing-places.ts';

/** Places, and tasks in them that end when they are told to. */
function fixture(t: TestContext) {
  const places = new HashingPlaces(1);
  t.after(() => places.stop());
  const begun: string[] = [];
  const pools = new Map<string, HashPool>();
  const ends = new Map<string, () => void>();
  const begin = (name: string, device: bigint | undefined): Promise<string> =>
    places.run(device, async (pool) => {
      begun.push(name);
      pools.set(name, pool);
      await new Promise<void>((end) => ends.set(name, end));
      return name;
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await turn();
  };
  return { places, begun, pools, begin, end };
}

test('of one disk one torrent is hashed at a time, in their order; those of other disks meanwhile', async (t) => {
  const { begun, pools, begin, end } = fixture(t);
  const done = [begin('a1', 1n), begin('a2', 1n), begin('b1', 2n), begin('a3', 1n), begin('b2', 2n)];
  await turn();
  assert.deepEqual(begun, ['a1', 'b1']);
  assert.notEqual(pools.get('a1'), pools.get('b1'));
  await end('b1');
  assert.deepEqual(begun, ['a1', 'b1', 'b2']);
  await end('a1');
  assert.deepEqual(begun, ['a1', 'b1', 'b2', 'a2']);
  assert.equal(pools.get('a2'), pools.get('a1'), 'the place with all threads is taken again first');
  for (const name of ['b2', 'a2', 'a3']) await end(name);
  assert.deepEqual(await Promise.all(done), ['a1', 'a2', 'b1', 'a3', 'b2']);
});

test('four disks at a time; who waits for a disk that hangs takes no place from another', async (t) => {
  const { begun, begin, end } = fixture(t);
  void begin('hangs', 1n);
  void begin('behind it', 1n);
  for (const device of [2n, 3n, 4n, 5n, 6n]) void begin(`disk ${device}`, device);
  await turn();
  assert.deepEqual(begun, ['hangs', 'disk 2', 'disk 3', 'disk 4']);
  await end('disk 3');
  await end('disk 2');
  assert.deepEqual(begun.slice(4), ['disk 5', 'disk 6']);
  for (const device of [4n, 5n, 6n]) await end(`disk ${device}`);
  assert.ok(!begun.includes('behind it'));
  await end('hangs');
  assert.ok(begun.includes('behind it'));
  await end('behind it');
});

test('torrents whose disks are not known are hashed one after another', async (t) => {
  const { begun, begin, end } = fixture(t);
  void begin('first', undefined);
  void begin('second', undefined);
  await turn();
  assert.deepEqual(begun, ['first']);
  await end('first');
  assert.deepEqual(begun, ['first', 'second']);
  await end('second');
});

test('a place whose task failed is given to the next', async (t) => {
  const { places, begun, begin, end } = fixture(t);
  await assert.rejects(
    places.run(1n, () => {
      throw new Error('no');
    }),
    /no/,
  );
  void begin('next', 1n);
  await turn();
  assert.deepEqual(begun, ['next']);
  await end('next');
});
