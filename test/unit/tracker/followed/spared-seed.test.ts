import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FollowedSwarms } from '../../../../src/tracker/followed/followed-swarms.ts';
import { Fixture, infoHash, peerId } from '../tracker-fixture.ts';

const HERE = { to: '10.0.0.1' };
const OURS = '10.0.0.1:6900';
const seed = { port: 6900, peerId: peerId(99), isComplete: true };

/** A tracker whose own seed is spared in its swarm, where one other peer has all. */
function spared() {
  const tracker = new Fixture({ intervalSeconds: 1800, minIntervalSeconds: 300 });
  const swarm = new FollowedSwarms().follow(infoHash(1), 1000);
  tracker.core.setLocalSeed(tracker.torrent, { ...seed, follower: swarm });
  const at = { ...HERE, from: '10.0.0.9', peerId: peerId(9) };
  tracker.announce({ ...at, left: 1000 });
  tracker.announce({ ...at, left: 0, downloaded: 1000, event: 'completed' });
  swarm.isSpared = true;
  return { tracker, swarm };
}

describe('the own seed where others seed', () => {
  it('still counts, and is left out of what new leechers are given', () => {
    const { tracker } = spared();
    const reply = tracker.announce({ ...HERE, from: '10.0.0.2', peerId: peerId(2), left: 1000 });
    assert.equal(reply.complete, 2);
    assert.deepEqual(tracker.peers({ ...HERE, from: '10.0.0.3', peerId: peerId(3), left: 1000 }), [
      '10.0.0.2:6881',
      '10.0.0.9:6881',
    ]);
  });

  it('has leechers come again after the shortest interval, in an old swarm too', () => {
    const { tracker } = spared();
    tracker.now += 100_000;
    assert.equal(
      tracker.announce({ ...HERE, from: '10.0.0.2', peerId: peerId(2), left: 1000 }).intervalSeconds,
      300,
    );
  });

  it('is given to who comes again without having got anything', () => {
    const { tracker, swarm } = spared();
    const leecher = { ...HERE, from: '10.0.0.2', peerId: peerId(2), left: 1000 };
    tracker.announce(leecher);
    tracker.now += 300;
    assert.ok(tracker.peers(leecher).includes(OURS));
    assert.equal(swarm.standstillSeconds, tracker.now);
  });

  it('is given to who reaches none of the others, since they have addresses of the other family', () => {
    const { tracker } = spared();
    const peers = tracker.peers({ from: '2001:db8::2', to: '2001:db8::1', peerId: peerId(2), left: 1000 });
    assert.ok(peers.includes('[2001:db8::1]:6900'));
  });

  it('learns of who leaves', () => {
    const { tracker, swarm } = spared();
    assert.equal(swarm.copies, 1);
    tracker.announce({ ...HERE, from: '10.0.0.9', peerId: peerId(9), left: 0, event: 'stopped' });
    assert.equal(swarm.copies, 0);
  });

  it('does not take its own announce, or a peer that nobody reaches, for another copy', () => {
    const { tracker, swarm } = spared();
    tracker.announce({ ...HERE, from: '10.0.0.1', port: 6900, peerId: peerId(99), left: 0 });
    tracker.announce({ ...HERE, from: '0.0.0.0', peerId: peerId(5), left: 0 });
    tracker.now += 300;
    tracker.announce({ ...HERE, from: '10.0.0.1', port: 6900, peerId: peerId(99), left: 0 });
    tracker.announce({ ...HERE, from: '0.0.0.0', peerId: peerId(5), left: 0 });
    assert.equal(swarm.copies, 1);
  });

  it('neither counts nor is handed out while it is away', () => {
    const tracker = new Fixture();
    tracker.core.setLocalSeed(tracker.torrent, { ...seed, isAway: true });
    assert.deepEqual(tracker.peers({ ...HERE, from: '10.0.0.2' }), []);
    assert.equal(tracker.counts(), '0/1/0');
    tracker.core.setLocalSeed(tracker.torrent, { ...seed, isComplete: false, isAway: true });
    assert.equal(tracker.counts(), '0/1/0');
  });
});
