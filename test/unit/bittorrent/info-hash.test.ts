import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesEqual, fromHex, toHex } from '../../../src/bittorrent/hex.ts';
import { infoHashFromBytes, infoHashFromHex, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';

describe('info-hash', () => {
  it('is read from 40 hexadecimal digits of either case and printed in lower case', () => {
    const text = '6c68c1bcc24c65b6fef4724d8234b67e0e9ac6a4';
    assert.equal(infoHashToHex(infoHashFromHex(text.toUpperCase())), text);
  });

  it('copies its bytes', () => {
    const bytes = new Uint8Array(20).fill(1);
    const infoHash = infoHashFromBytes(bytes);
    bytes.fill(0);
    assert.equal(infoHash[19], 1);
  });

  it('refuses any other length and any other digit', () => {
    for (const length of [0, 19, 21, 32])
      assert.throws(() => infoHashFromBytes(new Uint8Array(length)), { code: 'ERR_INFO_HASH' });
    for (const text of [
      '',
      'ab',
      'g'.repeat(40),
      'a'.repeat(39),
      'a'.repeat(41),
      `${'a'.repeat(39)}\n`,
      '\u001b'.repeat(40),
    ])
      assert.throws(() => infoHashFromHex(text), { code: 'ERR_INFO_HASH' });
  });

  it('escapes what it quotes', () => {
    assert.throws(() => infoHashFromHex('\u001b[2J'), /"\\u001b\[2J" is no info-hash/);
  });
});

describe('hexadecimal', () => {
  it('prints a view of a larger buffer', () => {
    assert.equal(toHex(Uint8Array.of(1, 2, 0xff, 4).subarray(1, 3)), '02ff');
  });

  it('is refused as a whole where one digit is wrong', () => {
    for (const text of ['a', '0g', 'zz', '0x12', ' 12', '12\n']) assert.equal(fromHex(text), undefined, text);
    assert.deepEqual(fromHex('00Ff'), Uint8Array.of(0, 255));
    assert.deepEqual(fromHex(''), new Uint8Array());
  });

  it('bytesEqual compares length and content', () => {
    assert.equal(bytesEqual(Uint8Array.of(1, 2), Buffer.from([1, 2])), true);
    assert.equal(bytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
    assert.equal(bytesEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  });
});
