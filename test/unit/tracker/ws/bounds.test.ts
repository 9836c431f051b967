import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SocketsPerAddress } from '../../../../src/tracker/front-end/sockets-per-address.ts';
import { MessageBudget } from '../../../../src/tracker/ws/message-budget.ts';
import { PendingOffers } from '../../../../src/tracker/ws/pending-offers.ts';
import { address, infoHash } from '../tracker-fixture.ts';

describe('offers whose answers are waited for', () => {
  const offer = (offerId: string, sentAtMs = 0) => ({
    swarm: 's',
    senderSwarm: infoHash(1),
    offerId,
    peerId: 'p',
    from: 7,
    sentAtMs,
  });

  it('are found once, by swarm, peer and id', () => {
    const offers = new PendingOffers(10, 1000);
    offers.add(offer('a'));
    offers.add(offer('b'));
    assert.equal(offers.take('other', 'p', 'a', 0), undefined);
    assert.equal(offers.take('s', 'other', 'a', 0), undefined);
    assert.equal(offers.take('s', 'p', 'a', 0)?.from, 7);
    assert.equal(offers.take('s', 'p', 'a', 0), undefined);
    assert.equal(offers.size, 1);
  });

  it('are no more than the bound: the oldest goes first', () => {
    const offers = new PendingOffers(2, 1000);
    for (const id of ['a', 'b', 'c']) offers.add(offer(id));
    assert.equal(offers.size, 2);
    assert.equal(offers.take('s', 'p', 'a', 0), undefined);
    assert.equal(offers.take('s', 'p', 'b', 0)?.from, 7);
  });

  it('are forgotten after their time', () => {
    const offers = new PendingOffers(10, 1000);
    offers.add(offer('a', 0));
    offers.add(offer('b', 500));
    assert.equal(offers.take('s', 'p', 'a', 1000), undefined);
    assert.equal(offers.size, 1);
    offers.add(offer('c', 2000));
    assert.equal(offers.size, 1);
    assert.equal(offers.take('s', 'p', 'c', 2999)?.from, 7);
  });
});

describe('the messages of one socket', () => {
  it('may come at once up to the burst, then are read more slowly, then are a flood', () => {
    const budget = new MessageBudget(10, 3, 0);
    assert.deepEqual(
      Array.from({ length: 7 }, () => budget.take(0)),
      ['ok', 'ok', 'pause', 'pause', 'pause', 'flood', 'flood'],
    );
  });

  it('may come again as time passes, and no more at once than before', () => {
    const budget = new MessageBudget(10, 3, 0);
    for (let i = 0; i < 3; i++) budget.take(0);
    assert.equal(budget.mayResume(99), false);
    assert.equal(budget.mayResume(100), true);
    assert.equal(budget.take(60_000), 'ok');
    assert.equal(budget.take(60_000), 'ok');
    assert.equal(budget.take(60_000), 'pause');
  });
});

describe('sockets of one address', () => {
  it('are bounded for an IPv4 address and an IPv6 /64', () => {
    const sockets = new SocketsPerAddress(2);
    for (const [first, second, other] of [
      ['198.51.100.1', '198.51.100.1', '198.51.100.2'],
      ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:db8:0:2::1'],
    ] as const) {
      assert.equal(sockets.enter(address(first)), true);
      assert.equal(sockets.enter(address(second)), true);
      assert.equal(sockets.enter(address(first)), false);
      assert.equal(sockets.enter(address(other)), true);
      sockets.leave(address(second));
      assert.equal(sockets.enter(address(first)), true);
    }
  });

  it('are not bounded behind which many may stand', () => {
    const sockets = new SocketsPerAddress(1);
    for (const text of ['127.0.0.1', '10.0.0.1', 'fd00::1'])
      for (let i = 0; i < 5; i++) assert.equal(sockets.enter(address(text)), true);
  });
});
