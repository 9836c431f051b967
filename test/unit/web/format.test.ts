import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countOf, formatBytes } from '../../../src/web/format.ts';

describe('formatBytes', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10 * 1024, '10 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [200 * 1024 * 1024, '200 MiB'],
    [4_700_000_000, '4.38 GiB'],
    [2 ** 50, '1 PiB'],
    [Number.MAX_SAFE_INTEGER, '8 PiB'],
  ] as const) {
    it(`shows ${bytes} as ${text}`, () => assert.equal(formatBytes(bytes), text));
  }
});

it('counts with the noun in its number', () => {
  assert.deepEqual(
    [countOf(1, 'file'), countOf(2, 'file'), countOf(0, 'file')],
    ['1 file', '2 files', '0 files'],
  );
});
