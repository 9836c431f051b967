import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromBytes, formatEndpoint } from '../../../../src/bittorrent/endpoint.ts';
import { infoHashFromBytes } from '../../../../src/bittorrent/info-hash.ts';
import { nullJournal } from '../../../../src/persistence/peer-journal.ts';
import type { SwarmStoreLimits } from '../../../../src/tracker/store/swarm-store.ts';
import { Fixture, infoHash, peerId } from '../tracker-fixture.ts';

/** The info-hash of a number. */
function numbered(number: number): ReturnType<typeof infoHashFromBytes> {
  const bytes = new Uint8Array(20).fill(7);
  new DataView(bytes.buffer).setUint32(0, number);
  return infoHashFromBytes(bytes);
}

describe('TrackerCore: full of swarms', () => {
  it('takes a new one, and lets one with a single peer go: the one that expires first', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxSwarms: 4 } });
    for (const byte of [2, 3, 4]) {
      tracker.announce({ from: '10.0.0.1', infoHash: infoHash(byte) });
      tracker.now += 10;
    }
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) }); // which is now the youngest
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(5) });
    assert.equal(tracker.core.swarm(infoHash(3)), undefined);
    for (const byte of [2, 4, 5]) assert.equal(tracker.core.swarm(infoHash(byte))?.incomplete, 1);
    assert.equal(tracker.core.stats().counters.evictedSwarms, 1);
  });

  it('keeps swarms that are registered or have several peers, and refuses when all are', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxSwarms: 2 } });
    for (const host of [1, 2, 3])
      tracker.announce({ from: `10.0.0.${host}`, infoHash: infoHash(2), peerId: peerId(host) });
    tracker.announce({ from: '10.0.0.1' }); // of the registered torrent, alone
    const refusal = tracker.refused({ from: '10.0.0.1', infoHash: infoHash(3) });
    assert.match(refusal.reason, /no room for another torrent/);
    assert.ok((refusal.retryInSeconds ?? 0) > 0);
    assert.equal(tracker.core.stats().counters.refusedFull, 1);
  });

  it('stays as large as it is under a flood of random info-hashes, and keeps what is registered', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxSwarms: 1000, maxPeers: 1000 } });
    tracker.announce({ from: '10.0.0.1', left: 0 });
    for (let i = 0; i < 3000; i++) tracker.send({ from: '198.51.100.1', infoHash: numbered(i) });
    const { bytesUsed, swarms } = tracker.core.stats();
    assert.equal(swarms, 1000);
    for (let i = 3000; i < 20_000; i++) tracker.send({ from: '198.51.100.1', infoHash: numbered(i) });
    assert.equal(tracker.core.stats().bytesUsed, bytesUsed);
    assert.equal(tracker.core.stats().swarms, 1000);
    assert.equal(tracker.counts(), '1/0/0');
  });
});

describe('TrackerCore: full of peers', () => {
  it('lets expired peers go first, then those alone in swarms that nobody registered', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxPeers: 3 } });
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '10.0.0.2', infoHash: infoHash(2) });
    tracker.announce({ from: '10.0.0.3', infoHash: infoHash(3) });
    tracker.announce({ from: '10.0.0.4', peerId: peerId(4) });
    assert.equal(tracker.counts(), '0/2/0', 'the registered torrent has kept its peers');
    assert.equal(tracker.core.stats().counters.evictedPeers, 1);
    tracker.now += 100_000; // all have expired, and nobody has looked
    tracker.announce({ from: '10.0.0.5', infoHash: infoHash(5) });
    assert.equal(tracker.core.stats().peers4, 3);
  });

  it('takes no peer of a registered torrent for another, and does not list whom there is no room for', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxPeers: 2 } });
    tracker.announce({ from: '10.0.0.1', peerId: peerId(1) });
    tracker.announce({ from: '10.0.0.2', peerId: peerId(2) });
    const reply = tracker.announce({ from: '10.0.0.3', infoHash: infoHash(2) });
    assert.match(reply.warning ?? '', /full/);
    assert.equal(tracker.counts(), '0/2/0');
    assert.equal(tracker.core.stats().counters.unlistedPeers, 1);
    assert.equal(tracker.core.swarm(infoHash(2)), undefined, 'and leaves no empty swarm');
  });

  it('lets the peer of a full swarm go that was silent for longest', () => {
    const tracker = new Fixture({ limits: { maxPeersPerSwarm: 3 } });
    for (const host of [1, 2, 3]) {
      tracker.announce({ from: `10.0.0.${host}`, peerId: peerId(host) });
      tracker.now += 10;
    }
    tracker.announce({ from: '10.0.0.1', peerId: peerId(1) });
    tracker.announce({ from: '10.0.0.4', peerId: peerId(4) });
    const peers = tracker.peers({ from: '10.0.0.4', peerId: peerId(4) });
    assert.deepEqual(peers, ['10.0.0.1:6881', '10.0.0.3:6881']);
  });

  it('makes room in a full swarm for the first peer of another family', () => {
    const tracker = new Fixture({ limits: { maxPeersPerSwarm: 3 } });
    for (const host of [1, 2, 3]) tracker.announce({ from: `10.0.0.${host}`, peerId: peerId(host) });
    assert.equal(tracker.announce({ from: '2001:db8::1', peerId: peerId(9) }).warning, undefined);
    const { peers4, peers6 } = tracker.core.stats();
    assert.deepEqual([peers4, peers6], [2, 1]);
  });

  it('tells the journal who made room, in another swarm, in the same one, and with a swarm', () => {
    const told: string[] = [];
    const recordEvicted = (hash: Uint8Array, from: Uint8Array, port: number): void =>
      void told.push(`${hash[0]}: ${formatEndpoint({ address: addressFromBytes(from), port })}`);
    const journal = { ...nullJournal, recordEvicted };
    const evictedBy = (limits: Partial<SwarmStoreLimits>, last: number): readonly string[] => {
      const tracker = new Fixture({ access: 'open', limits, journal });
      tracker.core.unregisterTorrent(tracker.torrent);
      tracker.announce({ from: '2001:db8::1', infoHash: infoHash(2), port: 258 });
      tracker.now += 1;
      tracker.announce({ from: '2001:db8::2', infoHash: infoHash(2), peerId: peerId(2) });
      tracker.announce({ from: '10.0.0.3', infoHash: infoHash(last), peerId: peerId(3) });
      return told.splice(0);
    };
    assert.deepEqual(evictedBy({ maxPeers: 2 }, 3), ['2: [2001:db8::1]:258']);
    assert.deepEqual(evictedBy({ maxPeersPerSwarm: 2 }, 2), ['2: [2001:db8::1]:258']);
    assert.equal(evictedBy({ maxSwarms: 1 }, 3).length, 2, 'both peers of the swarm');
    assert.deepEqual(evictedBy({}, 3), []);
  });

  it('never exceeds its bounds, whoever comes', () => {
    const tracker = new Fixture({
      access: 'open',
      limits: { maxPeers: 50, maxSwarms: 20, maxPeersPerSwarm: 8 },
    });
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 8) % below;
    };
    for (let i = 0; i < 20_000; i++) {
      tracker.chance = random(1000) / 1000;
      tracker.now += random(3);
      const host = random(40);
      const from = random(2) === 0 ? `10.0.0.${host}` : `2001:db8::${host}`;
      const event = random(10) === 0 ? 'stopped' : random(9) === 0 ? 'paused' : 'none';
      const left = random(2);
      tracker.send({ from, infoHash: infoHash(1 + random(60)), peerId: peerId(host), left, event });
      if (random(50) === 0) tracker.core.expire();
      const { peers4, peers6, swarms } = tracker.core.stats();
      assert.ok(peers4 + peers6 <= 50 && swarms <= 21);
    }
    for (let byte = 1; byte <= 60; byte++) {
      const swarm = tracker.core.swarm(infoHash(byte));
      if (swarm !== undefined) assert.ok(swarm.complete >= 0 && swarm.incomplete + swarm.complete <= 8);
    }
  });
});
