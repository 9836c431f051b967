import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PacedReader } from '../../../../src/builder/hashing/paced-reader.ts';
import { writeRandomFile } from '../../../support/data.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const LENGTH = 1_000_000;

async function openFile(t: TestContext): Promise<{ fd: number; content: Buffer }> {
  const path = join(await makeTempFolder(t), 'data');
  await writeRandomFile(path, LENGTH);
  const fd = openSync(path, 'r');
  t.after(() => closeSync(fd));
  return { fd, content: await readFile(path) };
}

/** A clock that goes on by `stepMs` whenever it is looked at: each read takes that long. */
function clock(stepMs: { value: number }): () => number {
  let now = 0;
  return () => {
    now += stepMs.value;
    return now;
  };
}

describe('a paced reader', () => {
  it('reads at once while the data comes fast', async (t) => {
    const { fd, content } = await openFile(t);
    const reader = new PacedReader({ hasSpareCores: false, nowMs: clock({ value: 0 }) });
    const target = Buffer.alloc(300_000);
    assert.equal(await reader.read(fd, target, 5), 300_000);
    assert.ok(target.equals(content.subarray(5, 300_005)));
    assert.equal(reader.usesPool, false);
  });

  it('goes through the pool when a read had to wait, and tries again later', async (t) => {
    const { fd, content } = await openFile(t);
    const step = { value: 100 };
    const reader = new PacedReader({ hasSpareCores: false, nowMs: clock(step) });
    const target = Buffer.alloc(100_000);
    await reader.read(fd, target, 0);
    assert.equal(reader.usesPool, true);
    step.value = 0;
    for (let i = 0; reader.usesPool; i++) {
      assert.ok(i < 100, 'it tries a read at once again');
      await reader.read(fd, target, 1000);
      assert.ok(target.equals(content.subarray(1000, 101_000)));
    }
    await reader.read(fd, target, 0);
    assert.equal(reader.usesPool, false);
  });

  it('reads through the pool while there are cores to spare', async (t) => {
    const { fd, content } = await openFile(t);
    const reader = new PacedReader({ hasSpareCores: true });
    const target = Buffer.alloc(200_000);
    assert.equal(await reader.read(fd, target, 7), 200_000);
    assert.ok(target.equals(content.subarray(7, 200_007)));
    assert.equal(reader.usesPool, true);
  });

  it('reads by itself where it may not use the pool, however long it waits', async (t) => {
    const { fd, content } = await openFile(t);
    const reader = new PacedReader({
      hasSpareCores: true,
      mayUsePool: false,
      nowMs: clock({ value: 100 }),
    });
    const target = Buffer.alloc(200_000);
    for (let count = 0; count < 2; count++) {
      assert.equal(await reader.read(fd, target, 7), 200_000);
      assert.ok(target.equals(content.subarray(7, 200_007)));
      assert.equal(reader.usesPool, false);
    }
  });

  it('returns what there is at the end of the file, either way', async (t) => {
    const { fd } = await openFile(t);
    for (const value of [0, 100]) {
      const reader = new PacedReader({ hasSpareCores: false, nowMs: clock({ value }) });
      await reader.read(fd, Buffer.alloc(100_000), 0);
      assert.equal(await reader.read(fd, Buffer.alloc(200_000), LENGTH - 150_000), 150_000);
      assert.equal(await reader.read(fd, Buffer.alloc(200_000), LENGTH + 1), 0);
    }
  });
});
