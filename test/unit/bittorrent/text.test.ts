import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printableLine, quoted } from '../../../src/bittorrent/text.ts';

describe('printableLine', () => {
  it('leaves ordinary text of any script as it is', () => {
    assert.equal(printableLine('naïve 日本語 🌱'), 'naïve 日本語 🌱');
  });

  it('disarms control characters and line ends', () => {
    assert.equal(printableLine('a\u001b[2Jb\nc\u009bd\u2028e'), 'a\ufffd[2Jb\ufffdc\ufffdd\ufffde');
  });

  it('cuts what is too long, never leaving half a character', () => {
    assert.equal(printableLine('x'.repeat(400)), `${'x'.repeat(300)}...`);
    assert.equal(printableLine('ab🌱', 3), 'ab\ufffd...');
  });
});

describe('quoted', () => {
  it('escapes what JSON escapes, disarms the rest and cuts what is too long', () => {
    assert.equal(quoted('a"\u001b\u009b'), '"a\\"\\u001b\ufffd"');
    assert.equal(quoted('x'.repeat(100)), `"${'x'.repeat(80)}..."`);
    assert.equal(quoted('\u001b'.repeat(200)).length, 2 + 80 * 6 + 3);
  });
});
