import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recheckFrom } from '../../../src/api/routes/rechecks.ts';
import { parsePieceList } from '../../../src/cli/piece-list.ts';

const number = fc.nat({ max: 9_999_999_999 });
const part = fc.oneof(
  number,
  fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
);

test('a list of pieces that is written down and read is what the control API takes', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 50 }), (parts) => {
      const text = parts.map((one) => (typeof one === 'number' ? `${one}` : one.join('-'))).join(',');
      assert.deepEqual(recheckFrom({ pieces: parsePieceList(text) }), { pieces: parts });
    }),
  );
});

test('whatever is written, it is read as a list that the control API takes, or refused in words', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9,\- ]{0,30}$/)), (text) => {
      let pieces: (number | string)[];
      try {
        pieces = parsePieceList(text);
      } catch (error) {
        assert.match((error as Error).message, /range|number|parts/);
        return;
      }
      recheckFrom({ pieces });
    }),
  );
});

test('whatever the body of a recheck is, it is read or refused by code', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (pieces, file) => {
      for (const body of [pieces, { pieces }, { file }, { pieces, file }])
        try {
          recheckFrom(body);
        } catch (error) {
          assert.equal((error as Error).name, 'BadRequest');
        }
    }),
  );
});
