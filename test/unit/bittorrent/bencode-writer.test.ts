import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BencodeWriter } from '../../../src/bittorrent/bencode-writer.ts';

describe('BencodeWriter', () => {
  it('writes numbers of any size at the right place', () => {
    const numbers = [
      0,
      9,
      10,
      99,
      100,
      12345,
      1e9 - 1,
      1e9,
      2 ** 32,
      1e15,
      1e15 - 1,
      Number.MAX_SAFE_INTEGER,
    ];
    for (const number of numbers) {
      const writer = new BencodeWriter(Buffer.alloc(40, 0x2e));
      writer.literal('i').integerEnd(number);
      assert.equal(writer.buffer.toString('latin1', 0, writer.at), `i${number}e`);
    }
  });

  it('writes byte strings whole or in parts', () => {
    const writer = new BencodeWriter(Buffer.alloc(100));
    writer
      .literal('l')
      .bytes(Buffer.from('spam'))
      .bytes(new Uint8Array())
      .stringStart(3)
      .raw(Buffer.from('abc'))
      .literal('e');
    assert.equal(writer.buffer.toString('latin1', 0, writer.at), 'l4:spam0:3:abce');
  });

  it('writes nothing beyond the buffer', () => {
    const writer = new BencodeWriter(Buffer.alloc(4));
    assert.throws(() => writer.bytes(Buffer.from('spam')), RangeError);
  });
});
