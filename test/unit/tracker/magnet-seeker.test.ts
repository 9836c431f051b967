import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnnounceReply } from '../../../src/bittorrent/announce-response.ts';
import { type Announce, Fixture } from './tracker-fixture.ts';

/** Bytes of IPv4 peers in the reply: 6 for each. */
function peerBytes(tracker: Fixture, announce: Announce): number {
  return (tracker.send(announce) as AnnounceReply).peers.length;
}

describe('a client that announces left=0 because it has no metadata yet (aria2 with a magnet)', () => {
  it('is given seeders when it starts', () => {
    const tracker = new Fixture();
    tracker.send({ from: '198.51.100.1', left: 0 });
    assert.equal(peerBytes(tracker, { from: '198.51.100.2', left: 0, event: 'started' }), 6);
  });

  it('is told from a seeder that updates or has transferred something', () => {
    const tracker = new Fixture();
    tracker.send({ from: '198.51.100.1', left: 0 });
    assert.equal(peerBytes(tracker, { from: '198.51.100.2', left: 0, event: 'none' }), 0);
    assert.equal(peerBytes(tracker, { from: '198.51.100.3', left: 0, event: 'started', uploaded: 5 }), 0);
  });
});
