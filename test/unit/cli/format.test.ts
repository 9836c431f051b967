import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countOf, formatBytes, formatDuration } from '../../../src/cli/format.ts';

it('writes bytes in binary units', () => {
  const rows = [
    [0, '0 B'],
    [999, '999 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10 * 1024, '10 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [4.7e9, '4.38 GiB'],
    [2 ** 50, '1 PiB'],
    [2 ** 53, '8 PiB'],
  ] as const;
  for (const [bytes, text] of rows) assert.equal(formatBytes(bytes), text);
});

it('writes durations and counts', () => {
  assert.deepEqual([0, 7.4, 754, 10_800].map(formatDuration), ['0:00', '0:07', '12:34', '3:00:00']);
  assert.deepEqual(
    [countOf(1, 'file'), countOf(2, 'file'), countOf(0, 'file')],
    ['1 file', '2 files', '0 files'],
  );
});
