import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type FrontEndHarness,
  frontEndCases,
  frontEndConformance,
} from '../../../src/tracker/conformance.ts';

/** Declares the suite for a front end, and runs what was declared. Returns the names of the cases that failed. */
async function failuresOf(frontEnd: FrontEndHarness): Promise<string[]> {
  const failed: string[] = [];
  const bodies: (() => Promise<void>)[] = [];
  const test = (name: string, _options: object, body: () => Promise<void>): void => {
    bodies.push(() => body().catch(() => void failed.push(name)));
  };
  frontEndConformance({ test, makeFrontEnd: async () => frontEnd });
  for (const body of bodies) await body();
  return failed;
}

describe('the conformance suite for front ends', () => {
  it('fails, in every case, a front end that answers but does nothing', async () => {
    const idle: FrontEndHarness = {
      announce: async () => ({ complete: 0, incomplete: 0, intervalSeconds: 1, peers: [] }),
      scrape: async () => [],
      dispose: async () => {},
    };
    assert.deepEqual(
      await failuresOf(idle),
      frontEndCases.map(({ name }) => name),
    );
  });

  it('refuses to skip what is no case', () => {
    const options = { test: () => {}, makeFrontEnd: () => Promise.reject(new Error('not called')) };
    assert.throws(() => frontEndConformance({ ...options, skip: { nonsense: 'because' } }), RangeError);
  });

  it('names each case once', () => {
    assert.equal(new Set(frontEndCases.map(({ name }) => name)).size, frontEndCases.length);
  });
});
