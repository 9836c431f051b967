import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PeerArena } from '../../../src/tracker/store/peer-arena.ts';
import { SeededHash } from '../../../src/tracker/store/seeded-hash.ts';
import { SLOT_WORDS } from '../../../src/tracker/store/slot-allocator.ts';
import { SwarmStore } from '../../../src/tracker/store/swarm-store.ts';
import { address, infoHash, peerId } from './tracker-fixture.ts';

const SHORTAGE = new RangeError('Array buffer allocation failed');

function refuse(): never {
  throw SHORTAGE;
}

describe('when there is no memory for more peers', () => {
  it('a list keeps those it has, and takes more when there is memory again', () => {
    const store = new SwarmStore();
    const swarm = store.findOrAddSwarm(infoHash(1));
    const insert = (port: number) =>
      store.insert(swarm, address('1.2.3.4'), port, { peerId: peerId(port), key: 0 }, port % 2 === 0, 1);
    let port = 1;
    for (const reserve of [refuse, store.arena4.reserve.bind(store.arena4), refuse]) {
      store.arena4.reserve = reserve;
      for (let i = 0; i < 20; i++) {
        try {
          insert(port);
          port++;
        } catch (error) {
          assert.equal(error, SHORTAGE);
        }
      }
    }
    assert.ok(port > 20);
    assert.equal(store.endpoints(swarm), port - 1);
    for (let one = 1; one < port; one++) {
      const slot = store.arena4.find(swarm, address('1.2.3.4'), one);
      assert.ok(slot >= 0 && slot < store.arena4.allocator.top);
      assert.equal(store.lists.isSeeder(store.arena4, slot), one % 2 === 0);
    }
  });

  it('an arena has as many endpoints as it has words', (t) => {
    const arena = new PeerArena(4, new SeededHash());
    arena.reserve(100);
    const shortage = t.mock.property(globalThis, 'Int32Array', refuse as unknown as typeof Int32Array);
    assert.throws(() => arena.reserve(1000), SHORTAGE);
    shortage.mock.restore();
    assert.equal(arena.endpoints.length / arena.endpointBytes, arena.words.length / SLOT_WORDS);
  });
});
