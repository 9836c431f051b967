import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makeSeederCounters } from '../../../../src/seeder/counters.ts';
import { ExtentCache } from '../../../../src/seeder/disk/extent-cache.ts';
import { SeederError } from '../../../../src/seeder/errors.ts';
import { UploadRate } from '../../../../src/seeder/peers/upload-rate.ts';
import { Uploader, type UploaderOptions } from '../../../../src/seeder/peers/uploader.ts';
import { RequestQueue } from '../../../../src/seeder/wire/request-queue.ts';
import { SlowSource } from '../../../support/slow-source.ts';

const BLOCK = 16_384;
const MIB = 1 << 20;

/** A peer of a torrent whose pieces are extents; what it is sent is taken at once. */
function fixture({ isFast }: { readonly isFast: boolean }) {
  const source = new SlowSource(16);
  const counters = makeSeederCounters();
  const cache = new ExtentCache(64 * MIB, counters);
  const rate = new UploadRate();
  if (isFast) rate.add(10 * MIB);
  const sent: string[] = [];
  const errors: SeederError[] = [];
  const requests = new RequestQueue(2000);
  const wire = {
    requests,
    isEncrypted: false,
    sendBlock: (
      piece: number,
      begin: number,
      first: Buffer,
      _second: Buffer | undefined,
      written: () => void,
    ) => {
      assert.ok(first.every((byte) => byte === piece));
      sent.push(`${piece}:${begin / BLOCK}`);
      queueMicrotask(written);
    },
  };
  const uploader = new Uploader({
    wire: wire as unknown as UploaderOptions['wire'],
    cache,
    source,
    pieces: { pieceLength: MIB, isReady: () => true, isHere: () => true, verify: () => {} },
    rate,
    allowance: { isLimited: false } as UploaderOptions['allowance'],
    counters,
    onUploaded: () => {},
    onStorageError: (error) => errors.push(error),
  });
  /** The peer asks for blocks of a piece. */
  const ask = (piece: number, ...blocks: readonly number[]): void => {
    for (const block of blocks) {
      requests.push(piece, block * BLOCK, BLOCK);
      uploader.requested(piece, block * BLOCK);
    }
  };
  const finish = async (): Promise<void> => {
    await turn();
    source.finish();
    await turn();
  };
  return { source, cache, sent, errors, ask, finish };
}

test('many requests for one extent are one read, begun with the first of them', async () => {
  const { source, sent, ask, finish } = fixture({ isFast: true });
  ask(3, 0, 1, 2, 3);
  await turn();
  assert.deepEqual(source.reads, [3]);
  ask(3, 4, 5);
  await finish();
  assert.deepEqual(source.reads, [3]);
  assert.deepEqual(sent, ['3:0', '3:1', '3:2', '3:3', '3:4', '3:5']);
});

test('of a fast peer two extents are read together, and the next while those before it are served', async () => {
  const { source, sent, ask, finish } = fixture({ isFast: true });
  for (const piece of [5, 6, 7, 8]) ask(piece, 0, 1);
  await turn();
  assert.deepEqual(source.reads, [5, 6]);
  assert.deepEqual(sent, []);
  await finish();
  assert.deepEqual(sent, ['5:0', '5:1', '6:0', '6:1']);
  assert.deepEqual(source.reads, [5, 6, 7], 'the one that is at the head now');
  ask(9, 0);
  ask(10, 0);
  await turn();
  assert.deepEqual(source.reads, [5, 6, 7, 9, 10]);
  await finish();
  await finish();
  assert.deepEqual(sent.slice(4), ['7:0', '7:1', '8:0', '8:1', '9:0', '10:0']);
  assert.deepEqual(
    source.reads.toSorted((a, b) => a - b),
    [5, 6, 7, 8, 9, 10],
    'and none is read twice',
  );
});

test('of a slow peer one extent is read ahead', async () => {
  const { source, sent, ask, finish } = fixture({ isFast: false });
  for (const piece of [5, 6, 7]) ask(piece, 0);
  await turn();
  assert.deepEqual(source.reads, [5]);
  await finish();
  assert.deepEqual(source.reads, [5, 6]);
  ask(8, 0);
  await turn();
  assert.deepEqual(source.reads, [5, 6, 8]);
  await finish();
  await finish();
  assert.deepEqual(sent, ['5:0', '6:0', '7:0', '8:0']);
});

test('what is in the cache is not read again', async () => {
  const { source, cache, sent, ask, finish } = fixture({ isFast: true });
  cache.load(source, 2, () => {});
  await finish();
  ask(2, 0);
  ask(3, 0);
  await finish();
  assert.deepEqual(source.reads, [2, 3]);
  assert.deepEqual(sent, ['2:0', '3:0']);
});

test('an error of what was read ahead is told when its turn comes and it is there again, not before', async () => {
  for (const isLasting of [false, true]) {
    const { source, sent, errors, ask, finish } = fixture({ isFast: true });
    const error = new SeederError('ERR_STORAGE_UNREADABLE', 'no');
    source.errorOf = (index) => (index === 3 ? error : null);
    ask(2, 0);
    ask(3, 0);
    await finish();
    assert.deepEqual(source.reads, [2, 3, 3]);
    assert.deepEqual([sent, errors], [['2:0'], []]);
    if (!isLasting) source.errorOf = () => null;
    await finish();
    assert.deepEqual(sent, isLasting ? ['2:0'] : ['2:0', '3:0']);
    assert.deepEqual(errors, isLasting ? [error] : []);
  }
});
