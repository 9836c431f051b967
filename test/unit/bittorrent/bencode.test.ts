import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeBencode,
  encodeBencode,
  integerOf,
  isDictionary,
  textOf,
} from '../../../src/bittorrent/bencode.ts';

const decode = (text: string): unknown => decodeBencode(Buffer.from(text, 'latin1'));
const encoded = (value: Parameters<typeof encodeBencode>[0]): string =>
  Buffer.from(encodeBencode(value)).toString('latin1');
const refused = { name: 'ProtocolError', code: 'ERR_BENCODE' };

describe('decodeBencode', () => {
  it('reads numbers, byte strings, lists and dictionaries (BEP 3)', () => {
    assert.equal(decode('i42e'), 42);
    assert.equal(decode('i-42e'), -42);
    assert.deepEqual(decode('4:spam'), Uint8Array.from(Buffer.from('spam')));
    assert.deepEqual(decode('0:'), new Uint8Array());
    assert.deepEqual(decode('li1ei2ee'), [1, 2]);
    assert.deepEqual({ ...(decode('d1:ai1e1:bi2ee') as object) }, { a: 1, b: 2 });
  });

  it('gives dictionaries without a prototype', () => {
    const value = decode('d1:ad1:bi1eee') as Record<string, object>;
    assert.equal(Object.getPrototypeOf(value), null);
    assert.equal(Object.getPrototypeOf(value['a']), null);
    assert.equal(value['constructor'], undefined);
  });

  it('names a key that is not UTF-8 by its hexadecimal form', () => {
    assert.deepEqual(Object.keys(decode('d2:\xff\xfei1ee') as object), ['fffe']);
  });

  it('shares no memory with its input', () => {
    const bytes = Buffer.from('4:spam');
    const value = decodeBencode(bytes);
    bytes.fill(0);
    assert.equal(textOf(value), 'spam');
  });

  it('reads a view in the middle of a larger buffer', () => {
    assert.equal(decodeBencode(Buffer.from('xxi42eyy').subarray(2, 6)), 42);
  });

  it('refuses a key that comes twice, also when the keys are out of order or nested', () => {
    for (const text of ['d1:ai1e1:ai2ee', 'd1:ai1e1:bi0e1:ai2ee', 'ld1:ai1e1:bi0e1:ai2eee'])
      assert.throws(() => decode(text), refused, text);
  });

  it('refuses keys that the package takes for the same: a byte order mark, hexadecimal, __proto__', () => {
    for (const text of ['d1:ai1e4:\xef\xbb\xbfai2ee', 'd2:ffi1e1:\xffi2ee', 'd9:__proto__d1:ai1eee'])
      assert.throws(() => decode(text), refused, text);
  });

  it('reads a number of 64 bits, as other programs write in keys of their own, without failing', () => {
    assert.equal(decode('i18446744073709551615e'), 2 ** 64);
    assert.equal(integerOf(2 ** 64), undefined);
  });

  it('holds the default limit on items before anything is built', () => {
    assert.throws(() => decode(`l${'0:'.repeat(300_000)}e`), /more than 250000 items/);
  });
});

describe('encodeBencode', () => {
  it('writes the examples of BEP 3', () => {
    assert.equal(encoded('spam'), '4:spam');
    assert.equal(encoded(-3), 'i-3e');
    assert.equal(encoded(-0), 'i0e');
    assert.equal(encoded(['spam', 'eggs']), 'l4:spam4:eggse');
    assert.equal(encoded({ spam: ['a', 'b'], cow: 'moo' }), 'd3:cow3:moo4:spaml1:a1:bee');
  });

  it('sorts keys by their bytes and not by UTF-16 units', () => {
    // U+FF61 comes before U+1F331 in UTF-8 and behind its first surrogate in UTF-16.
    assert.equal(encodeBencode({ '🌱': 1, '｡': 2 }).toString(), Buffer.from('d3:｡i2e4:🌱i1ee').toString());
  });

  it('counts the length of text in bytes', () => {
    assert.equal(Buffer.from(encodeBencode('é')).toString(), '2:é');
  });

  it('leaves undefined members out', () => {
    assert.equal(encoded({ a: undefined, b: 1 }), 'd1:bi1ee');
  });

  it('refuses numbers that are no safe integers', () => {
    for (const value of [1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])
      assert.throws(() => encodeBencode(value), refused);
  });
});

describe('the readers of decoded values', () => {
  it('tell the kinds apart', () => {
    const bytes = Buffer.from('x');
    assert.deepEqual(
      [isDictionary({}), isDictionary([]), isDictionary(bytes), isDictionary(1)],
      [true, false, false, false],
    );
    assert.equal(isDictionary(undefined), false);
    assert.equal(textOf(bytes), 'x');
    assert.equal(textOf(7), undefined);
    assert.equal(integerOf(7), 7);
    assert.equal(integerOf(bytes), undefined);
  });
});
