import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../../../../src/bittorrent/endpoint.ts';
import { parseAddress } from '../../../../src/bittorrent/endpoint.ts';
import { Candidates } from '../../../../src/seeder/peers/candidates.ts';
import { namesOf, networkOf } from '../../../../src/seeder/peers/peer-names.ts';
import { refusalOf, type ShakenPeer } from '../../../../src/seeder/peers/peer-refusal.ts';

function addressOf(text: string): Endpoint['address'] {
  const address = parseAddress(text);
  assert.ok(address);
  return address;
}

test('addresses of no use leave the table, and are not tried anew', () => {
  const candidates = new Candidates();
  const liars = Array.from({ length: 1000 }, (_, i) => ({ address: addressOf('192.0.2.1'), port: i + 1 }));
  candidates.add(liars, 0);
  for (let next = candidates.next(0); next !== undefined; next = candidates.next(0)) {
    candidates.dialled(next, 0);
    candidates.ended(next, 'bad-data', true, 0);
  }
  const honest = { address: addressOf('192.0.2.2'), port: 1 };
  candidates.add([...liars, honest], 0);
  assert.equal(candidates.size, 1);
  assert.deepEqual(candidates.next(0)?.endpoint, honest);
});

test('an address whose peer is connected to us already is tried again, later each time', () => {
  const candidates = new Candidates();
  candidates.add([{ address: addressOf('192.0.2.1'), port: 1 }], 0);
  let nowMs = 0;
  for (const waitMs of [5_000, 10_000, 20_000]) {
    const candidate = candidates.next(nowMs);
    assert.ok(candidate);
    candidates.dialled(candidate, nowMs);
    candidates.ended(candidate, 'duplicate', true, nowMs);
    assert.equal(candidates.next(nowMs + waitMs - 1), undefined);
    nowMs += waitMs;
  }
  assert.ok(candidates.next(nowMs));
});

test('an IPv6 address stands for its network', () => {
  assert.equal(networkOf(addressOf('2001:db8::1')), networkOf(addressOf('2001:db8::ffff:2')));
  assert.notEqual(networkOf(addressOf('2001:db8::1')), networkOf(addressOf('2001:db8:0:1::1')));
  assert.notEqual(networkOf(addressOf('192.0.2.1')), networkOf(addressOf('192.0.2.2')));
  const peer = { address: addressOf('2001:db8::1'), isPrivate: false, port: 1, peerId: new Uint8Array(20) };
  assert.deepEqual(namesOf(peer), namesOf({ ...peer, address: addressOf('2001:db8::2') }));
});

test('somebody else who says the id of a peer does not end our connection to it', () => {
  const peerId = new Uint8Array(20).fill(1);
  const closed: string[] = [];
  const other = {
    address: addressOf('192.0.2.1'),
    isOutgoing: false,
    hasPeerId: () => true,
    close: (reason: string) => void closed.push(reason),
  };
  const torrent = { peers: new Set([other]) } as unknown as ShakenPeer['torrent'];
  const shaken = (address: string): ShakenPeer => ({
    torrent,
    peerId,
    peer: { address: addressOf(address) },
    ownId: new Uint8Array(20).fill(2),
    isBanned: false,
    outgoing: { torrent, isEncrypted: false, onEnded: () => {} },
  });
  assert.equal(refusalOf(shaken('192.0.2.9')), undefined);
  assert.deepEqual(closed, []);
  assert.equal(refusalOf(shaken('192.0.2.1')), undefined);
  assert.deepEqual(closed, ['duplicate']);
});

test('the other way to shake hands is tried once, and kept when it led to a handshake', () => {
  const candidates = new Candidates('allow');
  candidates.add([{ address: addressOf('192.0.2.1'), port: 1 }], 0);
  const candidate = candidates.next(0);
  assert.ok(candidate !== undefined && !candidate.isEncrypted);
  assert.ok(candidates.fallsBack(candidate, 'remote', 10));
  assert.ok(candidate.isEncrypted && candidate.nextAtMs === 10 && candidate.failures === 0);
  candidates.ended(candidate, 'remote', true, 20);
  assert.ok(candidate.isEncrypted);
  assert.ok(candidates.fallsBack(candidate, 'not-bittorrent', 30));
  assert.equal(candidate.isEncrypted, false);
  assert.equal(candidates.fallsBack(candidate, 'remote', 40), false);
  candidates.ended(candidate, 'remote', false, 40);
  assert.ok(candidate.isEncrypted, 'neither way worked: the one that did before comes first');
});

test('a peer that answers and soon leaves waits longer each time, and one that stayed is dialled soon', () => {
  const candidates = new Candidates();
  candidates.add([{ address: addressOf('192.0.2.1'), port: 1 }], 0);
  let nowMs = 0;
  const waitAfter = (lastsMs: number): number => {
    const candidate = candidates.next(nowMs);
    assert.ok(candidate);
    candidates.dialled(candidate, nowMs);
    nowMs += lastsMs;
    candidates.ended(candidate, 'remote', true, nowMs);
    const waitMs = candidate.nextAtMs - nowMs;
    nowMs = candidate.nextAtMs;
    return waitMs;
  };
  assert.deepEqual([100, 100, 59_999, 60_000, 100].map(waitAfter), [5000, 10_000, 20_000, 5000, 10_000]);
});

for (const [mode, prefersEncryption, isEncrypted] of [
  ['allow', false, false],
  ['allow', true, true],
  ['require', false, true],
  ['off', true, false],
] as const)
  test(`in mode ${mode} a peer that ${prefersEncryption ? 'prefers' : 'does not prefer'} encryption is met ${isEncrypted ? 'with' : 'without'} it`, () => {
    const candidates = new Candidates(mode);
    candidates.add([{ address: addressOf('192.0.2.1'), port: 1, prefersEncryption }], 0);
    const candidate = candidates.next(0);
    assert.ok(candidate);
    assert.equal(candidate.isEncrypted, isEncrypted);
    assert.equal(candidates.fallsBack(candidate, 'remote', 0), mode === 'allow');
  });

for (const reason of [
  'unknown-info-hash',
  'duplicate',
  'self',
  'bad-message',
  'torrent-unavailable',
] as const)
  test(`a connection that ends by ${reason} is no reason to shake hands otherwise`, () => {
    const candidates = new Candidates('allow');
    candidates.add([{ address: addressOf('192.0.2.1'), port: 1 }], 0);
    const candidate = candidates.next(0);
    assert.ok(candidate);
    assert.equal(candidates.fallsBack(candidate, reason, 0), false);
  });

test('a peer that we have left for reasons of our own has not failed, and those that wait longer come before it', () => {
  const candidates = new Candidates();
  candidates.add([{ address: addressOf('192.0.2.1'), port: 1 }], 0);
  const left = candidates.next(0);
  assert.ok(left);
  candidates.dialled(left, 0);
  candidates.add([{ address: addressOf('192.0.2.2'), port: 2 }], 10);
  candidates.left(left, 20);
  const next = candidates.next(20);
  assert.equal(next?.endpoint.port, 2);
  candidates.dialled(next, 20);
  assert.equal(candidates.next(20), left);
  assert.equal(left.failures, 0);
});

test('as many addresses are kept as there is room for, strangers have seven tenths of it', () => {
  const candidates = new Candidates('allow', 10);
  const endpoints = Array.from({ length: 20 }, (_, at) => ({
    address: addressOf('192.0.2.1'),
    port: at + 1,
  }));
  assert.equal(candidates.add(endpoints, 0, true), 7);
  assert.equal(candidates.add(endpoints, 0), 3);
});
