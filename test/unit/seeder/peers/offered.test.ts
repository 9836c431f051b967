import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullBits } from '../../../../src/seeder/bits.ts';
import { isOffered } from '../../../../src/seeder/peers/offered.ts';
import { PeerPieces } from '../../../../src/seeder/wire/peer-pieces.ts';

const PIECES = 20;

function having(...pieces: readonly number[]): PeerPieces {
  const all = new PeerPieces(PIECES);
  for (const piece of pieces) all.add(piece);
  return all;
}

const complete = { isComplete: true, bitfield: () => fullBits(PIECES) };
const partial = (...pieces: readonly number[]) => ({
  isComplete: false,
  bitfield: () => having(...pieces).bitfield(),
});

test('of a whole torrent everybody lacks something who has not all of it', () => {
  assert.equal(isOffered(complete, having(), undefined), true);
  assert.equal(isOffered(complete, having(0, 19), undefined), true);
  const all = new PeerPieces(PIECES);
  all.addAll();
  assert.equal(isOffered(complete, all, undefined), false);
});

test('of a torrent that is not whole a peer lacks what is here and not there', () => {
  assert.equal(isOffered(partial(), having(), undefined), false);
  assert.equal(isOffered(partial(3), having(), undefined), true);
  assert.equal(isOffered(partial(3, 17), having(3, 4, 17), undefined), false);
  assert.equal(isOffered(partial(3, 17), having(3, 4), undefined), true);
});

test('of a torrent that is super-seeded a peer lacks what it was shown alone', () => {
  const shown = having(2, 9).bitfield();
  assert.equal(isOffered(complete, having(2), shown), true);
  assert.equal(isOffered(complete, having(2, 9), shown), false);
  assert.equal(isOffered(complete, having(), new Uint8Array(3)), false);
});
