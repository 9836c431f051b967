import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeededHash } from '../../../src/tracker/store/seeded-hash.ts';
import { SwarmStore } from '../../../src/tracker/store/swarm-store.ts';
import { address, Fixture, infoHash, peerId } from './tracker-fixture.ts';

const PORTS = 5_000;

describe('many endpoints that say they are one client', () => {
  it('are each known by their address, and count', () => {
    const fixture = new Fixture();
    for (let port = 1; port <= PORTS; port++) fixture.announce({ from: '1.2.3.4', port, numWant: 0 });
    assert.equal(fixture.counts(), `0/${PORTS}/0`);
    fixture.announce({ from: '2001:db8::1' }); // the same peer id and key: counted already
    assert.equal(fixture.counts(), `0/${PORTS}/0`);
    for (let port = 1; port < PORTS; port++) fixture.announce({ from: '1.2.3.4', port, event: 'stopped' });
    fixture.now += 1_000_000;
    assert.equal(fixture.core.expire(), 2);
    assert.equal(fixture.counts(), '0/0/0');
  });

  it('do not make the index of clients one long row to be searched', () => {
    const hash = new SeededHash();
    const store = new SwarmStore({}, hash);
    const swarm = store.findOrAddSwarm(infoHash(1));
    const peer = { peerId: peerId(1), key: 5 };
    for (let port = 1; port <= PORTS; port++)
      assert.ok(store.insert(swarm, address('1.2.3.4'), port, peer, false, 1) >= 0);
    const identity = hash.bytes(peer.peerId, 0, 20, peer.key);
    assert.equal(store.arena4.isCrowded(swarm, identity, 64), true);
    assert.equal(store.arena4.isCrowded(swarm, identity, 65), false);
  });
});

describe('the hash of keys that strangers choose', () => {
  it('cannot be made to collide without knowing the secret', () => {
    const one = new Uint8Array(20).fill(3);
    const other = Uint8Array.from(one);
    // These flips undo each other in a hash that multiplies and shifts, whatever it multiplies by.
    for (const [at, bit] of [
      [0, 0x80],
      [4, 0x80],
      [5, 0x01],
    ] as const)
      other[at] = (other[at] as number) ^ bit; // within 20 bytes
    for (let i = 0; i < 100; i++) {
      const hash = new SeededHash();
      assert.notEqual(hash.bytes(one, 0, 20, 0), hash.bytes(other, 0, 20, 0));
    }
  });
});

describe('expiry', () => {
  it('takes no more out in one call than a few milliseconds allow, and the rest in the next', () => {
    const store = new SwarmStore();
    const swarm = store.findOrAddSwarm(infoHash(1));
    for (let i = 1; i <= 1000; i++)
      store.insert(swarm, address('1.2.3.4'), i, { peerId: peerId(i), key: 0 }, false, 1);
    assert.equal(store.expire(1, 1000), 100);
    assert.equal(store.expire(1, 10_000), 900);
  });
});
