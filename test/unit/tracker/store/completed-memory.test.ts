import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CompletedMemory } from '../../../../src/tracker/store/completed-memory.ts';

function swarm(number: number): Uint8Array {
  const infoHash = new Uint8Array(20);
  new DataView(infoHash.buffer).setUint32(0, number);
  return infoHash;
}

describe('the memory of completed downloads', () => {
  it('gives back what it was told, once', () => {
    const memory = new CompletedMemory(10);
    memory.keep(swarm(1), 4, 6);
    assert.equal(memory.completedOf(swarm(1)), 10);
    assert.deepEqual(memory.take(swarm(1)), { here: 4, elsewhere: 6 });
    assert.equal(memory.take(swarm(1)), undefined);
    assert.equal(memory.completedOf(swarm(1)), 0);
  });

  it('only raises a count that it has', () => {
    const memory = new CompletedMemory(10);
    memory.keep(swarm(1), 4, 6);
    memory.keep(swarm(1), 5, 2);
    assert.deepEqual(memory.take(swarm(1)), { here: 5, elsewhere: 6 });
  });

  it('holds the last half of its bound at least, and never more than the bound', () => {
    const memory = new CompletedMemory(100);
    for (let i = 1; i <= 1_000; i++) {
      memory.keep(swarm(i), 1, 0);
      if (i % 7 === 0) memory.keep(swarm(i - 3), 2, 0);
    }
    const held = Array.from({ length: 1_000 }, (_, i) => memory.completedOf(swarm(i + 1)));
    assert.ok(held.slice(-49).every((count) => count > 0));
    assert.ok(held.filter((count) => count > 0).length <= 100);
  });

  it('holds the newest when strangers fill it over and over', () => {
    const memory = new CompletedMemory(100_000); // one map that drops its oldest entry each time would take minutes
    for (let i = 0; i < 300_000; i++) memory.keep(swarm(i), 1, 0);
    assert.equal(memory.completedOf(swarm(299_999)), 1);
    assert.equal(memory.completedOf(swarm(250_000)), 1);
    assert.equal(memory.completedOf(swarm(100_000)), 0);
  });
});
