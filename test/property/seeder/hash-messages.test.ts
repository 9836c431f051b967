import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeHashes,
  decodeHashRequest,
  encodeHashes,
  encodeHashRequest,
} from '../../../src/seeder/wire/hash-messages.ts';

const number = fc.nat(2 ** 32 - 1);
const fields = {
  piecesRoot: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  baseLayer: number,
  index: number,
  length: number,
  proofLayers: number,
};
const requests = fc.record(fields, { noNullPrototype: true });

test('a request is read as it was written', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const bytes = encodeHashRequest(request);
      assert.equal(bytes.readUInt32BE(0), bytes.length - 4);
      assert.deepEqual(decodeHashRequest(bytes.subarray(4)), request);
    }),
  );
});

test('an answer is read as it was written', () => {
  fc.assert(
    fc.property(requests, fc.nat(600), (request, count) => {
      const hashes = Buffer.alloc(32 * count, count);
      const answer = decodeHashes(encodeHashes(request, hashes).subarray(4));
      assert.deepEqual(answer?.request, request);
      assert.ok(hashes.equals(answer.hashes));
    }),
  );
});

test('bytes that are no whole hashes behind a request are no answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const isAnswer = bytes.length >= 49 && (bytes.length - 49) % 32 === 0;
      assert.equal(decodeHashes(Buffer.from(bytes)) !== undefined, isAnswer);
    }),
  );
});
