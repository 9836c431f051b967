import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sipHash, sipHashKey } from '../../../../src/tracker/udp/siphash.ts';

/** The key of the reference implementation's vectors: 00 01 .. 0f. Messages are 00 01 02 ... */
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

describe('SipHash-2-4', () => {
  // From the authors' vectors.h, and as `openssl mac -macopt size:8 ... SipHash` says; little-endian.
  for (const [length, expected] of [
    [0, '310e0edd47db6f72'],
    [8, '6224939a79f5f593'],
    [16, 'db9bc2577fcc2a3f'],
    [24, '94af49f6c650adb8'],
  ] as const)
    it(`hashes ${length} bytes as the reference does`, () => {
      const view = new DataView(counting(24).buffer);
      const words = Int32Array.from([0, 4, 8, 12, 16, 20], (at) => view.getInt32(at, true));
      const out = new Int32Array(2);
      sipHash(sipHashKey(counting(16)), words, length / 4, out);
      const bytes = Buffer.alloc(8);
      bytes.writeInt32LE(out[0] ?? 0, 0);
      bytes.writeInt32LE(out[1] ?? 0, 4);
      assert.equal(bytes.toString('hex'), expected);
    });
});
