import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { peerIdFromBytes } from '../../../src/bittorrent/peer-id.ts';
import { address, Fixture, infoHash } from './tracker-fixture.ts';

describe('TrackerCore: intervals', () => {
  it('are short in a young swarm, and reach the usual one as it grows old', () => {
    const tracker = new Fixture();
    const told: number[] = [];
    for (let i = 0; i < 8; i++) {
      const { intervalSeconds, minIntervalSeconds } = tracker.announce({ from: '10.0.0.1' });
      assert.ok(minIntervalSeconds < intervalSeconds);
      told.push(intervalSeconds);
      tracker.now += intervalSeconds;
    }
    assert.deepEqual(told, [315, 323, 638, 1276, 1800, 1800, 1800, 1800]);
  });

  it('are the usual ones at once in a large swarm', () => {
    const tracker = new Fixture();
    for (let i = 0; i < 60; i++) tracker.announce({ from: `10.0.0.${i}` });
    assert.equal(tracker.announce({ from: '10.0.0.99' }).intervalSeconds, 1800);
  });

  it('are the usual ones after a restart, which makes no swarm young', () => {
    const tracker = new Fixture();
    const peer = { peerId: peerIdFromBytes(new Uint8Array(20)), key: 1, uploaded: 0, downloaded: 0, left: 1 };
    tracker.core.restorePeer(tracker.torrent, address('10.0.0.9'), 1, peer, tracker.now + 1000);
    assert.equal(tracker.announce({ from: '10.0.0.1' }).intervalSeconds, 1800);
  });

  it('are short again when a swarm that emptied comes back', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.now += 10_000;
    tracker.announce({ from: '10.0.0.1', event: 'stopped' });
    assert.equal(tracker.announce({ from: '10.0.0.1' }).intervalSeconds, 315);
  });

  it('grow when they are stretched, for every kind of swarm', () => {
    const tracker = new Fixture({ access: 'open' });
    tracker.core.stretchIntervals(2);
    assert.equal(tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) }).intervalSeconds, 600);
    tracker.now += 10_000;
    assert.equal(tracker.announce({ from: '10.0.0.2', infoHash: infoHash(2) }).intervalSeconds, 3600);
  });

  it('decide how long a peer lives: two of those that it was told', () => {
    const tracker = new Fixture();
    const young = tracker.announce({ from: '10.0.0.1' }).intervalSeconds;
    tracker.now += 2 * young + 59;
    assert.equal(tracker.core.expire(), 0);
    tracker.now += 1;
    assert.equal(tracker.core.expire(), 1);
  });
});
