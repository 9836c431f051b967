import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DataReader, type Gap } from '../../../../src/builder/hashing/data-reader.ts';
import type { Extent } from '../../../../src/builder/hashing/extent-hasher.ts';
import { PacedReader } from '../../../../src/builder/hashing/paced-reader.ts';
import { MAX_READS_AHEAD, ReadAhead } from '../../../../src/builder/hashing/read-ahead.ts';
import { hasCode, makeFiles } from './fixtures.ts';

const LENGTH = 100_000;
const COUNT = 10;

/** A reader that counts what is under way. */
class CountingReader extends DataReader {
  underWay = 0;
  most = 0;

  override async read(target: Uint8Array, offset: number): Promise<Gap[]> {
    this.most = Math.max(this.most, ++this.underWay);
    try {
      return await super.read(target, offset);
    } finally {
      this.underWay--;
    }
  }
}

function extents(): Iterator<Extent, undefined> {
  const all = Array.from({ length: COUNT }, (_none, unit) => unit).map(
    (unit): Extent => ({
      ...{ unit, offset: unit * LENGTH, length: LENGTH },
      ...{ from: unit, to: unit + 1, endsUnit: true },
    }),
  );
  return all.values();
}

describe('reading ahead', () => {
  for (const [hasSpareCores, most] of [
    [true, MAX_READS_AHEAD],
    [false, 1],
  ] as const)
    it(`has ${most} reads under way and gives the extents in order`, async (test) => {
      const { files, bytes } = await makeFiles(test, [COUNT * LENGTH]);
      // A clock that stands still: no read seems to wait.
      const pace = new PacedReader({ hasSpareCores, nowMs: () => 0 });
      const reader = new CountingReader(files, pace);
      const ahead = new ReadAhead(reader, pace, extents());
      for (let unit = 0; unit < COUNT; unit++) {
        const read = await ahead.next();
        assert.equal(read?.extent.unit, unit);
        assert.ok(bytes.subarray(unit * LENGTH, (unit + 1) * LENGTH).equals(read.bytes));
      }
      assert.equal(await ahead.next(), undefined);
      assert.equal(reader.most, most);
      reader.close();
    });

  it('has no more reads under way than it may', async (test) => {
    const { files } = await makeFiles(test, [COUNT * LENGTH]);
    const pace = new PacedReader({ hasSpareCores: true });
    const reader = new CountingReader(files, pace);
    const ahead = new ReadAhead(reader, pace, extents(), 2);
    for (let unit = 0; unit < COUNT; unit++) assert.equal((await ahead.next())?.extent.unit, unit);
    assert.equal(reader.most, 2);
    reader.close();
  });

  it('has no read under way any more when it fails', async (test) => {
    const { files } = await makeFiles(test, [LENGTH]);
    const [path = ''] = files.map((file) => file.path);
    const claimed = [...files, { path: `${path}.missing`, length: COUNT * LENGTH }];
    const pace = new PacedReader({ hasSpareCores: true });
    const reader = new CountingReader(claimed, pace);
    const ahead = new ReadAhead(reader, pace, extents());
    await ahead.next();
    await assert.rejects(ahead.next(), hasCode('ERR_FILE_MISSING'));
    assert.equal(reader.underWay, 0);
    reader.abandon();
  });
});
