import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnnounceRequest } from '../../../src/bittorrent/announce-request.ts';
import { nullJournal, type PeerJournal } from '../../../src/persistence/peer-journal.ts';
import { address, Fixture, peerId, peersOf } from './tracker-fixture.ts';

/** An announce over the WebSocket with a number; the peer id follows from it. */
function overWs(tracker: Fixture, webSocket: number, changes: Partial<AnnounceRequest> = {}) {
  const request: AnnounceRequest = {
    infoHash: tracker.torrent,
    peerId: peerId(webSocket),
    port: 0,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'none',
    numWant: undefined,
    key: 0,
    ip: undefined,
    compact: true,
    noPeerId: false,
    ...changes,
  };
  const source = address('192.0.2.1');
  const reply = tracker.core.announce(request, {
    source,
    localAddress: undefined,
    protocol: 'ws',
    webSocket,
  });
  if ('reason' in reply) assert.fail(reply.reason);
  return reply;
}

const chosen = (tracker: Fixture, webSocket: number, want = 10): number[] =>
  tracker.core.web.choose(tracker.torrent, webSocket, want).sort((a, b) => a - b);

describe('peers that are reached by their WebSocket', () => {
  it('count beside the others, and are nobody’s endpoint', () => {
    const tracker = new Fixture();
    tracker.announce({ from: '10.0.0.1' });
    tracker.announce({ from: '2001:db8::1', peerId: peerId(9) });
    const reply = overWs(tracker, 7);
    assert.equal(tracker.counts(), '0/3/0');
    assert.deepEqual([peersOf(reply), reply.incomplete], [[], 3], 'and are given none');
    assert.deepEqual(tracker.peers({ from: '10.0.0.2', peerId: peerId(8) }), [
      '10.0.0.1:6881',
      '[2001:db8::1]:6881',
    ]);
    const list = tracker.announce({ from: '10.0.0.2', peerId: peerId(8), compact: false }).peerList;
    assert.deepEqual(list?.length, 2);
  });

  it('are told apart by the number of the socket, to the last bit', () => {
    const tracker = new Fixture();
    const numbers = [0, 1, 255, 256, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    for (const number of numbers) overWs(tracker, number);
    assert.deepEqual(chosen(tracker, 0), numbers.slice(1));
    assert.equal(tracker.core.web.ownerOf(tracker.torrent, peerId(0x8000_0000)), 0x8000_0000);
  });

  it('are nothing that the journal hears of, but for completed downloads', () => {
    const told: string[] = [];
    const journal: PeerJournal = {
      ...nullJournal,
      recordPeer: () => void told.push('peer'),
      recordGone: () => void told.push('gone'),
      recordCompleted: (_infoHash, total) => void told.push(`completed ${total}`),
    };
    const tracker = new Fixture({ journal });
    overWs(tracker, 1);
    overWs(tracker, 1, { left: 0, event: 'completed', downloaded: 5 });
    overWs(tracker, 1, { left: 0, event: 'stopped' });
    assert.deepEqual(told, ['completed 1']);
    assert.equal(tracker.counts(), '0/0/1');
  });

  it('are one client with the endpoints that announce with the same peer id', () => {
    const tracker = new Fixture();
    const hybrid = { peerId: peerId(1), key: 0 };
    tracker.announce({ from: '10.0.0.1', ...hybrid });
    tracker.announce({ from: '2001:db8::1', ...hybrid });
    overWs(tracker, 1);
    assert.equal(tracker.counts(), '0/1/0');
    assert.equal(tracker.core.stats().webPeers, 1);
    overWs(tracker, 1, { left: 0, event: 'completed', downloaded: 5 });
    tracker.announce({ from: '10.0.0.1', ...hybrid, left: 0, event: 'completed', downloaded: 5 });
    tracker.announce({ from: '2001:db8::1', ...hybrid, left: 0, event: 'completed', downloaded: 5 });
    assert.equal(tracker.counts(), '1/0/1', 'and completed once');
    tracker.announce({ from: '10.0.0.1', ...hybrid, left: 0, event: 'stopped' });
    assert.equal(tracker.counts(), '1/0/1');
    tracker.announce({ from: '2001:db8::1', ...hybrid, left: 0, event: 'stopped' });
    assert.equal(tracker.counts(), '1/0/1');
    assert.equal(tracker.core.web.leave(tracker.torrent, 1), true);
    assert.equal(tracker.counts(), '0/0/1');
  });

  it('are given to seeders only when they lack something', () => {
    const tracker = new Fixture();
    overWs(tracker, 1, { left: 0 });
    overWs(tracker, 2);
    overWs(tracker, 3, { left: 0 });
    assert.deepEqual(chosen(tracker, 1), [2]);
    assert.deepEqual(chosen(tracker, 2), [1, 3]);
  });

  it('are chosen at random, each as likely as any other', () => {
    const tracker = new Fixture();
    for (let number = 0; number < 5; number++) overWs(tracker, number);
    const seen = new Set<number>();
    for (tracker.chance = 0; tracker.chance < 1; tracker.chance += 0.05)
      for (const number of chosen(tracker, 2, 1)) seen.add(number);
    assert.deepEqual([...seen].sort(), [0, 1, 3, 4]);
  });

  it('are given to nobody who is not in the swarm', () => {
    const tracker = new Fixture();
    overWs(tracker, 1);
    assert.deepEqual(chosen(tracker, 2), []);
    assert.equal(tracker.core.web.leave(tracker.torrent, 2), false);
    assert.equal(tracker.core.web.has(tracker.torrent, 1), true);
  });

  it('leave after two of the intervals that they were told, which are shorter', () => {
    const tracker = new Fixture({ webIntervalSeconds: 100 });
    const { intervalSeconds } = overWs(tracker, 1);
    assert.ok(intervalSeconds <= 110);
    tracker.announce({ from: '10.0.0.1' });
    tracker.now += 2 * intervalSeconds + 60;
    tracker.core.expire();
    assert.deepEqual([tracker.core.stats().webPeers, tracker.core.stats().peers4], [0, 1]);
  });

  it('are never asked to come less often than others', () => {
    const tracker = new Fixture({ intervalSeconds: 60, webIntervalSeconds: 3600 });
    assert.ok(overWs(tracker, 1).intervalSeconds <= 66);
  });

  it('take room like any other', () => {
    const tracker = new Fixture({ limits: { maxPeersPerSwarm: 1 } });
    overWs(tracker, 1);
    assert.match(overWs(tracker, 2).warning ?? '', /full/);
    assert.deepEqual(chosen(tracker, 1), []);
  });
});
