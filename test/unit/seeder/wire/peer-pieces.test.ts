import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerPieces } from '../../../../src/seeder/wire/peer-pieces.ts';

test('a peer goes on having what it said that it has', () => {
  const pieces = new PeerPieces(10);
  assert.ok(pieces.addBitfield(Uint8Array.of(0x80, 0)));
  assert.ok(pieces.add(9));
  assert.ok(pieces.addBitfield(Uint8Array.of(0x40, 0)));
  assert.deepEqual(
    [...Array(10).keys()].filter((piece) => pieces.has(piece)),
    [0, 1, 9],
  );
  assert.equal(pieces.count, 3);
  pieces.addAll();
  assert.ok(pieces.addBitfield(Uint8Array.of(0, 0)));
  assert.ok(pieces.isComplete);
});

test('indexes out of range and spare bits are refused', () => {
  const pieces = new PeerPieces(10);
  assert.equal(pieces.add(10), false);
  assert.equal(pieces.add(-1), false);
  assert.equal(pieces.addBitfield(Uint8Array.of(0, 0x20)), false);
  assert.equal(pieces.count, 0);
});
