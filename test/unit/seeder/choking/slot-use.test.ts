import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlotUse, type Standing } from '../../../../src/seeder/choking/slot-use.ts';

const BLOCK = 16_384;

/** One peer, looked at once a second. */
class Watched {
  isUnchoked = false;
  changedAtMs = 0;
  isInterested = true;
  uploadedBytes = 0;
  isOwed = false;
  isOffered = true;
  nowMs = 1_000_000;
  readonly use = new SlotUse<Watched>();

  get standing(): Standing {
    return this.use.standing(this, this.nowMs);
  }

  unchoke(): this {
    this.isUnchoked = true;
    this.changedAtMs = this.nowMs;
    this.use.began(this);
    return this;
  }

  choke(): this {
    this.isUnchoked = false;
    this.changedAtMs = this.nowMs;
    this.use.ended(this);
    return this;
  }

  /** Lets seconds pass, with so many bytes given in the first of each `every`. */
  pass(seconds: number, bytes = 0, every = 1): this {
    for (let second = 0; second < seconds; second++) {
      this.nowMs += 1000;
      if (second % every === 0) this.uploadedBytes += bytes;
      this.use.look(this, this.nowMs);
    }
    return this;
  }

  /** Seconds until it stands so. */
  secondsUntil(standing: Standing): number {
    for (let seconds = 0; seconds < 2000; seconds++, this.pass(1))
      if (this.standing === standing) return seconds;
    return Number.POSITIVE_INFINITY;
  }
}

test('a peer that was never served is ready', () => {
  assert.equal(new Watched().pass(1000).standing, 'ready');
});

test('a peer that does not begin to ask is idle after three seconds, one that has asked after fifteen', () => {
  assert.equal(new Watched().unchoke().secondsUntil('idle'), 3);
  assert.equal(new Watched().unchoke().pass(1, BLOCK).secondsUntil('idle'), 15);
});

test('a peer that waits for us is not idle, however long that takes', () => {
  const peer = new Watched().unchoke();
  peer.isOwed = true;
  assert.equal(peer.pass(3600).standing, 'ready');
  peer.isOwed = false;
  assert.equal(peer.secondsUntil('idle'), 15);
});

test('a peer that is idle and asks is so no more', () => {
  for (const ask of [
    (peer: Watched) => (peer.isOwed = true),
    (peer: Watched) => (peer.uploadedBytes += BLOCK),
  ]) {
    const peer = new Watched().unchoke().pass(500);
    assert.equal(peer.standing, 'idle');
    ask(peer);
    assert.equal(peer.pass(1).standing, 'ready');
  }
});

test('a line of 2 KiB/s is enough; asking for less than that ends as asking for nothing does', () => {
  assert.equal(new Watched().unchoke().pass(3600, BLOCK, 8).standing, 'ready');
  const slow = new Watched().unchoke();
  const standings = Array.from({ length: 40 }, () => slow.pass(14, BLOCK, 14).standing);
  assert.ok(
    standings.slice(2).every((standing) => standing === 'idle'),
    standings.join(' '),
  );
});

test('each chance that passes doubles the wait for the next up to sixteen minutes, and the time in which to ask up to fifteen seconds', () => {
  const peer = new Watched();
  const chances: number[] = [];
  const waits: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    chances.push(peer.unchoke().secondsUntil('idle'));
    waits.push(peer.choke().secondsUntil('retrying'));
  }
  assert.deepEqual(chances, [3, 6, 12, 15, 15, 15, 15, 15]);
  assert.deepEqual(waits, [30, 60, 120, 240, 480, 960, 960, 960]);
});

test('a peer that uses its other chance is ready after 64 KiB', () => {
  const peer = new Watched().unchoke().pass(5).choke().pass(30).unchoke();
  assert.equal(peer.pass(3, BLOCK).standing, 'retrying');
  assert.equal(peer.pass(1, BLOCK).standing, 'ready');
  assert.equal(peer.choke().standing, 'ready');
});

test('a peer that fetches pieces while it is choked need not wait for its other chance', () => {
  const peer = new Watched().unchoke().pass(5).choke();
  assert.equal(peer.pass(1).standing, 'idle');
  assert.equal(peer.pass(1, BLOCK).standing, 'retrying');
  assert.equal(peer.pass(3, BLOCK).standing, 'ready');
});

test('a peer that lacks nothing of ours gets no slot, but is ready as soon as it does', () => {
  const peer = new Watched().unchoke();
  peer.isOffered = false;
  assert.equal(peer.pass(20).standing, 'idle');
  assert.equal(peer.choke().standing, 'idle');
  peer.isOffered = true;
  assert.equal(peer.standing, 'ready');
});

test('a peer that takes its interest back before it asks has had its chance', () => {
  const peer = new Watched().unchoke().pass(2);
  peer.isInterested = false;
  peer.choke();
  peer.isInterested = true;
  assert.equal(peer.standing, 'idle');
  assert.equal(peer.secondsUntil('retrying'), 30);
});

test('a peer that we choke before it had time to ask is ready', () => {
  assert.equal(new Watched().unchoke().pass(2).choke().standing, 'ready');
});

test('time in which nobody could be heard counts for two seconds', () => {
  const peer = new Watched().unchoke();
  peer.nowMs += 600_000;
  peer.use.look(peer, peer.nowMs);
  assert.equal(peer.standing, 'ready');
  assert.equal(peer.pass(1).standing, 'idle');
});

test('barren is who asks for nothing in a whole turn, or for fifteen seconds of it; nobody else', () => {
  const isBarren = (peer: Watched): boolean => peer.use.isBarren(peer);
  assert.equal(isBarren(new Watched().pass(100)), false);
  assert.equal(isBarren(new Watched().unchoke().pass(14)), false);
  assert.equal(isBarren(new Watched().unchoke().pass(15)), true);
  assert.equal(isBarren(new Watched().unchoke().pass(5).choke()), true);
  assert.equal(isBarren(new Watched().unchoke().pass(1, BLOCK).pass(100).choke()), false);
  const complete = new Watched().unchoke();
  complete.isOffered = false;
  assert.equal(isBarren(complete.pass(100)), false);
});
