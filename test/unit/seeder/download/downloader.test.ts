import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../../../src/seeder/clock.ts';
import { Downloader, type DownloaderOptions } from '../../../../src/seeder/download/downloader.ts';
import type { LeechWire } from '../../../../src/seeder/download/leech.ts';
import { MemoryBudget } from '../../../../src/seeder/download/memory-budget.ts';
import { SeederError } from '../../../../src/seeder/errors.ts';
import { RatePacer } from '../../../../src/seeder/rates/rate-pacer.ts';
import { DEFAULT_PREFERENCES } from '../../../../src/seeder/torrents/torrent-preferences.ts';
import { eventually } from '../../../support/eventually.ts';

const PIECE_LENGTH = 16_384;

/** A download of 4 pieces of one block each, from a peer that has all and is served by hand. */
function makeDownload({ checker, writer, budget = new MemoryBudget(1 << 20) }: Partial<DownloaderOptions>) {
  const asked: number[] = [];
  const told: string[] = [];
  const info = { pieceCount: 4, pieceLength: PIECE_LENGTH, length: 4 * PIECE_LENGTH, files: [] };
  const downloader = new Downloader({
    torrent: {
      infoHash: new Uint8Array(20),
      metainfo: { info },
      pieceCount: 4,
      pieceLength: PIECE_LENGTH,
      hasPiece: () => false,
      lacksPiece: () => true,
      selection: { priorityOf: () => 1 },
      preferences: DEFAULT_PREFERENCES,
    } as unknown as DownloaderOptions['torrent'],
    checker: checker as DownloaderOptions['checker'],
    writer: writer as DownloaderOptions['writer'],
    budget,
    pacer: new RatePacer({ clock: systemClock }),
    nowMs: () => 0,
    random: () => 0,
    listener: {
      onPiece: (piece) => told.push(`piece ${piece}`),
      onBadPiece: () => told.push('bad'),
      onBlock: () => {},
      onWasted: () => {},
      onLiar: () => told.push('liar'),
      onComplete: () => told.push('complete'),
      onFailed: ({ code }) => told.push(code),
    },
  });
  const wire = {
    peerChoking: false,
    isClosed: false,
    peerMaxRequests: 250,
    theirPieces: { isComplete: true, has: () => true, bits: undefined },
    askBlock: (piece: number) => asked.push(piece),
    cancelBlock: () => {},
    interested: () => {},
    uninterested: () => {},
    have: () => {},
    close: () => {},
  } as unknown as LeechWire;
  const leech = downloader.join(wire, [], true);
  const serve = (): void => {
    for (const piece of asked.splice(0)) downloader.onBlock(leech, piece, 0, new Uint8Array(PIECE_LENGTH));
  };
  return { asked, told, serve };
}

test('pieces that lie unwritten count against the memory', async () => {
  const budget = new MemoryBudget(2 * PIECE_LENGTH);
  const checker = { check: () => new Promise(() => {}) } as unknown as DownloaderOptions['checker'];
  const { asked, serve } = makeDownload({ budget, checker });
  await turn();
  assert.equal(asked.length, 2);
  serve();
  await turn();
  assert.deepEqual([asked.length, budget.usedBytes], [0, 2 * PIECE_LENGTH]);
});

test('memory of a piece that was bad is used again', async () => {
  const budget = new MemoryBudget(1 << 20);
  const checker = { check: async () => false } as unknown as DownloaderOptions['checker'];
  const { asked, told, serve } = makeDownload({ budget, checker });
  for (let round = 1; round <= 3; round++) {
    await turn();
    assert.equal(asked.length, 4);
    serve();
    await turn();
    assert.equal(told.filter((what) => what === 'bad').length, 4 * round);
    assert.equal(budget.memory.spareBytes, 4 * PIECE_LENGTH);
  }
});

test('a piece whose hashing thread died is fetched again', async () => {
  let isBroken = true;
  const check = async () => {
    if (!isBroken) return true;
    isBroken = false;
    throw new SeederError('ERR_STOPPED', 'the thread ended');
  };
  const { told, serve } = makeDownload({
    checker: { check } as unknown as DownloaderOptions['checker'],
    writer: { write: async () => {} } as unknown as DownloaderOptions['writer'],
  });
  await eventually('all is there', async () => {
    serve();
    return told.includes('complete');
  });
  assert.equal(told.length, 5);
});
