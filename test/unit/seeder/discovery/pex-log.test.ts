import assert from 'node:assert/strict';
import { it } from 'node:test';
import { addressFromBytes, type Endpoint, formatEndpoint } from '../../../../src/bittorrent/endpoint.ts';
import { PexLog } from '../../../../src/seeder/discovery/pex/pex-log.ts';
import type { PexMessage } from '../../../../src/seeder/wire/ut-pex.ts';

const stranger = { address: addressFromBytes(Uint8Array.of(203, 0, 113, 9)), key: undefined };

function peer(number: number, network = 198): Endpoint {
  return { address: addressFromBytes(Uint8Array.of(network, 51, number >> 8, number & 255)), port: 6881 };
}

function texts({ added, dropped }: PexMessage): { added: string[]; dropped: string[] } {
  return {
    added: added.map(({ endpoint }) => formatEndpoint(endpoint)),
    dropped: dropped.map(formatEndpoint),
  };
}

function logOf(count: number): PexLog {
  const log = new PexLog();
  for (let number = 0; number < count; number++) log.add(peer(number), () => 0);
  return log;
}

it('tells somebody new of fifty different peers at most', () => {
  const { added } = texts(logOf(300).first(stranger, Math.random));
  assert.equal(new Set(added).size, 50);
});

it('tells of those who have come since, and of those who were here and have left', () => {
  const log = logOf(3);
  const { sequence } = log;
  log.add(peer(3), () => 0x12);
  log.drop(peer(1));
  const told = log.since(sequence, stranger);
  assert.deepEqual(texts(told), { added: ['198.51.0.3:6881'], dropped: ['198.51.0.1:6881'] });
  assert.equal(told.added[0]?.flags, 0x12);
});

it('says nothing of somebody who came and left between two messages, nor of one who left and came back', () => {
  const log = logOf(1);
  const { sequence } = log;
  log.add(peer(7), () => 0);
  log.drop(peer(7));
  log.drop(peer(0));
  log.add(peer(0), () => 0);
  assert.deepEqual(texts(log.since(sequence, stranger)), { added: [], dropped: [] });
});

it('tells of no more than fifty who have come and fifty who have left', () => {
  const log = logOf(200);
  const { sequence } = log;
  for (let number = 0; number < 200; number++) log.drop(peer(number));
  for (let number = 200; number < 400; number++) log.add(peer(number), () => 0);
  const { added, dropped } = log.since(sequence, stranger);
  assert.deepEqual([added.length, dropped.length], [50, 50]);
});

it('tells nobody of himself', () => {
  const log = logOf(2);
  const listener = { address: peer(1).address, key: formatEndpoint(peer(1)) };
  assert.deepEqual(texts(log.first(listener, () => 0)).added, ['198.51.0.0:6881']);
});

it('tells strangers of no peer in our own network', () => {
  const log = logOf(1);
  log.add(peer(5, 10), () => 0);
  assert.deepEqual(texts(log.first(stranger, () => 0)).added, ['198.51.0.0:6881']);
  const neighbour = { address: peer(6, 10).address, key: undefined };
  assert.equal(log.first(neighbour, () => 0).added.length, 2);
});

it('two connections to one peer are one peer, until both are over', () => {
  const log = logOf(1);
  log.add(peer(0), () => 0);
  const { sequence } = log;
  log.drop(peer(0));
  assert.equal(log.sequence, sequence);
  log.drop(peer(0));
  assert.deepEqual(texts(log.since(sequence, stranger)).dropped, ['198.51.0.0:6881']);
});

it('forgets what is long past, whatever comes and goes', () => {
  const log = logOf(1);
  for (let round = 0; round < 10_000; round++) {
    log.add(peer(9), () => 0);
    log.drop(peer(9));
  }
  assert.equal(log.sequence, 20_001);
  assert.deepEqual(texts(log.since(0, stranger)).added, []);
});
