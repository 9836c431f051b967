import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FloodGate, type FloodGateOptions } from '../../../../src/tracker/front-end/flood-gate.ts';
import { address } from '../tracker-fixture.ts';

/** A gate of ten a second, five at once, with a clock of its own. */
class Gate {
  nowMs = 1000;
  readonly told: number[] = [];
  readonly gate: FloodGate;

  constructor(options: Partial<FloodGateOptions> = {}) {
    this.gate = new FloodGate({
      ratePerSecond: 10,
      burst: 5,
      nowMs: () => this.nowMs,
      onShed: (shed) => this.told.push(shed),
      ...options,
    });
  }

  /** How many of `count` announces are taken. */
  taken(from: string, count: number): number {
    const sender = address(from);
    let taken = 0;
    for (let i = 0; i < count; i++) if (this.gate.admits(sender)) taken++;
    return taken;
  }
}

describe('the flood gate', () => {
  it('takes a burst, and then as many as the rate allows', () => {
    const fixture = new Gate();
    assert.equal(fixture.taken('192.0.2.1', 100), 5);
    fixture.nowMs += 100;
    assert.equal(fixture.taken('192.0.2.1', 100), 1);
    fixture.nowMs += 350;
    assert.equal(fixture.taken('192.0.2.1', 100), 3);
    assert.equal(fixture.gate.shed, 300 - 9);
  });

  it('takes a whole burst again after a silence, and not more', () => {
    const fixture = new Gate();
    fixture.taken('192.0.2.1', 100);
    fixture.nowMs += 3_600_000;
    assert.equal(fixture.taken('192.0.2.1', 100), 5);
  });

  it('keeps addresses apart', () => {
    const fixture = new Gate();
    fixture.taken('192.0.2.1', 100);
    assert.equal(fixture.taken('192.0.2.2', 100), 5);
  });

  it('counts all addresses of an IPv6 /64 as one sender', () => {
    const fixture = new Gate();
    assert.equal(fixture.taken('2001:db8:0:1::1', 3), 3);
    assert.equal(fixture.taken('2001:db8:0:1:ffff::2', 100), 2);
    assert.equal(fixture.taken('2001:db8:0:2::1', 100), 5);
  });

  it('never sheds private and loopback addresses', () => {
    const fixture = new Gate();
    for (const from of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::1', '192.168.1.1'])
      assert.equal(fixture.taken(from, 100), 100);
    assert.equal(fixture.gate.shed, 0);
  });

  it('tells what was shed once a second', () => {
    const fixture = new Gate();
    fixture.taken('192.0.2.1', 15);
    assert.deepEqual(fixture.told, [1]);
    fixture.nowMs += 1000;
    fixture.taken('192.0.2.1', 15); // 5 are taken
    assert.deepEqual(fixture.told, [1, 10]);
  });

  it('goes on shedding a flood while many others come and go', () => {
    const fixture = new Gate({ entries: 64 });
    fixture.taken('192.0.2.1', 100);
    for (let i = 0; i < 10_000; i++) fixture.taken(`198.51.${i >> 8}.${i & 255}`, 1);
    assert.equal(fixture.taken('192.0.2.1', 100), 0, 'a bucket that is nearly full makes room first');
  });

  it('does not grow', () => {
    const fixture = new Gate({ entries: 1024 });
    const before = fixture.gate.bytesUsed;
    for (let i = 0; i < 100_000; i++) fixture.taken(`198.${18 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, 1);
    assert.equal(fixture.gate.bytesUsed, before);
    assert.equal(before, 1024 * 16);
  });
});
