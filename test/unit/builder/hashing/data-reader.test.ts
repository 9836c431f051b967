import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { DataReader, type DataReaderOptions } from '../../../../src/builder/hashing/data-reader.ts';
import type { BuilderError } from '../../../../src/builder/hashing/errors.ts';
import type { HashFile } from '../../../../src/builder/hashing/job.ts';
import { PacedReader } from '../../../../src/builder/hashing/paced-reader.ts';
import { hasCode, makeFiles } from './fixtures.ts';

const lengths = [300_000, 0, 70_000, 10, 200_000];
const total = 570_010;

/** A reader that goes through the thread pool, or one that reads at once. */
function makeReader(
  test: TestContext,
  files: readonly HashFile[],
  options: DataReaderOptions & { readonly hasSpareCores?: boolean } = {},
): DataReader {
  const { hasSpareCores = true } = options;
  const reader = new DataReader(files, new PacedReader({ hasSpareCores }), options);
  test.after(() => reader.abandon());
  return reader;
}

function shrink(path: string, length: number): void {
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, length);
  closeSync(fd);
}

describe('a data reader', () => {
  for (const hasSpareCores of [true, false])
    it(`answers many reads at the same time, across files: ${hasSpareCores ? 'in the pool' : 'at once'}`, async (test) => {
      const { files, bytes } = await makeFiles(test, lengths);
      const reader = makeReader(test, files, { hasSpareCores });
      const starts = Array.from({ length: 12 }, (_none, at) => at * 40_000);
      const targets = starts.map((start) => Buffer.alloc(Math.min(90_001, total - start)));
      const gaps = await Promise.all(targets.map((target, at) => reader.read(target, starts[at] ?? 0)));
      assert.ok(gaps.every((found) => found.length === 0));
      for (const [at, target] of targets.entries())
        assert.ok(target.equals(bytes.subarray(starts[at], (starts[at] ?? 0) + target.length)));
      reader.close();
    });

  it('writes zeros for pad files, or nothing when told that nobody looks', async (test) => {
    const { files, bytes } = await makeFiles(test, [10, 10]);
    const [first, second] = files as [HashFile, HashFile]; // two were asked for
    const padded = [first, { path: undefined, length: 5 }, second];
    for (const [skipsPadding, filler] of [
      [false, 0],
      [true, 7],
    ] as const) {
      const target = Buffer.alloc(25, 7);
      await makeReader(test, padded, { skipsPadding }).read(target, 0);
      const expected = Buffer.concat([bytes.subarray(0, 10), Buffer.alloc(5, filler), bytes.subarray(10)]);
      assert.deepEqual(target, expected);
    }
  });

  it('leaves gaps of zeros where a tolerant one finds nothing, and tells once a file', async (test) => {
    const { files, bytes } = await makeFiles(test, lengths);
    const problems: BuilderError[] = [];
    shrink(files[0]?.path ?? '', 250_000);
    rmSync(files[2]?.path ?? '');
    const onProblem = (problem: BuilderError): void => void problems.push(problem);
    const reader = makeReader(test, files, { onProblem });
    const target = Buffer.alloc(total, 7);
    const gaps = await reader.read(target, 0);
    assert.deepEqual(gaps, [
      { start: 250_000, end: 300_000 },
      { start: 300_000, end: 370_000 },
    ]);
    const expected = Buffer.from(bytes).fill(0, 250_000, 370_000);
    assert.ok(target.equals(expected));
    assert.deepEqual(await reader.read(target.subarray(0, 10), 260_000), [{ start: 260_000, end: 260_010 }]);
    assert.deepEqual(
      problems.map(({ code, path }) => [code, path]),
      [
        ['ERR_FILE_CHANGED', files[0]?.path],
        ['ERR_FILE_MISSING', files[2]?.path],
      ],
    );
  });

  it('fails all reads of a file that is not there, and none before it', async (test) => {
    const { files } = await makeFiles(test, lengths);
    const missing = files[2]?.path ?? '';
    rmSync(missing);
    const reader = makeReader(test, files);
    const reads = [0, 200_000, 300_000].map((start) => reader.read(Buffer.alloc(100_001), start));
    const results = await Promise.allSettled(reads);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    for (const result of results)
      if (result.status === 'rejected') assert.ok(hasCode('ERR_FILE_MISSING', missing)(result.reason));
  });

  it('notices on closing that a file was changed, replaced or removed', async (test) => {
    const changes: readonly (readonly [string, (path: string) => void])[] = [
      ['ERR_FILE_CHANGED', (path) => shrink(path, 200_000)],
      ['ERR_FILE_MISSING', (path) => rmSync(path)],
    ];
    for (const [code, change] of changes) {
      const { files } = await makeFiles(test, lengths);
      const path = files[0]?.path ?? '';
      const reader = makeReader(test, files);
      await reader.read(Buffer.alloc(100_000), 0);
      change(path);
      assert.throws(() => reader.close(), hasCode(code, path));
    }
    const { files } = await makeFiles(test, lengths);
    const [old, other] = [files[0]?.path ?? '', files[4]?.path ?? ''];
    const reader = makeReader(test, files);
    await reader.read(Buffer.alloc(100_000), 0);
    renameSync(other, old);
    await assert.rejects(reader.read(Buffer.alloc(100), 300_000), hasCode('ERR_FILE_MISSING', old));
  });

  it('says that a file became shorter when it ends too early', async (test) => {
    const { files } = await makeFiles(test, lengths);
    const path = files[0]?.path ?? '';
    const reader = makeReader(test, files);
    await reader.read(Buffer.alloc(100_000), 0);
    shrink(path, 150_000);
    await assert.rejects(reader.read(Buffer.alloc(100_000), 100_000), hasCode('ERR_FILE_CHANGED', path));
  });

  it('does not wait for what has taken the place of a file', { timeout: 10_000 }, async (test) => {
    if (process.platform === 'win32') return test.skip('Windows has no FIFOs');
    const { files } = await makeFiles(test, [10]);
    const path = files[0]?.path ?? '';
    rmSync(path);
    execFileSync('mkfifo', [path]);
    const read = makeReader(test, files).read(Buffer.alloc(10), 0);
    await assert.rejects(read, hasCode('ERR_FILE_CHANGED', path));
  });
});
