import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type BencodeInput, encodeBencode } from '../../../src/bittorrent/bencode.ts';
import { scanBencode } from '../../../src/bittorrent/bencode-scan.ts';
import { toHex } from '../../../src/bittorrent/hex.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { canonicalBencode } from '../../../src/builder/edit/canonical.ts';
import { editTorrent } from '../../../src/builder/edit/edit-torrent.ts';
import { rawInfo } from '../../unit/bittorrent/metainfo/fixtures.ts';

/** A value of bencode, a few levels deep. */
const value: fc.Arbitrary<BencodeInput> = fc.letrec<{ value: BencodeInput }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** The same value as somebody would write it who does not know the rules: keys in any order, zeros before numbers. */
function written(input: BencodeInput, random: () => number): Buffer {
  if (typeof input === 'number')
    return Buffer.from(`i${input < 0 ? '-' : ''}${random() < 0.5 ? '0' : ''}${Math.abs(input)}e`);
  if (typeof input === 'string' || input instanceof Uint8Array) {
    const bytes = Buffer.from(input as string);
    return Buffer.concat([Buffer.from(`${random() < 0.3 ? '0' : ''}${bytes.length}:`), bytes]);
  }
  const members: readonly Buffer[] = Array.isArray(input)
    ? input.map((member: BencodeInput) => written(member, random))
    : Object.entries(input as Record<string, BencodeInput>)
        .sort(() => random() - 0.5)
        .map(([key, member]) => Buffer.concat([written(key, random), written(member, random)]));
  return Buffer.concat([Buffer.from(Array.isArray(input) ? 'l' : 'd'), ...members, Buffer.from('e')]);
}

describe('editing at the level of bytes', () => {
  it('mends any bencode into what an encoder writes', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 1 }), (input, seed) => {
        let state = seed;
        const random = (): number => {
          state = (state * 48_271) % 2_147_483_647;
          return state / 2_147_483_647;
        };
        const mended = canonicalBencode(written(input, random));
        assert.equal(toHex(mended), toHex(encodeBencode(input)));
        assert.equal(scanBencode(mended).isCanonical, true);
      }),
    );
  });

  it('keeps all that it does not change', () => {
    const unknown = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).map((key) => `x ${key}`),
      value,
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(unknown, fc.string(), (members, comment) => {
        const raw = encodeBencode(members);
        const bytes = Buffer.concat([Buffer.from(`d4:info${rawInfo}`, 'latin1'), raw.subarray(1)]);
        const edited = editTorrent(bytes, { comment });
        assert.equal(edited.after.comment, Buffer.from(comment).toString());
        assert.equal(toHex(editTorrent(edited.torrent, { comment: null }).torrent), toHex(bytes));
        assert.deepEqual(parseMetainfo(edited.torrent).infoHash, parseMetainfo(bytes).infoHash);
      }),
    );
  });
});
