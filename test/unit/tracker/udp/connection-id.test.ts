import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionIds } from '../../../../src/tracker/udp/connection-id.ts';
import { address } from '../tracker-fixture.ts';

const key = Uint8Array.from({ length: 16 }, (_, i) => i);
const client = address('192.0.2.1');

/** Ids with a clock of their own. */
function idsAt(clock: { now: number }, ownKey = key): ConnectionIds {
  return new ConnectionIds({
    key: ownKey,
    clock: () => clock.now,
    lifetimeSeconds: 120,
    graceSeconds: 480,
  });
}

function idFor(ids: ConnectionIds, from = client): Buffer {
  const id = Buffer.alloc(8);
  assert.equal(ids.write(id, 0, from), 8);
  return id;
}

describe('a connection id', () => {
  for (const [age, state] of [
    [0, 'valid'],
    [120, 'valid'],
    [121, 'reused'],
    [600, 'reused'],
    [601, 'wrong'],
    [65_000, 'wrong'],
    [65_536, 'wrong'],
    [-60, 'valid'],
    [-61, 'wrong'],
  ] as const)
    it(`is ${state} after ${age} s`, () => {
      const clock = { now: 1_800_000_000 };
      const ids = idsAt(clock);
      const id = idFor(ids);
      clock.now += age;
      assert.equal(ids.check(id, client), state);
    });

  it('is that of its address, of either family', () => {
    const ids = idsAt({ now: 1_800_000_000 });
    assert.equal(ids.check(idFor(ids), address('192.0.2.2')), 'wrong');
    const six = address('2001:db8::1');
    assert.equal(ids.check(idFor(ids, six), six), 'valid');
    assert.equal(ids.check(idFor(ids, six), address('2001:db8::2')), 'wrong');
    assert.equal(ids.check(idFor(ids, address('c000:201::')), client), 'wrong');
  });

  it('holds over a restart and among nodes with the same key, and with no other', () => {
    const clock = { now: 1_800_000_000 };
    const id = idFor(idsAt(clock));
    assert.equal(idsAt(clock).check(id, client), 'valid');
    assert.equal(idsAt(clock, new Uint8Array(16)).check(id, client), 'wrong');
  });

  it('is wrong when any bit is', () => {
    const ids = idsAt({ now: 1_800_000_000 });
    for (let bit = 0; bit < 64; bit++) {
      const id = idFor(ids);
      id[bit >> 3] = (id[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(ids.check(id, client), 'wrong', `bit ${bit}`);
    }
  });

  it('takes a key of 16 bytes and a grace of hours at most', () => {
    assert.throws(() => idsAt({ now: 0 }, new Uint8Array(15)), TypeError);
    const options = { key, clock: () => 0, lifetimeSeconds: 120, graceSeconds: 70_000 };
    assert.throws(() => new ConnectionIds(options), TypeError);
  });
});
