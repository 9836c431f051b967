import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrackerCoreOptions } from '../../../src/tracker/tracker-options.ts';
import { address, Fixture, infoHash, peerId, peersOf } from './tracker-fixture.ts';

const seed = { port: 6900, peerId: peerId(99), isComplete: true };

function withSeed(options: TrackerCoreOptions = {}, isComplete = true): Fixture {
  const tracker = new Fixture(options);
  tracker.core.setLocalSeed(tracker.torrent, { ...seed, isComplete });
  return tracker;
}

describe('the own seed node in its swarms', () => {
  it('counts as a seeder, or as a leecher while it has not all', () => {
    assert.equal(withSeed().counts(), '1/0/0');
    assert.equal(withSeed({}, false).counts(), '0/1/0');
  });

  it('counts as incomplete, not as a downloader, while it lacks what it does not want (BEP 21)', () => {
    const tracker = new Fixture();
    tracker.core.setLocalSeed(tracker.torrent, { ...seed, isComplete: false, isPartialSeed: true });
    assert.equal(tracker.counts(), '0/1/0');
    assert.equal(tracker.core.swarm(tracker.torrent)?.downloaders, 0);
    assert.deepEqual(tracker.peers({ from: '10.0.0.3', to: '10.0.0.1' }), ['10.0.0.1:6900']);
    const toSeeder = tracker.peers({ from: '10.0.0.2', to: '10.0.0.1', left: 0 });
    assert.equal(toSeeder.includes('10.0.0.1:6900'), false);
  });

  for (const [from, to, endpoint] of [
    ['127.0.0.1', '127.0.0.1', '127.0.0.1:6900'],
    ['192.168.1.2', '192.168.1.1', '192.168.1.1:6900'],
    ['2001:db8::2', '2001:db8::1', '[2001:db8::1]:6900'],
    ['198.51.100.2', '::ffff:203.0.113.1', '203.0.113.1:6900'],
  ] as const)
    it(`is handed out to ${from} at ${to}, where the client reached us`, () => {
      assert.deepEqual(withSeed().peers({ from, to }), [endpoint]);
    });

  it('is handed out at the public addresses when they are known, of both families', () => {
    const tracker = withSeed({ publicAddresses: [address('203.0.113.1'), address('2001:db8::1')] });
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', to: '10.0.0.1' }), [
      '203.0.113.1:6900',
      '[2001:db8::1]:6900',
    ]);
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', to: '10.0.0.1', numWant: 1 }), ['203.0.113.1:6900']);
    assert.deepEqual(tracker.peers({ from: '2001:db8::9', numWant: 1, peerId: peerId(2) }), [
      '[2001:db8::1]:6900',
    ]);
  });

  it('is not handed out where no address is known', () => {
    assert.deepEqual(withSeed().peers({ from: '10.0.0.2' }), []);
  });

  it('is not handed out to seeders, unless it is a leecher itself', () => {
    assert.deepEqual(withSeed().peers({ from: '10.0.0.2', to: '10.0.0.1', left: 0 }), []);
    assert.deepEqual(withSeed({}, false).peers({ from: '10.0.0.2', to: '10.0.0.1', left: 0 }), [
      '10.0.0.1:6900',
    ]);
  });

  it('takes one of the places that are asked for', () => {
    const tracker = withSeed();
    for (let i = 0; i < 9; i++) tracker.announce({ from: `10.0.1.${i}` });
    const peers = tracker.peers({ from: '10.0.0.2', to: '10.0.0.1', numWant: 3 });
    assert.equal(peers.length, 3);
    assert.ok(peers.includes('10.0.0.1:6900'));
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', to: '10.0.0.1', numWant: 0 }), []);
  });

  it('stands among dictionaries too', () => {
    const { peerList } = withSeed().announce({ from: '10.0.0.2', to: '10.0.0.1', compact: false });
    assert.deepEqual(peerList, [{ ip: '10.0.0.1', port: 6900, peerId: new Uint8Array(seed.peerId) }]);
  });

  it('is nobody else when it announces itself: it is neither listed twice nor given itself', () => {
    const tracker = withSeed();
    const own = { from: '127.0.0.1', to: '127.0.0.1', port: 6900, left: 0 };
    assert.deepEqual(tracker.peers({ ...own, peerId: seed.peerId }), []);
    assert.deepEqual(tracker.peers({ ...own, peerId: peerId(98) }), [], 'nobody else can listen there');
    assert.equal(tracker.counts(), '1/0/0');
    assert.deepEqual(tracker.peers({ from: '127.0.0.2', to: '127.0.0.1' }), ['127.0.0.1:6900']);
  });

  it('goes on being counted when it says itself that it stops', () => {
    const tracker = withSeed();
    const reply = tracker.announce({ from: '127.0.0.1', port: 6900, peerId: seed.peerId, event: 'stopped' });
    assert.deepEqual(peersOf(reply), []);
    assert.equal(tracker.counts(), '1/0/0');
  });

  it('leaves when it is cleared, or the torrent is unregistered', () => {
    const tracker = withSeed();
    tracker.core.clearLocalSeed(tracker.torrent);
    tracker.core.clearLocalSeed(tracker.torrent);
    assert.equal(tracker.counts(), '0/0/0');
    const other = withSeed();
    other.core.unregisterTorrent(other.torrent);
    other.core.registerTorrent(other.torrent, { completed: 0 });
    assert.equal(other.counts(), '0/0/0');
  });

  it('is ignored for a torrent that is not tracked', () => {
    const tracker = new Fixture();
    tracker.core.setLocalSeed(infoHash(9), seed);
    assert.equal(tracker.core.swarm(infoHash(9)), undefined);
  });
});
