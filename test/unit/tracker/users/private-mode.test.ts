import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { infoHash, peerId } from '../tracker-fixture.ts';
import { PrivateFixture, passkeyOf, user } from './private-fixture.ts';

describe('a private tracker', () => {
  it('refuses who has no passkey, or one that nobody has', () => {
    const fixture = new PrivateFixture();
    assert.match(fixture.reason({ passkey: null }) ?? '', /needs your passkey/);
    assert.equal(fixture.reason({ passkey: passkeyOf(3) }), 'unknown passkey');
    assert.equal(fixture.rule.counters.unknownPasskey, 2);
    assert.equal(fixture.core.stats().peers4, 0);
    assert.equal(fixture.take().sessions.length, 0);
  });

  it('refuses users that are disabled or expired, from that moment on', () => {
    const fixture = new PrivateFixture();
    fixture.users.set(user(1, { isEnabled: false }));
    assert.equal(fixture.reason({}), 'account disabled');
    fixture.users.set(user(1, { expiresAtSeconds: fixture.now + 1 }));
    assert.equal(fixture.reason({}), undefined);
    fixture.now++;
    assert.equal(fixture.reason({}), 'account expired');
    assert.deepEqual([fixture.rule.counters.disabled, fixture.rule.counters.expired], [1, 1]);
  });

  it('gives the same object for the same reason, which front ends encode once', () => {
    const fixture = new PrivateFixture();
    const refuse = () => fixture.send({ from: '10.0.0.1', passkey: passkeyOf(3) });
    assert.equal(refuse(), refuse());
  });

  it('knows a new passkey at once, and the old one no more', () => {
    const fixture = new PrivateFixture();
    fixture.users.set(user(1, { passkey: passkeyOf(9) }));
    assert.equal(fixture.reason({ passkey: passkeyOf(9) }), undefined);
    assert.equal(fixture.reason({ passkey: passkeyOf(1) }), 'unknown passkey');
  });

  it('answers scrapes to users, and tells those over UDP to use HTTP', () => {
    const { core, torrent } = new PrivateFixture();
    assert.ok(Array.isArray(core.scrape([torrent], { protocol: 'http', passkey: passkeyOf(1) })));
    for (const context of [{}, { passkey: passkeyOf(3) }, { protocol: 'udp' }] as const)
      assert.ok('reason' in core.scrape([torrent], context));
  });

  it('remembers nothing of a client that stops and was never there', () => {
    const fixture = new PrivateFixture();
    assert.equal(fixture.reason({ event: 'stopped', uploaded: 5 }), undefined);
    assert.deepEqual(fixture.take(), { traffic: [], sessions: [] });
  });

  it('knows who is a member now', () => {
    const { rule, users } = new PrivateFixture();
    users.set(user(2, { isEnabled: false }));
    assert.deepEqual(
      [1, 2, 3].map((id) => rule.isMember(passkeyOf(id))),
      [true, false, false],
    );
  });
});

describe('the clients of a user in a torrent', () => {
  it('are bounded, and one that stops makes room', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 2 });
    fixture.announce({ peerId: peerId(1), port: 1001 });
    fixture.announce({ peerId: peerId(2), port: 1002 });
    assert.equal(
      fixture.reason({ peerId: peerId(3), port: 1003 }),
      'you have 2 clients in this torrent already: stop one',
    );
    fixture.announce({ peerId: peerId(2), port: 1002 });
    fixture.announce({ peerId: peerId(1), port: 1001, event: 'stopped' });
    assert.equal(fixture.reason({ peerId: peerId(3), port: 1003 }), undefined);
    assert.equal(fixture.rule.counters.tooManyPeers, 1);
  });

  it('are others in another torrent, and for another user', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 1 });
    fixture.announce({});
    assert.equal(fixture.reason({ peerId: peerId(2), port: 2, infoHash: infoHash(2) }), undefined);
    assert.equal(fixture.reason({ peerId: peerId(2), port: 2, passkey: passkeyOf(2) }), undefined);
  });

  it('count once when they have addresses of both families', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 1 });
    fixture.announce({ from: '10.0.0.1' });
    assert.equal(fixture.reason({ from: '2001:db8::1' }), undefined);
  });

  it('make room by expiry when they crashed', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 1 });
    fixture.announce({ peerId: peerId(1) });
    fixture.now += 4019; // 2.2 intervals and a minute
    assert.notEqual(fixture.reason({ peerId: peerId(2), port: 2 }), undefined);
    fixture.now += 1;
    assert.equal(fixture.reason({ peerId: peerId(2), port: 2 }), undefined);
  });

  it('are not bounded by 0', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 0 });
    for (let i = 1; i < 100; i++) assert.equal(fixture.reason({ peerId: peerId(i), port: i }), undefined);
  });

  it('may stop whatever the bound is', () => {
    const fixture = new PrivateFixture({ maxPeersPerTorrent: 1 });
    fixture.announce({ peerId: peerId(1) });
    assert.equal(fixture.reason({ peerId: peerId(2), port: 2, event: 'stopped' }), undefined);
  });
});

describe('the downloads of a user', () => {
  const download = (i: number) => ({ infoHash: infoHash(i), port: i, left: 5 });

  it('are bounded, and one that is complete or stopped makes room', () => {
    const fixture = new PrivateFixture({ maxLeeching: 2 });
    fixture.announce(download(1));
    fixture.announce(download(2));
    assert.equal(fixture.reason(download(3)), 'you download 2 torrents already: finish or stop one');
    fixture.announce({ ...download(1), left: 0, event: 'completed' });
    fixture.announce(download(3));
    fixture.announce({ ...download(2), event: 'stopped' });
    assert.equal(fixture.reason(download(4)), undefined);
    assert.equal(fixture.rule.counters.tooManyDownloads, 1);
  });

  it('leave those alone that are under way, and what is seeded', () => {
    const fixture = new PrivateFixture({ maxLeeching: 1 });
    fixture.announce(download(1));
    assert.equal(fixture.reason(download(1)), undefined);
    assert.equal(fixture.reason({ ...download(1), peerId: peerId(2), port: 77 }), undefined);
    assert.equal(fixture.reason({ ...download(2), left: 0 }), undefined);
    assert.equal(fixture.reason({ ...download(3), passkey: passkeyOf(2) }), undefined);
  });

  it('are counted when a seeder lost data and fetches it again', () => {
    const fixture = new PrivateFixture({ maxLeeching: 1 });
    fixture.announce({ ...download(1), left: 0 });
    fixture.announce(download(2));
    assert.notEqual(fixture.reason(download(1)), undefined);
  });
});
