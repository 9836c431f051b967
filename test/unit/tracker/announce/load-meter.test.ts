import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoadMeter } from '../../../../src/tracker/announce/load-meter.ts';

const seconds = 30;
const many = 100_000 * seconds;

/** The stretch after so many readings. */
function after(meter: LoadMeter, readings: number, busy: number, announces: number): number {
  let stretch = 1;
  for (let i = 0; i < readings; i++) stretch = meter.read({ busy, announces, seconds });
  return stretch;
}

describe('the load meter', () => {
  it('stretches while announces keep the thread busy, to a bound', () => {
    const meter = new LoadMeter(6);
    assert.ok(Math.abs(after(meter, 8, 0.95, many) - 2) < 0.2);
    assert.equal(after(meter, 100, 0.95, many), 6);
  });

  it('holds between busy and at ease, and lets go below', () => {
    const meter = new LoadMeter(6);
    const stretched = after(meter, 5, 0.95, many);
    assert.equal(after(meter, 100, 0.7, many), stretched);
    assert.ok(after(meter, 1, 0.5, many) < stretched);
    assert.equal(after(meter, 100, 0.5, many), 1);
  });

  it('does not take the work of others for its own', () => {
    const meter = new LoadMeter(6);
    assert.equal(after(meter, 100, 1, 100 * seconds), 1);
  });
});
