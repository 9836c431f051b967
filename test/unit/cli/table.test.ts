import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTable } from '../../../src/cli/table.ts';

describe('a table', () => {
  it('has columns as wide as they have to be', () => {
    assert.equal(formatTable(['A', 'B'], [['long', 'x'], ['y']]), 'A     B\nlong  x\ny\n');
  });

  it('may have a row for each of a million files', () => {
    const rows = Array.from({ length: 1_000_000 }, (_none, index) => [String(index)]);
    assert.equal(formatTable(['INDEX'], rows).split('\n').at(-2), '999999');
  });
});
