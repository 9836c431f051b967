import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedFastSet } from '../../../../src/seeder/wire/allowed-fast.ts';

const address = Uint8Array.of(80, 4, 4, 200);
const infoHash = new Uint8Array(20).fill(0xaa);

test('gives the set of the example in BEP 6', () => {
  const seven = [1059, 431, 808, 1217, 287, 376, 1188];
  assert.deepEqual(allowedFastSet(address, infoHash, 1313, 7), seven);
  assert.deepEqual(allowedFastSet(address, infoHash, 1313, 9), [...seven, 353, 508]);
});

test('gives neighbours in one network the same set', () => {
  const neighbour = Uint8Array.of(80, 4, 4, 1);
  assert.deepEqual(allowedFastSet(neighbour, infoHash, 50, 5), allowedFastSet(address, infoHash, 50, 5));
});

test('ends when the torrent has fewer pieces than are wanted', () => {
  assert.deepEqual(allowedFastSet(address, infoHash, 3, 10).sort(), [0, 1, 2]);
  assert.deepEqual(allowedFastSet(address, infoHash, 0, 10), []);
});

test('gives nothing for IPv6, which BEP 6 does not define', () => {
  assert.deepEqual(allowedFastSet(new Uint8Array(16), infoHash, 100, 5), []);
});
