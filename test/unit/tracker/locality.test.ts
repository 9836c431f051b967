import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fixture, peerId } from './tracker-fixture.ts';

/** A swarm of 400 peers far away and 10 near 203.0.113.1, which asks for 20 from wherever `chance` says. */
function asked(prefersNearPeers: boolean, chance: number, left = 1): string[] {
  const tracker = new Fixture({ prefersNearPeers });
  for (let i = 0; i < 410; i++) {
    const from = i % 41 === 40 ? `203.0.113.${100 + (i % 100)}` : `198.51.${i % 100}.${i % 200}`;
    tracker.announce({ from, port: 1000 + i, peerId: peerId(i), left: 1 });
  }
  tracker.chance = chance;
  return tracker.peers({ from: '203.0.113.1', peerId: peerId(9999), numWant: 20, left });
}

const near = (peers: readonly string[]): number =>
  peers.filter((peer) => peer.startsWith('203.0.113.')).length;

describe('TrackerCore: locality', () => {
  it('gives half of the places to the own network, and as many peers as ever', () => {
    for (const chance of [0, 0.3, 0.6, 0.99])
      for (const left of [0, 1]) {
        const peers = asked(true, chance, left);
        assert.equal(new Set(peers).size, 20);
        assert.ok(near(peers) >= 9, `${near(peers)} are near`);
        assert.ok(near(peers) < 20, 'the others are random');
        assert.ok(!peers.includes('203.0.113.1:6881'));
      }
  });

  it('is off unless it is asked for', () => {
    assert.ok(near(asked(false, 0.3)) <= 1);
  });

  it('goes by /48 for IPv6, and by the own family only', () => {
    const tracker = new Fixture({ prefersNearPeers: true });
    for (let i = 0; i < 60; i++)
      tracker.announce({ from: `2001:db8:${i}:1::1`, port: 1000 + i, peerId: peerId(i) });
    for (let i = 0; i < 3; i++)
      tracker.announce({ from: `2001:db8:ffff:${i}::1`, port: 9, peerId: peerId(100 + i) });
    tracker.announce({ from: '10.0.0.1', peerId: peerId(200) });
    const peers = tracker.peers({ from: '2001:db8:ffff:9::1', peerId: peerId(300), numWant: 8 });
    assert.equal(peers.filter((peer) => peer.startsWith('[2001:db8:ffff:')).length, 3);
    assert.equal(peers.length, 8);
  });

  it('gives everybody of a small swarm, once', () => {
    const tracker = new Fixture({ prefersNearPeers: true });
    for (let i = 1; i < 6; i++) tracker.announce({ from: `203.0.113.${i}`, peerId: peerId(i) });
    const peers = tracker.peers({ from: '203.0.113.3', peerId: peerId(3) });
    assert.equal(new Set(peers).size, 4);
    assert.equal(peers.length, 4);
  });
});
