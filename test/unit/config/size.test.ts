import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSize } from '../../../src/config/size.ts';

test('a size is bytes by 1000, or by 1024 where it says so', () => {
  for (const [text, bytes] of [
    ['65536', 65_536],
    ['1B', 1],
    ['500kB', 500_000],
    ['2TB', 2e12],
    ['1.5 TiB', 1_649_267_441_664],
    ['500 GiB', 536_870_912_000],
    ['1PB', 1e15],
    ['none', null],
  ] as const)
    assert.equal(parseSize(text), bytes, text);
});

test('what is no size, could be read in two ways, or is beyond all bounds is refused', () => {
  for (const text of ['', '2T', '2Tb', '-1GB', '0', '1e9', '2 T B', '1.2345GB', '2PB', 'much'])
    assert.throws(() => parseSize(text), /it takes/, text);
});

test('property: any text is a whole number of bytes within the bounds, none, or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,5}(\.\d{1,3})? ?[kMGTP]?i?B?$/)), (text) => {
      let size: number | null;
      try {
        size = parseSize(text);
      } catch (error) {
        assert.match((error as Error).message, /^it takes/);
        return;
      }
      assert.ok(size === null || (Number.isSafeInteger(size) && size >= 0 && size <= 1e15));
    }),
  );
});
