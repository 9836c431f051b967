import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { rawInfo } from './fixtures.ts';

const warnings = (text: string): string[] =>
  parseMetainfo(Buffer.from(text, 'latin1')).warnings.map(({ code }) => code);

describe('what is wrong with a metainfo file but harms nobody', () => {
  it('is nothing in a file as encoders write it', () => {
    assert.deepEqual(warnings(`d4:info${rawInfo}e`), []);
  });

  it('is keys out of order and numbers with leading zeros, outside of info and within it', () => {
    assert.deepEqual(warnings(`d8:url-list0:4:info${rawInfo}e`), ['WARN_NOT_CANONICAL']);
    assert.deepEqual(warnings(`d04:info${rawInfo}e`), ['WARN_NOT_CANONICAL']);
    const unordered = `${rawInfo.slice(0, -1)}12:x_cross_seed3:abc1:a0:e`;
    assert.deepEqual(warnings(`d4:info${unordered}e`), ['WARN_INFO_NOT_CANONICAL']);
  });

  it('is bytes behind the end, such as an editor’s line feed', () => {
    assert.deepEqual(warnings(`d4:info${rawInfo}e\n`), ['WARN_TRAILING_BYTES']);
  });
});
