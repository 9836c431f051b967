import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCESS_MODES, type AccessMode } from '../../../../src/tracker/access/access-mode.ts';
import { TorrentAccess } from '../../../../src/tracker/access/torrent-access.ts';
import type { TrackerCoreOptions } from '../../../../src/tracker/tracker-options.ts';
import { address, Fixture, infoHash, peerId } from '../tracker-fixture.ts';

/** The fixture registers the torrent of ones. */
const TORRENTS = {
  registered: infoHash(1),
  allowed: infoHash(2),
  denied: infoHash(3),
  unknown: infoHash(4),
  both: infoHash(5),
};

/** A tracker in a mode, with a torrent on each list. */
class Tracker extends Fixture {
  readonly access: TorrentAccess;

  constructor(mode: AccessMode, options: TrackerCoreOptions = {}) {
    const access = new TorrentAccess(mode);
    for (const hash of [TORRENTS.allowed, TORRENTS.both]) access.allow.entries.add(hash);
    for (const hash of [TORRENTS.denied, TORRENTS.both]) access.deny.entries.add(hash);
    super({ ...options, access });
    this.access = access;
  }

  /** Changes the mode as an operator does, and carries it out. Returns the steps that it took. */
  change(mode: AccessMode): number {
    this.access.mode = mode;
    this.core.accessChanged();
    return this.enforce();
  }

  enforce(): number {
    let steps = 1;
    while (this.core.enforceAccess()) steps++;
    return steps;
  }

  /** Which of the torrents may be announced. */
  announceable(): string[] {
    return Object.entries(TORRENTS)
      .filter(([, hash]) => !('reason' in this.send({ from: '10.0.0.1', infoHash: hash })))
      .map(([name]) => name);
  }

  get peers4(): number {
    return this.core.stats().peers4;
  }
}

const EXPECTED = {
  open: ['registered', 'allowed', 'denied', 'unknown', 'both'],
  registered: ['registered'],
  allow: ['registered', 'allowed'],
  deny: ['registered', 'allowed', 'unknown'],
} as const;

describe('the access modes', () => {
  for (const mode of ACCESS_MODES)
    it(`${mode}: track ${EXPECTED[mode].join(', ')}`, () => {
      assert.deepEqual(new Tracker(mode).announceable(), EXPECTED[mode]);
    });

  for (const from of ACCESS_MODES)
    for (const to of ACCESS_MODES)
      it(`change from ${from} to ${to} while swarms are there`, () => {
        const tracker = new Tracker(from);
        tracker.announceable();
        tracker.change(to);
        const kept = EXPECTED[from].filter((name) => (EXPECTED[to] as readonly string[]).includes(name));
        assert.equal(
          tracker.peers4,
          kept.length,
          'the peers of what is still allowed are kept, and no others',
        );
        assert.deepEqual(tracker.announceable(), EXPECTED[to]);
      });

  it('refuse at once what a change forbids, before its peers are taken out', () => {
    const tracker = new Tracker('open');
    tracker.announceable();
    tracker.access.mode = 'registered';
    tracker.core.accessChanged();
    assert.equal(tracker.peers4, 5);
    assert.deepEqual(tracker.announceable(), ['registered']);
    assert.deepEqual(tracker.core.scrape([TORRENTS.unknown]), [
      { infoHash: TORRENTS.unknown, complete: 0, incomplete: 1, downloaders: 1, downloaded: 0 },
    ]);
    tracker.enforce();
    assert.equal(tracker.peers4, 1);
    assert.equal(tracker.core.stats().swarms, 1);
  });

  it('take out the peers of many swarms, and of large ones, in bounded steps', () => {
    const tracker = new Tracker('open', { limits: { maxPeers: 100_000 } });
    const hash = infoHash(9);
    for (let i = 0; i < 12_000; i++) {
      const infoHashBytes = i < 6_000 ? hash : infoHash(0);
      if (i >= 6_000) new DataView(infoHashBytes.buffer).setUint32(0, i);
      tracker.announce({ from: `10.0.${i >> 8}.${i & 255}`, infoHash: infoHashBytes });
    }
    const steps = tracker.change('registered');
    assert.equal(tracker.peers4, 0);
    assert.equal(tracker.core.stats().swarms, 1);
    assert.ok(steps >= 6, `12000 removals of ten units each, 20000 units a step: ${steps} steps`);
  });

  it('come to an end when the rules change all the time', () => {
    const tracker = new Tracker('open');
    for (let i = 10; i < 250; i++) tracker.announce({ from: '10.0.0.1', infoHash: infoHash(i) });
    tracker.access.mode = 'deny';
    for (let i = 10; i < 250; i++) {
      tracker.access.deny.entries.add(infoHash(i));
      tracker.core.accessChanged();
      tracker.core.enforceAccess();
    }
    assert.equal(tracker.peers4, 0);
  });

  it('refuse one torrent that comes to the deny list, and take it again when it goes', () => {
    const tracker = new Tracker('deny');
    tracker.announce({ from: '10.0.0.1', infoHash: TORRENTS.unknown });
    tracker.access.deny.entries.add(TORRENTS.unknown);
    tracker.core.accessChanged(TORRENTS.unknown);
    assert.equal(
      tracker.refused({ from: '10.0.0.2', infoHash: TORRENTS.unknown }).reason,
      'this torrent is not allowed here',
    );
    assert.equal(tracker.peers4, 0, 'nothing more needs to be called for one torrent');
    tracker.access.deny.entries.delete(TORRENTS.unknown);
    tracker.core.accessChanged(TORRENTS.unknown);
    tracker.announce({ from: '10.0.0.2', infoHash: TORRENTS.unknown });
  });

  it('say why a torrent is refused, when to ask again, and count', () => {
    const options = { intervalSeconds: 600 };
    const again = { retryInSeconds: 600, intervalSeconds: 600 };
    const from = '10.0.0.1';
    const allow = new Tracker('allow', options);
    const notAllowed = { reason: 'this torrent is not allowed here', ...again };
    assert.deepEqual(allow.refused({ from, infoHash: TORRENTS.unknown }), notAllowed);
    assert.equal(
      allow.refused({ from, infoHash: TORRENTS.denied }),
      allow.refused({ from, infoHash: TORRENTS.denied }),
    );
    assert.equal(allow.core.stats().counters.refusedByList, 3);
    const registered = new Tracker('registered', options);
    assert.deepEqual(registered.refused({ from, infoHash: TORRENTS.unknown }), {
      reason: 'unregistered torrent',
      ...again,
    });
    assert.equal(registered.core.stats().counters.refusedUnregistered, 1);
    assert.equal(registered.refused({ from, infoHash: TORRENTS.denied }).reason, notAllowed.reason);
  });

  it('let a peer say that it leaves, whatever is allowed', () => {
    const tracker = new Tracker('registered');
    tracker.announce({ from: '10.0.0.1', infoHash: TORRENTS.unknown, event: 'stopped' });
  });
});

describe('a registered torrent', () => {
  const peer = { peerId: peerId(1), key: 7, uploaded: 0, downloaded: 0, left: 5 };

  it('is refused when the deny list has it, and stays registered', () => {
    for (const mode of ['registered', 'allow', 'deny'] as const) {
      const tracker = new Tracker(mode);
      tracker.announce({ from: '10.0.0.1' });
      tracker.access.deny.entries.add(tracker.torrent);
      tracker.core.accessChanged(tracker.torrent);
      assert.match(tracker.refused({ from: '10.0.0.1' }).reason, /not allowed/);
      assert.equal(tracker.core.isRegistered(tracker.torrent), true);
      assert.equal(tracker.counts(), '0/0/0');
    }
  });

  it('is refused when it is switched off, in every mode, and keeps its count', () => {
    for (const mode of ACCESS_MODES) {
      const tracker = new Tracker(mode);
      tracker.announce({ from: '10.0.0.1', left: 0, event: 'completed' });
      tracker.access.switchedOff.add(tracker.torrent);
      tracker.core.accessChanged(tracker.torrent);
      assert.equal(tracker.refused({ from: '10.0.0.1' }).reason, 'this torrent is switched off here');
      assert.equal(tracker.core.stats().counters.refusedSwitchedOff, 1);
      assert.equal(tracker.counts(), '0/0/1');
      tracker.access.switchedOff.delete(tracker.torrent);
      tracker.core.accessChanged(tracker.torrent);
      assert.equal(tracker.announce({ from: '10.0.0.1' }).downloaded, 1);
    }
  });

  it('that is refused takes no peers back from an earlier run, and does not show our own seed', () => {
    const tracker = new Tracker('deny');
    tracker.core.setLocalSeed(tracker.torrent, { port: 6881, peerId: peerId(9), isComplete: true });
    tracker.access.switchedOff.add(tracker.torrent);
    tracker.core.accessChanged(tracker.torrent);
    assert.equal(
      tracker.core.restorePeer(tracker.torrent, address('10.0.0.9'), 1, peer, tracker.now + 60),
      false,
    );
    assert.equal(tracker.counts(), '0/0/0');
    tracker.access.switchedOff.delete(tracker.torrent);
    tracker.core.accessChanged(tracker.torrent);
    assert.equal(tracker.counts(), '1/0/0', 'the seed was there all the time');
  });

  it('that is hybrid is refused when the deny list has either of its names', () => {
    for (const denied of [TORRENTS.registered, TORRENTS.unknown]) {
      const tracker = new Tracker('registered');
      tracker.core.registerTorrent(tracker.torrent, { completed: 0, alias: TORRENTS.unknown });
      tracker.announce({ from: '10.0.0.1' });
      tracker.announce({ from: '10.0.0.2', infoHash: TORRENTS.unknown });
      tracker.access.deny.entries.add(denied);
      tracker.core.accessChanged(denied);
      assert.equal(tracker.peers4, 0);
      for (const name of [TORRENTS.registered, TORRENTS.unknown])
        assert.match(tracker.refused({ from: '10.0.0.1', infoHash: name }).reason, /not allowed/);
      tracker.core.accessChanged(); // while everything is looked at, and after it
      assert.match(tracker.refused({ from: '10.0.0.1', infoHash: TORRENTS.unknown }).reason, /not allowed/);
      tracker.enforce();
      assert.match(tracker.refused({ from: '10.0.0.1' }).reason, /not allowed/);
      tracker.access.deny.entries.delete(denied);
      tracker.core.accessChanged(denied);
      tracker.announce({ from: '10.0.0.1' });
    }
  });

  it('may be registered while it is refused', () => {
    const tracker = new Tracker('registered');
    tracker.core.registerTorrent(TORRENTS.denied, { completed: 3 });
    assert.match(tracker.refused({ from: '10.0.0.1', infoHash: TORRENTS.denied }).reason, /not allowed/);
    tracker.core.unregisterTorrent(TORRENTS.denied);
    assert.equal(tracker.core.swarm(TORRENTS.denied), undefined);
  });

  it('that is large is emptied in steps when it is no longer registered, and refused meanwhile', () => {
    const tracker = new Tracker('registered');
    for (let i = 0; i < 5_000; i++) tracker.announce({ from: `10.0.${i >> 8}.${i & 255}` });
    tracker.core.unregisterTorrent(tracker.torrent);
    assert.ok(tracker.peers4 > 0, 'one call does not do it all');
    assert.equal(tracker.refused({ from: '10.0.0.1' }).reason, 'unregistered torrent');
    tracker.enforce();
    assert.equal(tracker.core.stats().swarms, 0);
  });

  it('that is large, refused and unregistered can be announced again as soon as the mode says so', () => {
    const tracker = new Tracker('open');
    for (let i = 0; i < 5_000; i++) tracker.announce({ from: `10.0.${i >> 8}.${i & 255}` });
    tracker.access.switchedOff.add(tracker.torrent);
    tracker.core.accessChanged(tracker.torrent);
    tracker.access.switchedOff.delete(tracker.torrent);
    tracker.core.unregisterTorrent(tracker.torrent);
    tracker.announce({ from: '10.0.0.1' });
    tracker.enforce();
    tracker.announce({ from: '10.0.0.1' });
  });
});

describe('an open tracker', () => {
  it('takes back peers of an earlier run, and a list tracker those that it allows', () => {
    const peer = { peerId: peerId(1), key: 7, uploaded: 0, downloaded: 0, left: 5 };
    const restored = (mode: AccessMode): string[] => {
      const tracker = new Tracker(mode);
      return Object.entries(TORRENTS)
        .filter(([, hash]) => tracker.core.restorePeer(hash, address('10.0.0.9'), 1, peer, tracker.now + 60))
        .map(([name]) => name);
    };
    for (const mode of ACCESS_MODES) assert.deepEqual(restored(mode), EXPECTED[mode]);
  });
});
