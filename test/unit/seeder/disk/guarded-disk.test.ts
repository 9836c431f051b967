import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { GuardedDisk } from '../../../../src/seeder/disk/guarded-disk.ts';
import { eventually } from '../../../support/eventually.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** A disk on which looks below some folders hang, and a file in each of so many folders: each seems to be a disk. */
async function folders(t: TestContext, count: number) {
  const places = await Promise.all(
    Array.from({ length: count }, async () => {
      const path = join(await makeTempFolder(t), 'file');
      await writeFile(path, 'x');
      return path;
    }),
  );
  const hanging = new Set<string>();
  const faulty = new FaultyDisk();
  faulty.fault = (_operation, path) => (hanging.has(path) ? 'hold' : undefined);
  t.after(() => faulty.answer());
  const clock = new ManualClock();
  const disk = new GuardedDisk(faulty, clock);
  /** The size of what lies there, or the code of the error. */
  const look = (path: string): Promise<bigint | string | undefined> =>
    new Promise((resolve) => disk.lookAt(path, (error, stat) => resolve(stat?.size ?? error?.code)));
  return { places: places as [string, ...string[]], hanging, faulty, clock, look };
}

test('a look without an answer is ETIMEDOUT after ten seconds, and others there are EAGAIN until it has one', async (t) => {
  const { places, hanging, faulty, clock, look } = await folders(t, 1);
  const [path] = places;
  hanging.add(path);
  const first = look(path);
  await eventually('it hangs', () => faulty.heldCount === 1);
  clock.advance(9_999);
  clock.advance(1);
  assert.equal(await first, 'ETIMEDOUT');
  assert.equal(await look(path), 'EAGAIN');
  hanging.clear();
  assert.equal(await look(path), 'EAGAIN');
  faulty.answer();
  await eventually('it is looked at again', async () => (await look(path)) === 1n);
});

test('many looks at a disk that hangs keep two places, and other disks are looked at all the while', async (t) => {
  const { places, hanging, faulty, clock, look } = await folders(t, 2);
  const [slow, quick = ''] = places;
  hanging.add(slow);
  const slowOnes = Array.from({ length: 16 }, () => look(slow));
  await eventually('they hang', () => faulty.heldCount === 2);
  assert.equal(await look(quick), 1n);
  clock.advance(10_000);
  const told = await Promise.all(slowOnes);
  assert.deepEqual(told.slice(0, 2), ['ETIMEDOUT', 'ETIMEDOUT']);
  assert.deepEqual(new Set(told.slice(2)), new Set(['EAGAIN']));
  assert.equal(await look(quick), 1n);
  assert.equal(faulty.heldCount, 2);
});

test('when every place hangs nobody waits: all looks are EAGAIN', async (t) => {
  const { places, hanging, faulty, clock, look } = await folders(t, 5);
  const others = places.slice(0, 4);
  for (const path of others) hanging.add(path);
  const hung = others.map(look);
  await eventually('all places to hang', () => faulty.heldCount >= 3);
  const waiting = look(places.at(-1) ?? '');
  clock.advance(10_000);
  const told = await Promise.all(hung);
  assert.equal(told.filter((code) => code === 'ETIMEDOUT').length, faulty.heldCount);
  assert.equal(await waiting, 'EAGAIN');
  hanging.clear();
  faulty.answer();
  await eventually('all to be looked at again', async () => (await look(others[0] ?? '')) === 1n);
});
