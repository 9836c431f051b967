import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HashesFirst } from '../../../../src/seeder/peers/hashes-first.ts';
import { FakePeer, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeV2Fixture } from '../../../support/v2-fixture.ts';

const BLOCK = 16_384;
const [REQUEST, PIECE, HASH_REQUEST, HASHES] = [6, 7, 21, 22];

function started() {
  const clock = new ManualClock();
  const told: number[] = [];
  const first = new HashesFirst(clock, () => told.push(clock.nowMs()));
  return { clock, first, told };
}

test('blocks wait from the first request for hashes until a tenth of a second after the last answer', () => {
  const { clock, first, told } = started();
  assert.equal(first.isHolding, false, 'nobody asked');
  first.asked();
  first.asked();
  clock.advance(500);
  first.answered();
  clock.advance(500);
  assert.equal(first.isHolding, true, 'one is not answered');
  first.answered();
  clock.advance(99);
  first.asked();
  first.answered();
  clock.advance(99);
  assert.equal(first.isHolding, true, 'the next came in time');
  clock.advance(1);
  assert.equal(first.isHolding, false);
  assert.equal(told.length, 1);
});

test('blocks wait two seconds at most, however much is asked for', () => {
  const { clock, first, told } = started();
  for (let at = 0; at < 2_000; at += 50) {
    first.asked();
    first.answered();
    assert.equal(first.isHolding, true);
    clock.advance(50);
  }
  assert.equal(first.isHolding, false);
  assert.equal(told.length, 1);
  first.asked();
  assert.equal(first.isHolding, false, 'once a connection');
  first.answered();
  clock.advance(10_000);
  assert.equal(told.length, 1);
});

test('a connection that ends leaves no timer', () => {
  const { clock, first } = started();
  first.asked();
  first.answered();
  first.stop();
  assert.deepEqual(clock.pendingMs, []);
  assert.equal(first.isHolding, false);
});

test('a peer is sent the hashes of pieces before the blocks that it asked for with them', async (t) => {
  const fixture = await makeV2Fixture(t, { content: 20 * 4 * BLOCK + BLOCK + 1 });
  const clock = new ManualClock();
  const { port, node } = await seedFixture(t, fixture, { clock });
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const root = fixture.metainfo.info.files[0]?.piecesRoot ?? new Uint8Array();
  const hashRequest = (index: number): Buffer => {
    const numbers = Buffer.alloc(16);
    for (const [at, number] of [2, index, 16, 1].entries()) numbers.writeUInt32BE(number, 4 * at);
    return messageBytes(HASH_REQUEST, Buffer.concat([root, numbers]));
  };
  peer.send(Buffer.concat([hashRequest(0), numbersBytes(REQUEST, 0, 0, BLOCK)]));
  await peer.next(HASHES);
  peer.send(hashRequest(16));
  await peer.next(HASHES);
  assert.equal(node.counters.blocksSent, 0);
  clock.advance(100);
  assert.equal((await peer.next(PIECE)).length, 1 + 8 + BLOCK);
});
