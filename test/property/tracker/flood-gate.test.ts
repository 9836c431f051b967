import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromBytes } from '../../../src/bittorrent/endpoint.ts';
import { FloodGate } from '../../../src/tracker/front-end/flood-gate.ts';

const RATE = 10;
const BURST = 5;

/** Announces of a few senders, with pauses between them. */
const sendings = fc.array(fc.record({ sender: fc.nat(5), pauseMs: fc.nat(300) }), {
  minLength: 1,
  maxLength: 300,
});

/** A token bucket as the books have it. */
class Bucket {
  #tokens = BURST;
  #atMs = 0;

  take(nowMs: number): boolean {
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#atMs) * RATE) / 1000);
    this.#atMs = nowMs;
    if (this.#tokens < 1 - 1e-6) return false;
    this.#tokens--;
    return true;
  }
}

describe('the flood gate', () => {
  it('takes what a token bucket a sender takes', () => {
    fc.assert(
      fc.property(sendings, (list) => {
        let nowMs = 0;
        const gate = new FloodGate({ ratePerSecond: RATE, burst: BURST, nowMs: () => nowMs });
        const buckets = new Map<number, Bucket>();
        for (const { sender, pauseMs } of list) {
          nowMs += pauseMs;
          const bucket = buckets.get(sender) ?? new Bucket();
          buckets.set(sender, bucket);
          const address = addressFromBytes(Uint8Array.of(203, 0, 113, sender));
          assert.equal(gate.admits(address), bucket.take(nowMs));
        }
      }),
      { numRuns: 300 },
    );
  });
});
