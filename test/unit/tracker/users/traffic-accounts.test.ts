import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { infoHash, peerId } from '../tracker-fixture.ts';
import { PrivateFixture, passkeyOf } from './private-fixture.ts';

const MIB = 1024 * 1024;
const inMib = (mebibytes: number): number => mebibytes * MIB;

describe('what a user did', () => {
  it('is the difference of what his client counts', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ event: 'started', uploaded: 0, downloaded: 0, left: 100 }, 1800);
    fixture.announce({ uploaded: 10, downloaded: 60, left: 40 }, 900);
    fixture.announce({ uploaded: 30, downloaded: 100, left: 0, event: 'completed' }, 1800);
    fixture.announce({ uploaded: 50, downloaded: 100, event: 'stopped' });
    assert.deepEqual(fixture.counted(), [50, 100, 50, 100, 0, 1800, 2700]);
  });

  it('begins with the first announce that we see, whatever the client counted before', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ uploaded: 1000, downloaded: 1000 }, 10);
    fixture.announce({ uploaded: 1005, downloaded: 1001 });
    assert.deepEqual(fixture.counted().slice(0, 2), [5, 1]);
  });

  it('counts the runs of a client that was restarted, each from its own beginning', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ event: 'started' }, 10);
    fixture.announce({ uploaded: 100 }, 10);
    fixture.announce({ event: 'started', uploaded: 0 }, 10); // it crashed
    fixture.announce({ uploaded: 30 }, 10);
    fixture.announce({ event: 'stopped', uploaded: 40 }, 10);
    fixture.announce({ event: 'started', uploaded: 0 }, 10);
    fixture.announce({ uploaded: 7 });
    assert.equal(fixture.counted()[0], 147);
  });

  it('takes a counter that went down for a new beginning, and counts nothing of it', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ uploaded: 100, downloaded: 50 }, 10);
    fixture.announce({ uploaded: 20, downloaded: 60 }, 10);
    assert.deepEqual(fixture.counted().slice(0, 2), [0, 10]);
    fixture.announce({ uploaded: 25, downloaded: 60 });
    assert.equal(fixture.counted()[0], 5);
  });

  it('is counted once for a client that announces over both families, also when `started` comes late by one', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ from: '10.0.0.1', event: 'started' }, 600);
    fixture.announce({ from: '2001:db8::1', event: 'started', uploaded: 40 }, 1200);
    fixture.announce({ from: '10.0.0.1', uploaded: 100 });
    fixture.announce({ from: '2001:db8::1', uploaded: 100 });
    assert.deepEqual(fixture.counted(), [100, 0, 100, 0, 0, 1800, 0]);
  });

  it('is not changed by an announce that is sent twice', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ uploaded: 1 }, 10);
    fixture.announce({ uploaded: 5 });
    fixture.announce({ uploaded: 5 });
    assert.equal(fixture.counted()[0], 4);
  });

  it('begins anew behind `stopped`, whatever the client says then', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ uploaded: 1 }, 10);
    fixture.announce({ uploaded: 5, event: 'stopped' }, 10);
    fixture.announce({ uploaded: 500 }, 10);
    fixture.announce({ uploaded: 501 });
    assert.equal(fixture.counted()[0], 5);
  });

  it('counts time up to the interval and five minutes: who was away longer was away', () => {
    const fixture = new PrivateFixture();
    fixture.announce({}, 50_000);
    fixture.announce({ uploaded: 7 });
    assert.deepEqual(fixture.counted(), [7, 0, 7, 0, 0, 2100, 0]);
  });

  it('is that of each user, also when two have the same peer id', () => {
    const fixture = new PrivateFixture();
    fixture.announce({}, 10);
    fixture.announce({ passkey: passkeyOf(2), port: 2, uploaded: 1000 }, 10);
    fixture.announce({ uploaded: 5 });
    fixture.announce({ passkey: passkeyOf(2), port: 2, uploaded: 1003 });
    const { traffic } = fixture.take();
    assert.deepEqual(
      traffic.map(({ userId, uploadedBytes }) => [userId, uploadedBytes]),
      [
        [1, 5],
        [2, 3],
      ],
    );
  });

  it('joins the clients of a user in a torrent', () => {
    const fixture = new PrivateFixture();
    for (const port of [1, 2]) fixture.announce({ peerId: peerId(port), port });
    fixture.now += 100;
    for (const port of [1, 2]) fixture.announce({ peerId: peerId(port), port, uploaded: port * 10 });
    assert.deepEqual(fixture.counted(), [30, 0, 30, 0, 0, 200, 0]);
  });

  it('is taken once', () => {
    const fixture = new PrivateFixture();
    fixture.announce({}, 10);
    fixture.announce({ uploaded: 5 });
    assert.equal(fixture.counted()[0], 5);
    assert.deepEqual(fixture.take(), { traffic: [], sessions: [] });
    fixture.announce({ uploaded: 6 });
    assert.equal(fixture.counted()[0], 1);
  });

  it('is not written for a user that was removed', () => {
    const fixture = new PrivateFixture();
    fixture.announce({}, 10);
    fixture.announce({ uploaded: 5 });
    fixture.users.delete(1);
    assert.deepEqual(fixture.take().traffic, []);
  });
});

describe('a claim that cannot be', () => {
  it('is not counted as uploaded, but shown, and the next honest one counts', () => {
    const fixture = new PrivateFixture({ maxRate: 10 * MIB });
    fixture.announce({}, 100);
    fixture.announce({ uploaded: 2000 * MIB, downloaded: 5000 * MIB }, 100);
    assert.deepEqual(fixture.counted(), [0, 1010 * MIB, 0, 1010 * MIB, 5990 * MIB, 100, 0]);
    fixture.announce({ uploaded: 2500 * MIB, downloaded: 5000 * MIB });
    assert.equal(fixture.counted()[0], 500 * MIB);
    assert.equal(fixture.accounts.counters.suspiciousAnnounces, 1);
  });

  it('gains nothing by many announces in one second', () => {
    const fixture = new PrivateFixture({ maxRate: 10 * MIB });
    fixture.announce({ event: 'started' });
    for (let i = 1; i <= 100; i++) fixture.announce({ uploaded: i * 10 * MIB, downloaded: i * 10 * MIB });
    assert.deepEqual(fixture.counted().slice(0, 5), [10, 10, 10, 10, 1980].map(inMib));
    assert.equal(fixture.accounts.counters.suspiciousAnnounces, 99);
  });

  it('gains nothing by a counter that goes up and down, nor by one `started` behind another', () => {
    for (const event of ['none', 'started'] as const) {
      const fixture = new PrivateFixture({ maxRate: 10 * MIB });
      for (let i = 0; i < 100; i++) {
        fixture.announce({ event });
        fixture.announce({ uploaded: 4 * MIB });
      }
      assert.equal(fixture.counted()[0], 8 * MIB);
    }
  });

  it('gains nothing by other peer ids, at once or one behind another', () => {
    const fixture = new PrivateFixture({ maxRate: 10 * MIB });
    for (let i = 1; i <= 60; i++) {
      const client = { peerId: peerId(i), port: i };
      fixture.announce({ ...client, event: 'started' });
      fixture.announce({ ...client, uploaded: 9 * MIB });
      if (i > 2) fixture.announce({ ...client, uploaded: 9 * MIB, event: 'stopped' });
    }
    assert.equal(fixture.counted()[0], 9 * MIB);
  });

  it('does not spend what another user, or another torrent, has', () => {
    const fixture = new PrivateFixture({ maxRate: 10 * MIB });
    for (const other of [{}, { passkey: passkeyOf(2), port: 2 }, { infoHash: infoHash(2) }]) {
      fixture.announce({ ...other, event: 'started' });
      fixture.announce({ ...other, uploaded: 10 * MIB });
    }
    assert.deepEqual(
      fixture.take().traffic.map(({ uploadedBytes }) => uploadedBytes),
      [10, 10, 10].map(inMib),
    );
  });

  it('leaves two honest clients their turns, each at half the rate for an hour', () => {
    const fixture = new PrivateFixture({ maxRate: 10 * MIB });
    for (let i = 0; i < 3; i++)
      for (const port of [1, 2])
        fixture.announce({ peerId: peerId(port), port, uploaded: i * 9000 * MIB }, port === 1 ? 1 : 1799);
    assert.deepEqual(fixture.counted().slice(0, 5), [36_000, 0, 36_000, 0, 0].map(inMib));
  });

  it('is no longer possible behind a restart of the tracker, while what the client did meanwhile is', () => {
    const before = new PrivateFixture({ maxRate: MIB });
    before.announce({}, 10);
    before.announce({ uploaded: 10 * MIB });
    const { sessions } = before.take();
    const after = new PrivateFixture({ maxRate: MIB });
    after.now = before.now + 30;
    for (const row of sessions) after.accounts.restore(row);
    after.announce({ uploaded: 40 * MIB });
    for (let i = 2; i < 50; i++) after.announce({ uploaded: (40 + i) * MIB });
    assert.ok((after.counted()[0] ?? 0) <= 31 * MIB);
    assert.equal(after.accounts.counters.suspiciousAnnounces, 47);
  });

  it('is counted up to what can be stored, where there is no bound', () => {
    const fixture = new PrivateFixture();
    fixture.credits.set({ infoHash: fixture.torrent, uploadPercent: 1000, downloadPercent: 1000 });
    for (let i = 0; i < 3; i++) {
      fixture.announce({ uploaded: 0, downloaded: 0 });
      fixture.announce({ uploaded: Number.MAX_SAFE_INTEGER, downloaded: Number.MAX_SAFE_INTEGER });
    }
    assert.deepEqual(fixture.counted().slice(0, 4), Array(4).fill(Number.MAX_SAFE_INTEGER));
  });

  it('is judged by all the time that has passed', () => {
    const fixture = new PrivateFixture({ maxRate: MIB });
    fixture.announce({}, 10_000);
    fixture.announce({ uploaded: 10_001 * MIB });
    assert.equal(fixture.counted()[0], 10_001 * MIB);
  });
});

describe('a completed torrent', () => {
  const completedAt = (fixture: PrivateFixture) => fixture.take().traffic[0]?.completedAtSeconds;

  it('is noted with its time', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ left: 5 }, 10);
    fixture.announce({ left: 0, event: 'completed' });
    assert.equal(completedAt(fixture), fixture.now);
  });

  it('is noted for a leecher that needs nothing any more, by whatever event', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ left: 5 }, 10);
    fixture.announce({ left: 0, downloaded: 5, event: 'stopped' });
    assert.equal(completedAt(fixture), fixture.now);
  });

  it('is none for who had everything from the beginning', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ event: 'started' }, 10);
    fixture.announce({ downloaded: 0 });
    assert.equal(completedAt(fixture), null);
  });
});

describe('freeleech and multipliers', () => {
  it('change what counts, not what was done', () => {
    const fixture = new PrivateFixture();
    fixture.credits.set({ infoHash: fixture.torrent, uploadPercent: 200, downloadPercent: 50 });
    fixture.announce({}, 10);
    fixture.announce({ uploaded: 10, downloaded: 7 });
    assert.deepEqual(fixture.counted().slice(0, 4), [10, 7, 20, 3]);
  });

  it('are those of the torrent alone', () => {
    const fixture = new PrivateFixture();
    fixture.credits.set({ infoHash: infoHash(2), uploadPercent: 200, downloadPercent: 0 });
    fixture.announce({}, 10);
    fixture.announce({ uploaded: 10, downloaded: 7 });
    assert.deepEqual(fixture.counted().slice(0, 4), [10, 7, 10, 7]);
  });

  it('hold for every torrent until freeleech is over', () => {
    const fixture = new PrivateFixture();
    fixture.credits.freeleechUntilSeconds = fixture.now + 20;
    fixture.announce({}, 10);
    fixture.announce({ downloaded: 7 }, 10);
    assert.deepEqual(fixture.counted().slice(0, 4), [0, 7, 0, 0]);
    fixture.announce({ downloaded: 9 });
    assert.deepEqual(fixture.counted().slice(0, 4), [0, 2, 0, 2]);
  });
});

describe('sessions over time', () => {
  it('are put back by a restart, and go on where they were', () => {
    const before = new PrivateFixture();
    before.announce({ left: 3 }, 10);
    before.announce({ uploaded: 5, left: 3 }, 10);
    const { sessions } = before.take();
    const after = new PrivateFixture();
    after.now = before.now;
    for (const row of sessions) after.accounts.restore(row);
    after.announce({ uploaded: 9, left: 3 });
    assert.deepEqual(after.counted(), [4, 0, 4, 0, 0, 0, 10]);
    assert.equal(after.accounts.sessions.size, 1);
  });

  it('are forgotten a day after they were seen, and a quarter of an hour after they stopped', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ peerId: peerId(1) });
    fixture.announce({ peerId: peerId(2), port: 2 });
    fixture.announce({ peerId: peerId(2), port: 2, event: 'stopped' });
    fixture.take();
    const sizes = [0, 900, 1, 86_400 - 901, 1].map((seconds) => {
      fixture.now += seconds;
      fixture.accounts.sweep();
      return fixture.accounts.sessions.size;
    });
    assert.deepEqual(sizes, [2, 2, 1, 1, 0]);
  });

  it('are not forgotten before they are written', () => {
    const fixture = new PrivateFixture();
    fixture.announce({});
    fixture.now += 1_000_000;
    fixture.accounts.sweep();
    assert.equal(fixture.accounts.sessions.size, 1);
  });

  it('go with their user', () => {
    const fixture = new PrivateFixture();
    fixture.announce({});
    fixture.take();
    fixture.users.delete(1);
    fixture.accounts.sweep();
    assert.equal(fixture.accounts.sessions.size, 0);
  });

  it('have a bound: who finds no room is served, but not counted', () => {
    const fixture = new PrivateFixture({ maxSessions: 1 });
    fixture.announce({});
    fixture.announce({ peerId: peerId(2), port: 2 });
    assert.deepEqual([fixture.accounts.sessions.size, fixture.accounts.counters.uncountedClients], [1, 1]);
  });
});

describe('a client that other nodes saw too', () => {
  const seen = { peerId: peerId(1), key: 7, uploaded: 100, downloaded: 0, left: 0 };

  it('is counted here from where they counted it', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ uploaded: 10 }, 600);
    fixture.rule.observed(fixture.torrent, seen);
    fixture.now += 600;
    fixture.announce({ uploaded: 130 });
    assert.deepEqual(fixture.counted().slice(0, 1), [30]);
  });

  it('is known by peer id and key when it comes here first', () => {
    const fixture = new PrivateFixture();
    fixture.rule.observed(fixture.torrent, seen);
    fixture.now += 600;
    fixture.announce({ uploaded: 130 });
    assert.deepEqual(fixture.counted(), [30, 0, 30, 0, 0, 600, 0]);
    assert.equal(fixture.accounts.sessions.size, 1);
  });

  it('is not believed without the key: another user might have taken its peer id', () => {
    const fixture = new PrivateFixture();
    fixture.announce({ uploaded: 10 }, 600);
    fixture.rule.observed(fixture.torrent, { ...seen, key: 8, uploaded: 1_000_000 });
    fixture.announce({ uploaded: 30 });
    assert.equal(fixture.counted()[0], 20);
  });

  it('makes room when they saw it leave', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 1 });
    fixture.announce({});
    fixture.rule.departed(fixture.torrent, peerId(1));
    assert.equal(fixture.reason({ peerId: peerId(2), port: 2 }), undefined);
  });
});
