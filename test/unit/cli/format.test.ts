import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatDuration } from '../../../src/cli/format.ts';

it('writes durations as a clock does', () => {
  assert.deepEqual([0, 7.4, 754, 10_800].map(formatDuration), ['0:00', '0:07', '12:34', '3:00:00']);
});
