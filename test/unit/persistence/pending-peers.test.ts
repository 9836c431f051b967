import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PendingPeers } from '../../../src/persistence/pending-peers.ts';

function hash(index: number): Uint8Array {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(index % 17, index);
  return bytes;
}

test('gives each peer one row, however often it grows', () => {
  const pending = new PendingPeers(100_000, 16);
  const rows = new Map<number, number>();
  for (let i = 0; i < 50_000; i++)
    rows.set(i, pending.rowOf(hash(i), Uint8Array.of(10, 0, i >> 8, i), 1 + (i % 9)));
  assert.equal(pending.size, 50_000);
  assert.equal(new Set(rows.values()).size, 50_000);
  for (let i = 0; i < 50_000; i++) {
    assert.equal(pending.rowOf(hash(i), Uint8Array.of(10, 0, i >> 8, i), 1 + (i % 9)), rows.get(i));
  }
});

test('tells an IPv4 address from an IPv6 address that begins with it', () => {
  const pending = new PendingPeers(10);
  const v6 = new Uint8Array(16);
  v6.set([10, 0, 0, 1]);
  const rows = [pending.rowOf(hash(1), Uint8Array.of(10, 0, 0, 1), 1), pending.rowOf(hash(1), v6, 1)];
  assert.deepEqual(rows, [0, 1]);
});

test('is full at its bound, and known peers still have their row', () => {
  const pending = new PendingPeers(2);
  const row = (port: number) => pending.rowOf(hash(1), Uint8Array.of(10, 0, 0, 1), port);
  assert.deepEqual([row(1), row(2), row(3), row(2)], [0, 1, -1, 1]);
});

test('forgets everything when it is cleared', () => {
  const pending = new PendingPeers(2);
  const row = (port: number) => pending.rowOf(hash(1), Uint8Array.of(10, 0, 0, 1), port);
  row(1);
  row(2);
  pending.clear();
  assert.deepEqual([pending.size, row(2), row(1)], [0, 0, 1]);
});
