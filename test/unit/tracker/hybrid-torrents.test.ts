import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PeerJournal } from '../../../src/persistence/peer-journal.ts';
import { announceRequest, RawClient, startFast } from './http/http-fixture.ts';
import { address, Fixture, infoHash, peerId } from './tracker-fixture.ts';

const V2 = infoHash(2);

/** A tracker whose torrent has a second name. */
function hybrid(options: ConstructorParameters<typeof Fixture>[0] = {}): Fixture {
  const tracker = new Fixture(options);
  tracker.core.registerTorrent(tracker.torrent, { completed: 0, alias: V2 });
  return tracker;
}

describe('TrackerCore: a hybrid torrent (BEP 52)', () => {
  it('is one swarm under both of its info-hashes', () => {
    const tracker = hybrid();
    tracker.announce({ from: '10.0.0.1', left: 0, peerId: peerId(1) });
    const reply = tracker.announce({ from: '10.0.0.2', infoHash: V2, peerId: peerId(2) });
    assert.deepEqual([reply.complete, reply.incomplete], [1, 1]);
    assert.equal(reply.peers.length, 6);
    const [v1, v2] = tracker.core.scrape([tracker.torrent, V2]) as readonly { incomplete: number }[];
    assert.deepEqual({ ...v1, infoHash: '' }, { ...v2, infoHash: '' });
    assert.equal(v1?.incomplete, 1);
    assert.equal(tracker.core.stats().swarms, 1);
  });

  it('has one key in the journal, and for rules', () => {
    const keys: number[] = [];
    const note = (key: Uint8Array): void => void keys.push(key[0] as number);
    const journal: PeerJournal = {
      recordPeer: note,
      recordGone: note,
      recordEvicted: note,
      recordCompleted: note,
    };
    const seen: number[] = [];
    const rule = {
      refusalOf: ({ infoHash: [first = 0] }: { readonly infoHash: Uint8Array }) => void seen.push(first),
    };
    const tracker = hybrid({ journal, rules: [rule as never] }); // as a rule that lets all pass
    tracker.announce({ from: '10.0.0.1', infoHash: V2 });
    tracker.announce({ from: '10.0.0.1', infoHash: V2, left: 0, event: 'completed' });
    tracker.announce({ from: '10.0.0.1', infoHash: V2, left: 0, event: 'stopped' });
    assert.deepEqual(keys, [1, 1, 1, 1]);
    assert.deepEqual(seen, [1, 1, 1]);
  });

  it('counts a client that announces both once, and its download once', () => {
    const tracker = hybrid();
    for (const name of [tracker.torrent, V2]) tracker.announce({ from: '10.0.0.1', infoHash: name });
    assert.equal(tracker.counts(), '0/1/0');
    for (const name of [tracker.torrent, V2])
      tracker.announce({ from: '10.0.0.1', infoHash: name, left: 0, event: 'completed' });
    assert.equal(tracker.counts(), '1/0/1');
  });

  it('gives peers once to a client that announces both at once, and again when it asks later', () => {
    const tracker = hybrid();
    tracker.announce({ from: '10.0.0.9', peerId: peerId(9) });
    assert.equal(tracker.peers({ from: '10.0.0.1' }).length, 1);
    assert.equal(tracker.peers({ from: '10.0.0.1', infoHash: V2 }).length, 0);
    assert.equal(
      tracker.peers({ from: '10.0.0.2', peerId: peerId(2), infoHash: V2 }).length,
      2,
      'another client',
    );
    tracker.now += 31;
    assert.equal(tracker.peers({ from: '10.0.0.1', infoHash: V2 }).length, 2);
  });

  it('takes the peers over that came by the second name before it was registered', () => {
    const tracker = new Fixture({ access: 'open' });
    tracker.announce({ from: '10.0.0.1', infoHash: V2, peerId: peerId(1), left: 0 });
    tracker.announce({ from: '2001:db8::1', infoHash: V2, peerId: peerId(1), left: 0 });
    tracker.announce({ from: '10.0.0.2', infoHash: V2, peerId: peerId(2), event: 'paused' });
    tracker.announce({ from: '10.0.0.3', peerId: peerId(3) });
    tracker.core.registerTorrent(tracker.torrent, { completed: 0, alias: V2 });
    const swarm = tracker.core.swarm(V2);
    assert.deepEqual([swarm?.complete, swarm?.incomplete, swarm?.downloaders], [1, 2, 1]);
    assert.equal(tracker.core.stats().swarms, 1);
    assert.equal(tracker.peers({ from: '10.0.0.3', peerId: peerId(3) }).length, 3);
  });

  it('is restored and dropped by either name', () => {
    const tracker = hybrid();
    const peer = { peerId: peerId(5), key: 1, uploaded: 0, downloaded: 0, left: 1 };
    assert.ok(tracker.core.restorePeer(V2, address('10.0.0.5'), 5, peer, tracker.now + 100));
    assert.equal(tracker.counts(), '0/1/0');
    assert.ok(tracker.core.dropPeer(tracker.torrent, address('10.0.0.5'), 5));
  });

  it('loses its second name with its registration', () => {
    const tracker = hybrid();
    tracker.core.unregisterTorrent(tracker.torrent);
    assert.match(tracker.refused({ from: '10.0.0.1', infoHash: V2 }).reason, /unregistered/);
  });

  it('does not take the name of another registered torrent', () => {
    const tracker = new Fixture();
    tracker.core.registerTorrent(V2, { completed: 0 });
    tracker.core.registerTorrent(tracker.torrent, { completed: 0, alias: V2 });
    tracker.announce({ from: '10.0.0.1', infoHash: V2 });
    assert.equal(tracker.counts(), '0/0/0');
  });
});

describe('an announce with all 32 bytes of a v2 info-hash', () => {
  it('is one with the first 20 of them', async (t) => {
    const { port, core } = await startFast(t);
    core.registerTorrent(V2, { completed: 0 });
    const client = new RawClient(t, port);
    await client.send(announceRequest({ info_hash: '%02'.repeat(20) + '%AB'.repeat(12) }));
    assert.match(await client.until((text) => text.endsWith('e')), /10:incompletei1e/);
    await client.send(`GET /scrape?info_hash=${'%02'.repeat(20)}${'x'.repeat(12)} HTTP/1.1\r\n\r\n`);
    await client.until((text) => text.includes('5:filesd20:\x02\x02') && text.endsWith('eee'));
    assert.equal(core.swarm(V2)?.incomplete, 1);
  });

  for (const length of [19, 21, 31, 33])
    it(`is refused with ${length} bytes`, async (t) => {
      const { port } = await startFast(t);
      const client = new RawClient(t, port);
      await client.send(announceRequest({ info_hash: '%02'.repeat(length) }));
      assert.match(await client.until((text) => text.endsWith('e')), /info_hash must have 20 bytes/);
    });
});
