import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeDontHave, encodeDontHave } from '../../../src/seeder/wire/lt-donthave.ts';
import { PeerPieces } from '../../../src/seeder/wire/peer-pieces.ts';

const PIECES = 21;

test('what a peer has is what it said, whatever it gains and loses', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'remove', 'addAll'),
    piece: fc.integer({ min: -1, max: PIECES }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pieces = new PeerPieces(PIECES);
      const model = new Set<number>();
      const all = [...Array(PIECES).keys()];
      for (const { what, piece } of steps) {
        const isPiece = piece >= 0 && piece < PIECES;
        if (what === 'addAll') {
          pieces.addAll();
          for (const each of all) model.add(each);
        } else if (what === 'add') {
          assert.equal(pieces.add(piece), isPiece);
          if (isPiece) model.add(piece);
        } else assert.equal(pieces.remove(piece), model.delete(piece));
        assert.deepEqual(
          all.filter((each) => pieces.has(each)),
          all.filter((each) => model.has(each)),
        );
        assert.deepEqual([pieces.count, pieces.isComplete], [model.size, model.size === PIECES]);
      }
    }),
  );
});

test('a message that a piece was lost is read as it was written; any other bytes are none', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), (piece) => assert.equal(decodeDontHave(encodeDontHave(piece)), piece)),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) =>
      assert.equal(decodeDontHave(bytes) === undefined, bytes.length !== 4),
    ),
  );
});
