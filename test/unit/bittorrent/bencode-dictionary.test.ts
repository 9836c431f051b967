import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BencodedDictionary } from '../../../src/bittorrent/bencode-dictionary.ts';
import { DEFAULT_BENCODE_LIMITS } from '../../../src/bittorrent/bencode-scan.ts';

const open = (text: string): BencodedDictionary =>
  new BencodedDictionary(Buffer.from(text, 'latin1'), DEFAULT_BENCODE_LIMITS);

describe('BencodedDictionary', () => {
  it('decodes the member that is asked for', () => {
    const dictionary = open('d1:ai1e1:b3:xyz1:cl1:dee');
    assert.equal(dictionary.get('a'), 1);
    assert.deepEqual(dictionary.get('c'), [Uint8Array.of(0x64)]);
    assert.equal(dictionary.get('d'), undefined);
    assert.deepEqual([dictionary.has('a'), dictionary.has('d')], [true, false]);
  });

  it('gives the bytes of a string as a view, and only of a string', () => {
    const dictionary = open('d1:ai1e1:b3:x:z1:c0:1:dlee');
    assert.equal(Buffer.from(dictionary.bytes('b') ?? []).toString(), 'x:z');
    assert.equal(dictionary.bytes('c')?.length, 0);
    assert.deepEqual(
      [dictionary.bytes('a'), dictionary.bytes('d'), dictionary.bytes('e')],
      [undefined, undefined, undefined],
    );
  });

  it('lists its members with the raw bytes of their keys', () => {
    const entries = [...open('d2:\xff\xfei1e1:alee').entries()];
    assert.deepEqual(
      entries.map(([key, raw]) => [Buffer.from(key).toString('hex'), Buffer.from(raw).toString()]),
      [
        ['fffe', 'i1e'],
        ['61', 'le'],
      ],
    );
  });

  it('gives the bencoded bytes of any member', () => {
    assert.equal(Buffer.from(open('d4:infod1:xi1eee').raw('info') ?? []).toString(), 'd1:xi1ee');
  });

  it('refuses what is no dictionary', () => {
    for (const text of ['le', 'i1e', '1:d', '', 'd1:ai1e1:ai2ee'])
      assert.throws(() => open(text), { code: 'ERR_BENCODE' });
  });

  it('holds a limit of its own a member', () => {
    const dictionary = open('d1:ali1ei2eee');
    assert.throws(
      () => dictionary.get('a', { maxBytes: 100, maxDepth: 1, maxItems: 2 }),
      /more than 2 items/,
    );
  });
});
