import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nullJournal } from '../../../src/persistence/peer-journal.ts';
import { FULL_SCRAPE_SECONDS } from '../../../src/tracker/full-scrape.ts';
import { isFailure } from '../../../src/tracker/http/answer.ts';
import type { SwarmStoreLimits } from '../../../src/tracker/store/swarm-store.ts';
import { address, Fixture, infoHash, peerId, peersOf } from './tracker-fixture.ts';

/** An open tracker that tells what its journal was told of completed downloads. */
function openTracker(told: number[], limits: Partial<SwarmStoreLimits> = {}): Fixture {
  const recordCompleted = (_infoHash: Uint8Array, total: number) => void told.push(total);
  return new Fixture({ access: 'open', limits, journal: { ...nullJournal, recordCompleted } });
}

describe('TrackerCore: identity and counting', () => {
  it('counts the announcer and never lists it', () => {
    const tracker = new Fixture();
    const reply = tracker.announce({ from: '10.0.0.1' });
    assert.equal(reply.incomplete, 1);
    assert.deepEqual(peersOf(reply), []);
    assert.deepEqual(tracker.peers({ from: '10.0.0.2' }), ['10.0.0.1:6881']);
  });

  it('knows a peer by its address and port: another peer id takes its place', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', peerId: peerId(1) });
    tracker.announce({ from: '10.0.0.1', peerId: peerId(2) });
    assert.equal(tracker.counts(), '0/1/0');
  });

  it('keeps apart who shares an address or a peer id', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', port: 1000 });
    tracker.announce({ from: '10.0.0.1', port: 1001 });
    tracker.announce({ from: '10.0.0.2', port: 1000 });
    assert.equal(tracker.counts(), '0/3/0');
    assert.deepEqual(tracker.peers({ from: '10.0.0.1', port: 1000 }), ['10.0.0.1:1001', '10.0.0.2:1000']);
  });

  it('keeps swarms apart', () => {
    const tracker = new Fixture();
    tracker.core.registerTorrent(infoHash(2), { completed: 0 });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) });
    assert.deepEqual(tracker.peers({ from: '10.0.0.2' }), []);
  });

  it('takes who has nothing left for a seeder, whatever the event', () => {
    const tracker = new Fixture();
    for (const event of ['started', 'none', 'completed'] as const)
      tracker.announce({ from: '10.0.0.1', event, left: 0 });
    tracker.announce({ from: '10.0.0.2', event: 'completed', left: 5 });
    assert.equal(tracker.counts(), '1/1/0');
  });

  it('gives seeders leechers only', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0 });
    tracker.announce({ from: '10.0.0.2', left: 5 });
    assert.deepEqual(tracker.peers({ from: '10.0.0.3', left: 0 }), ['10.0.0.2:6881']);
    assert.deepEqual(tracker.peers({ from: '10.0.0.4', left: 1 }), [
      '10.0.0.1:6881',
      '10.0.0.2:6881',
      '10.0.0.3:6881',
    ]);
  });

  it('lets a seeder become a leecher again', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0 });
    tracker.announce({ from: '10.0.0.1', left: 9 });
    assert.equal(tracker.counts(), '0/1/0');
  });
});

describe('TrackerCore: completed downloads', () => {
  it('counts a leecher that stops with nothing left, as aria2 does, once', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 5, event: 'started' });
    tracker.announce({ from: '10.0.0.1', left: 0, downloaded: 5, event: 'stopped' });
    tracker.announce({ from: '10.0.0.1', left: 0, downloaded: 5, event: 'stopped' });
    assert.equal(tracker.counts(), '0/0/1');
  });

  it('counts a leecher that goes on with nothing left, and not again when it says completed', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 5 });
    tracker.announce({ from: '10.0.0.1', left: 0, downloaded: 5 });
    tracker.announce({ from: '10.0.0.1', left: 0, downloaded: 5, event: 'completed' });
    tracker.announce({ from: '10.0.0.1', left: 0, downloaded: 5, event: 'stopped' });
    assert.equal(tracker.counts(), '0/0/1');
  });

  it('does not count a leecher that found its data on disk', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 5 });
    tracker.announce({ from: '10.0.0.1', left: 0, downloaded: 0 });
    assert.equal(tracker.counts(), '1/0/0');
  });

  it('counts a leecher that completes, once', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 5 });
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    assert.equal(tracker.counts(), '1/0/1');
  });

  it('counts a peer only once that downloads again and again', () => {
    const tracker = new Fixture();
    for (let i = 0; i < 3; i++) {
      tracker.announce({ from: '10.0.0.1', left: 5 });
      tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    }
    assert.equal(tracker.counts(), '1/0/1');
  });

  it('counts an unknown peer that completes, as opentracker does', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    assert.equal(tracker.counts(), '1/0/1');
  });

  it('does not count a known seeder, nor one with something left', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0 });
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    tracker.announce({ from: '10.0.0.2', left: 5, event: 'completed' });
    assert.equal(tracker.counts(), '1/1/0');
  });

  it('counts a client of both families once', () => {
    const tracker = new Fixture();
    for (const from of ['10.0.0.1', '2001:db8::1']) tracker.announce({ from, left: 5 });
    for (const from of ['10.0.0.1', '2001:db8::1']) tracker.announce({ from, left: 0, event: 'completed' });
    assert.equal(tracker.counts(), '1/0/1');
  });

  it('goes on from the registered count, and tells the journal what this node counted', () => {
    const told: number[] = [];
    const journal = {
      ...nullJournal,
      recordCompleted: (_infoHash: Uint8Array, total: number) => void told.push(total),
    };
    const tracker = new Fixture({ journal });
    tracker.core.registerTorrent(tracker.torrent, { completed: 10, completedHere: 4 });
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    assert.equal(tracker.counts(), '1/0/11');
    assert.deepEqual(told, [5]);
    tracker.core.registerTorrent(tracker.torrent, { completed: 3 });
    assert.equal(tracker.counts(), '1/0/11');
  });

  it('goes on from its count when a swarm of an open tracker empties and comes back', () => {
    const told: number[] = [];
    const tracker = openTracker(told);
    for (const from of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) {
      tracker.announce({ from, infoHash: infoHash(2), left: 0, event: 'completed' });
      const reply = tracker.announce({ from, infoHash: infoHash(2), left: 0, event: 'stopped' });
      assert.equal(reply.downloaded, told.length);
    }
    assert.deepEqual(told, [1, 2, 3]);
    assert.equal(tracker.core.swarm(infoHash(2)), undefined);
    assert.deepEqual(tracker.core.scrape([infoHash(2)]), [
      { infoHash: infoHash(2), complete: 0, incomplete: 0, downloaders: 0, downloaded: 3 },
    ]);
  });

  it('remembers the counts of so many emptied swarms, the last ones', () => {
    const told: number[] = [];
    const tracker = openTracker(told, { maxEmptiedSwarms: 2 });
    for (const swarm of [2, 3, 4, 4, 3, 2]) {
      tracker.announce({ from: '10.0.0.1', infoHash: infoHash(swarm), left: 0, event: 'completed' });
      tracker.announce({ from: '10.0.0.1', infoHash: infoHash(swarm), left: 0, event: 'stopped' });
    }
    assert.deepEqual(told, [1, 1, 1, 2, 2, 1]);
  });

  it('takes up the count of a torrent that is registered again', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    tracker.core.unregisterTorrent(tracker.torrent);
    assert.deepEqual(tracker.core.scrape([tracker.torrent]), [
      { infoHash: tracker.torrent, complete: 0, incomplete: 0, downloaders: 0, downloaded: 0 },
    ]);
    tracker.core.registerTorrent(tracker.torrent, { completed: 0 });
    assert.equal(tracker.counts(), '0/0/1');
  });

  it('restores the counts of swarms that are there, and of those that come to be', () => {
    const told: number[] = [];
    const tracker = openTracker(told);
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) });
    for (const swarm of [2, 3])
      tracker.core.restoreCompleted(infoHash(swarm), { completed: 10, completedHere: 4 });
    tracker.core.restoreCompleted(infoHash(3), { completed: 2, completedHere: 2 });
    assert.equal(tracker.core.swarm(infoHash(2))?.downloaded, 10);
    assert.equal(tracker.core.swarm(infoHash(3)), undefined);
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(3), left: 0, event: 'completed' });
    assert.equal(tracker.core.swarm(infoHash(3))?.downloaded, 11);
    assert.deepEqual(told, [5]);
  });
});

describe('TrackerCore: stopping and expiring', () => {
  it('forgets a peer that stops and sends it nobody', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '10.0.0.2' });
    const reply = tracker.announce({ from: '10.0.0.2', event: 'stopped' });
    assert.deepEqual(peersOf(reply), []);
    assert.equal(reply.incomplete, 1);
  });

  it('answers a stop of an unknown peer, and of an unknown torrent, as a success', () => {
    const tracker = new Fixture();
    assert.deepEqual(peersOf(tracker.announce({ from: '10.0.0.1', event: 'stopped' })), []);
    tracker.announce({ from: '10.0.0.1', event: 'stopped', infoHash: infoHash(9) });
    assert.equal(tracker.core.swarm(infoHash(9)), undefined);
  });

  it('tells the journal of peers that come and go', () => {
    const told: string[] = [];
    const journal = {
      ...nullJournal,
      recordPeer: (
        ...[, , port, peer, now, expires]: Parameters<
          import('../../../src/persistence/peer-journal.ts').PeerJournal['recordPeer']
        >
      ) => void told.push(`${port} left ${peer.left} at ${now} until ${expires}`),
      recordGone: (_infoHash: Uint8Array, _address: Uint8Array, port: number) =>
        void told.push(`${port} gone`),
    };
    const tracker = new Fixture({ journal, intervalSeconds: 100 });
    tracker.announce({ from: '10.0.0.1', port: 9, left: 3 });
    tracker.announce({ from: '10.0.0.1', port: 9, event: 'stopped' });
    tracker.announce({ from: '10.0.0.1', port: 9, event: 'stopped' });
    assert.deepEqual(told, ['9 left 3 at 1000000 until 1000270', '9 gone']);
  });

  it('forgets a peer that misses two announces, and no other', () => {
    const tracker = new Fixture({ intervalSeconds: 100 });
    tracker.announce({ from: '10.0.0.1' });
    tracker.now += 200;
    tracker.announce({ from: '10.0.0.2' });
    tracker.now += 69;
    assert.equal(tracker.core.expire(), 0);
    tracker.now += 1;
    assert.equal(tracker.core.expire(), 1);
    assert.deepEqual(tracker.peers({ from: '10.0.0.3' }), ['10.0.0.2:6881']);
  });

  it('forgets a swarm with its last peer, unless it is registered', () => {
    const tracker = new Fixture({ access: 'open' });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2), event: 'stopped' });
    assert.equal(tracker.core.swarm(infoHash(2)), undefined);
    assert.notEqual(tracker.core.swarm(tracker.torrent), undefined);
  });
});

describe('TrackerCore: replies', () => {
  it('gives 50 peers unless asked for another number, and at most 200', () => {
    const tracker = new Fixture();
    for (let i = 0; i < 300; i++) tracker.announce({ from: `10.0.1.${i % 250}`, port: 1000 + i });
    assert.equal(tracker.peers({ from: '10.0.0.1' }).length, 50);
    assert.equal(tracker.peers({ from: '10.0.0.1', numWant: 7 }).length, 7);
    assert.equal(tracker.peers({ from: '10.0.0.1', numWant: 0 }).length, 0);
    assert.equal(tracker.peers({ from: '10.0.0.1', numWant: 1e15 }).length, 200);
  });

  it('never lists anybody twice, wherever the choice begins', () => {
    const tracker = new Fixture();
    for (let i = 0; i < 10; i++) tracker.announce({ from: `10.0.0.${i}`, left: i % 2 });
    for (let chance = 0; chance < 1; chance += 0.05) {
      tracker.chance = chance;
      const peers = tracker.peers({ from: '10.0.0.4', left: 1, numWant: 8 });
      assert.equal(new Set(peers).size, 8);
      assert.ok(!peers.includes('10.0.0.4:6881'));
    }
  });

  it('tells the client its address as seen from here', () => {
    const reply = new Fixture().announce({ from: '203.0.113.9' });
    assert.deepEqual([...(reply.externalIp ?? [])], [203, 0, 113, 9]);
  });

  it('gives dictionaries to who wants them, with peer ids unless they are unwanted', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', peerId: peerId(5) });
    tracker.announce({ from: '2001:db8::1', peerId: peerId(6) });
    const { peerList } = tracker.announce({ from: '10.0.0.3', compact: false });
    assert.deepEqual(
      peerList?.map(({ ip, port, peerId: id }) => [ip, port, Buffer.from(id ?? []).toString()]),
      [
        ['10.0.0.1', 6881, '-TS0001-000000000005'],
        ['2001:db8::1', 6881, '-TS0001-000000000006'],
      ],
    );
    const bare = tracker.announce({ from: '10.0.0.3', compact: false, noPeerId: true });
    assert.deepEqual(bare.peerList?.[0], { ip: '10.0.0.1', port: 6881, peerId: undefined });
  });
});

describe('TrackerCore: dual stack', () => {
  it('counts a client of both families once and lists both of its endpoints', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '2001:db8::1' });
    assert.equal(tracker.counts(), '0/1/0');
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', peerId: peerId(2) }), [
      '10.0.0.1:6881',
      '[2001:db8::1]:6881',
    ]);
  });

  it('lists a client to itself at neither endpoint', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '2001:db8::1' });
    assert.deepEqual(tracker.peers({ from: '10.0.0.1' }), []);
    assert.deepEqual(tracker.peers({ from: '2001:db8::1' }), []);
  });

  it('goes on counting the client when one endpoint stops', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '2001:db8::1' });
    tracker.announce({ from: '10.0.0.1', event: 'stopped' });
    assert.equal(tracker.counts(), '0/1/0');
    tracker.announce({ from: '2001:db8::1', event: 'stopped' });
    assert.equal(tracker.counts(), '0/0/0');
  });

  it('takes a client for another one when only its key changes', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', key: 1 });
    tracker.announce({ from: '2001:db8::1', key: 2 });
    assert.equal(tracker.counts(), '0/2/0');
    tracker.announce({ from: '10.0.0.1', key: 2 });
    assert.equal(tracker.counts(), '0/1/0');
    tracker.announce({ from: '2001:db8::1', key: 3 });
    assert.equal(tracker.counts(), '0/2/0');
  });

  it('takes another key for another client', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', key: 1 });
    tracker.announce({ from: '2001:db8::1', key: 2 });
    assert.equal(tracker.counts(), '0/2/0');
  });

  it('keeps within numwant in all, and leaves room for the other family', () => {
    const tracker = new Fixture();
    for (let i = 0; i < 40; i++) {
      tracker.announce({ from: `10.0.1.${i}`, peerId: peerId(i) });
      tracker.announce({ from: `2001:db8::1:${i}`, peerId: peerId(100 + i) });
    }
    const reply = tracker.announce({ from: '10.0.0.1', numWant: 20 });
    assert.equal(reply.peers.length, 15 * 6);
    assert.equal(reply.peers6.length, 5 * 18);
  });

  it('takes an IPv4-mapped address for the IPv4 address', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '::ffff:10.0.0.1' });
    tracker.announce({ from: '10.0.0.1' });
    assert.equal(tracker.counts(), '0/1/0');
  });
});

describe('TrackerCore: the ip parameter', () => {
  const listed = (tracker: Fixture): string[] => tracker.peers({ from: '10.9.9.9', peerId: peerId(2) });

  for (const from of ['127.0.0.1', '192.168.1.2', 'fe80::1', '198.51.100.1'])
    it(`is ignored when it comes from ${from}, which nobody said to trust`, () => {
      const tracker = new Fixture();
      tracker.announce({ from, ip: '203.0.113.7' });
      assert.equal(listed(tracker).includes('203.0.113.7:6881'), false);
    });

  it('counts when the sender is trusted', () => {
    const tracker = new Fixture({ trustsIpParameterOf: (source) => source[0] === 198 });
    tracker.announce({ from: '198.51.100.1', ip: '2001:db8::7' });
    assert.deepEqual(listed(tracker), ['[2001:db8::7]:6881']);
  });

  for (const ip of ['example.org', '0.0.0.0', '255.255.255.255', '224.0.0.1', '::', 'ff02::1', '1.2.3'])
    it(`is ignored when it is ${ip}`, () => {
      const tracker = new Fixture({ trustsIpParameterOf: () => true });
      tracker.announce({ from: '127.0.0.1', ip });
      assert.deepEqual(listed(tracker), ['127.0.0.1:6881']);
    });
});

describe('TrackerCore: registration', () => {
  it('refuses an unknown torrent and says when to ask again', () => {
    const tracker = new Fixture({ intervalSeconds: 600 });
    const refusal = tracker.refused({ from: '10.0.0.1', infoHash: infoHash(9) });
    assert.deepEqual(refusal, { reason: 'unregistered torrent', retryInSeconds: 600, intervalSeconds: 600 });
  });

  it('tracks any torrent when it is open', () => {
    const tracker = new Fixture({ access: 'open' });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(9) });
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', infoHash: infoHash(9) }), ['10.0.0.1:6881']);
  });

  it('forgets a torrent and its peers that is no longer registered', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '2001:db8::1', left: 0 });
    tracker.core.unregisterTorrent(tracker.torrent);
    assert.equal(tracker.core.isRegistered(tracker.torrent), false);
    assert.equal(tracker.counts(), 'none');
    assert.equal(tracker.refused({ from: '10.0.0.1' }).reason, 'unregistered torrent');
    assert.equal(tracker.core.stats().peers4 + tracker.core.stats().peers6, 0);
  });

  it('keeps the peers of such a torrent when it is open', () => {
    const tracker = new Fixture({ access: 'open' });
    tracker.announce({ from: '10.0.0.1' });
    tracker.core.unregisterTorrent(tracker.torrent);
    assert.equal(tracker.counts(), '0/1/0');
  });
});

describe('TrackerCore: limits', () => {
  it('answers a peer that finds no room, with a warning', () => {
    const tracker = new Fixture({ limits: { maxPeers: 1 } });
    tracker.announce({ from: '10.0.0.1' });
    const reply = tracker.announce({ from: '10.0.0.2' });
    assert.deepEqual(peersOf(reply), ['10.0.0.1:6881']);
    assert.match(reply.warning ?? '', /full/);
    assert.equal(tracker.announce({ from: '10.0.0.1' }).warning, undefined);
    assert.equal(tracker.core.stats().counters.unlistedPeers, 1);
  });

  it('bounds the peers of one swarm', () => {
    const tracker = new Fixture({ limits: { maxPeersPerSwarm: 2 } });
    for (let i = 0; i < 5; i++) tracker.announce({ from: `10.0.0.${i}` });
    assert.equal(tracker.counts(), '0/2/0');
  });

  it('refuses new swarms beyond the bound, and takes registered ones', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxSwarms: 2 } });
    for (let i = 0; i < 3; i++) tracker.announce({ from: `10.0.0.${i}`, infoHash: infoHash(2) }); // worth keeping
    assert.match(tracker.refused({ from: '10.0.0.1', infoHash: infoHash(3) }).reason, /no room/);
    tracker.core.registerTorrent(infoHash(3), { completed: 0 });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(3) });
  });

  it('keeps no swarm for a peer that found no room', () => {
    const tracker = new Fixture({ access: 'open', limits: { maxPeers: 0 } });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) });
    assert.equal(tracker.core.stats().swarms, 1);
  });
});

describe('TrackerCore: scrape', () => {
  it('counts each swarm, and an unknown one as empty', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
    const counts = tracker.core.scrape([tracker.torrent, infoHash(9)]);
    assert.deepEqual(counts, [
      { infoHash: tracker.torrent, complete: 1, incomplete: 0, downloaders: 0, downloaded: 1 },
      { infoHash: infoHash(9), complete: 0, incomplete: 0, downloaders: 0, downloaded: 0 },
    ]);
  });

  it('refuses a scrape of everything unless it is allowed', () => {
    assert.ok(isFailure(new Fixture().core.scrape([])));
    const tracker = new Fixture({ isFullScrapeAllowed: true, access: 'open' });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2) });
    tracker.announce({ from: '10.0.0.1', infoHash: infoHash(2), event: 'stopped' });
    assert.deepEqual(tracker.core.scrape([]), [
      { infoHash: tracker.torrent, complete: 0, incomplete: 0, downloaders: 0, downloaded: 0 },
    ]);
  });

  it('answers scrapes of everything with the same counts for half a minute', () => {
    const tracker = new Fixture({ isFullScrapeAllowed: true });
    const first = tracker.core.scrape([]);
    tracker.announce({ from: '10.0.0.1' });
    tracker.now += FULL_SCRAPE_SECONDS - 1;
    assert.equal(tracker.core.scrape([]), first);
    tracker.now += 1;
    assert.deepEqual(tracker.core.scrape([]), [
      { infoHash: tracker.torrent, complete: 0, incomplete: 1, downloaders: 1, downloaded: 0 },
    ]);
  });
});

describe('TrackerCore: peers of an earlier run', () => {
  const peer = { peerId: peerId(1), key: 7, uploaded: 0, downloaded: 0, left: 0 };

  it('hands them out until they expire', () => {
    const tracker = new Fixture();
    const isTaken = tracker.core.restorePeer(
      tracker.torrent,
      address('10.0.0.1'),
      80,
      peer,
      tracker.now + 10,
    );
    assert.equal(isTaken, true);
    assert.deepEqual(tracker.peers({ from: '10.0.0.2' }), ['10.0.0.1:80']);
    tracker.now += 10;
    tracker.core.expire();
    assert.deepEqual(tracker.peers({ from: '10.0.0.2' }), []);
  });

  it('takes none that has expired or whose torrent is not tracked, and none twice', () => {
    const { core, now, torrent } = new Fixture();
    assert.equal(core.restorePeer(torrent, address('10.0.0.1'), 80, peer, now), false);
    assert.equal(core.restorePeer(infoHash(9), address('10.0.0.1'), 80, peer, now + 10), false);
    assert.equal(core.restorePeer(torrent, address('10.0.0.1'), 80, peer, now + 10), true);
    assert.equal(core.restorePeer(torrent, address('10.0.0.1'), 80, peer, now + 20), true);
    assert.equal(core.stats().peers4, 1);
  });

  it('makes room for them as for those who announce, and counts whom it cannot take', () => {
    const { core, now, torrent } = new Fixture({ access: 'open', limits: { maxPeers: 20, maxSwarms: 21 } });
    for (let host = 1; host <= 20; host++) {
      const unregistered = infoHash(100 + host);
      assert.ok(core.restorePeer(unregistered, address(`10.0.1.${host}`), 80, peer, now + 10));
    }
    for (let host = 1; host <= 20; host++) {
      const back = { ...peer, peerId: peerId(host) };
      assert.ok(core.restorePeer(torrent, address(`10.0.0.${host}`), 80, back, now + 10));
    }
    assert.equal(core.swarm(torrent)?.complete, 20);
    assert.equal(core.restorePeer(infoHash(99), address('10.0.2.1'), 80, peer, now + 10), false);
    assert.equal(core.swarm(infoHash(99)), undefined);
    assert.partialDeepStrictEqual(core.stats().counters, { evictedPeers: 20, unlistedPeers: 1 });
  });

  it('takes out who left elsewhere', () => {
    const { core, now, torrent } = new Fixture();
    core.restorePeer(torrent, address('10.0.0.1'), 80, peer, now + 10);
    assert.equal(core.dropPeer(torrent, address('10.0.0.1'), 80), true);
    assert.equal(core.dropPeer(torrent, address('10.0.0.1'), 80), false);
    assert.equal(core.dropPeer(infoHash(9), address('10.0.0.1'), 80), false);
  });
});
