import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type HashRange, provenNode } from '../../../../src/bittorrent/metainfo/hash-range.ts';
import { fullBits, setBit } from '../../../../src/seeder/bits.ts';
import { systemClock } from '../../../../src/seeder/clock.ts';
import { makeSeederCounters } from '../../../../src/seeder/counters.ts';
import { ExtentCache } from '../../../../src/seeder/disk/extent-cache.ts';
import { OpenFiles } from '../../../../src/seeder/disk/open-files.ts';
import type { SeederError } from '../../../../src/seeder/errors.ts';
import { HashService } from '../../../../src/seeder/hashes/hash-service.ts';
import { Torrent } from '../../../../src/seeder/torrent.ts';
import { stampFiles } from '../../../../src/seeder/torrents/file-stamps.ts';
import { cleanup } from '../../../support/scope.ts';
import { makeV2Fixture, type V2FixtureOptions } from '../../../support/v2-fixture.ts';

const BLOCK = 16_384;
const signal = new AbortController().signal;

/** A torrent of which all is there but the pieces that are named, and a service that answers for it. */
async function makeService(t: TestContext, options: V2FixtureOptions, missing: readonly number[] = []) {
  const { metainfo, dataPath } = await makeV2Fixture(t, options);
  const openFiles = new OpenFiles(10);
  cleanup(t, () => openFiles.close());
  const torrent = new Torrent({ metainfo, dataPath, openFiles });
  const bits = fullBits(metainfo.info.pieceCount);
  for (const piece of missing) setBit(bits, piece, false);
  torrent.setChecked({ bits, stamps: await stampFiles(torrent.files, signal) });
  const counters = makeSeederCounters();
  const service = new HashService(new ExtentCache(1, counters), systemClock);
  const roots = metainfo.info.files.flatMap(({ piecesRoot }) => piecesRoot ?? []);
  const ask = (range: HashRange, file = 0): Promise<Uint8Array | undefined | SeederError> =>
    new Promise((resolve) =>
      service.answer(torrent, { ...range, piecesRoot: roots[file] ?? new Uint8Array() }, (error, hashes) =>
        resolve(error ?? hashes),
      ),
    );
  return { torrent, counters, roots, ask };
}

const blocks = (index: number, length: number, proofLayers = 0): HashRange => ({
  baseLayer: 0,
  index,
  length,
  proofLayers,
});

test('blocks of a piece that is not there are refused, the hash of the piece is not', async (t) => {
  const { ask, roots } = await makeService(t, { content: 8 * 4 * BLOCK }, [1]);
  assert.equal(await ask(blocks(4, 4)), undefined);
  assert.equal(await ask(blocks(0, 8)), undefined);
  assert.ok((await ask(blocks(0, 4))) instanceof Uint8Array);
  const pieces: HashRange = { baseLayer: 2, index: 0, length: 8, proofLayers: 2 };
  const hashes = await ask(pieces);
  assert.ok(hashes instanceof Uint8Array);
  assert.deepEqual(provenNode(pieces, hashes)?.hash, new Uint8Array(roots[0] ?? []));
});

test('a piece that many ask for at once is read and hashed once', async (t) => {
  const { ask, counters } = await makeService(t, { content: 4 << 20, pieceLength: 1 << 20 });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(blocks(64, 64))));
  assert.ok(answers.every((answer) => answer instanceof Uint8Array));
  assert.equal(counters.extentReads, 1);
});

test('all blocks of a large piece may be asked for, of several pieces 512', async (t) => {
  const { ask } = await makeService(t, { content: 20 << 20, pieceLength: 16 << 20 });
  assert.ok((await ask(blocks(1024, 1024))) instanceof Uint8Array);
  assert.equal(await ask(blocks(0, 2048)), undefined);
  assert.ok((await ask(blocks(512, 512))) instanceof Uint8Array);
  const { ask: askSmall } = await makeService(t, { content: 2048 * BLOCK, pieceLength: 2 * BLOCK });
  assert.ok((await askSmall(blocks(512, 512))) instanceof Uint8Array);
  assert.equal(await askSmall(blocks(0, 1024)), undefined);
});

test('data that cannot be read is an error that names the path, for all who wait', async (t) => {
  const { ask, torrent } = await makeService(t, { content: { a: 5 * BLOCK, b: 6 * BLOCK } });
  torrent.storage.setStamps(torrent.files.map(() => ({ size: 1, mtimeNs: 1n })));
  for (const error of await Promise.all([ask(blocks(0, 4)), ask(blocks(0, 4))])) {
    assert.ok(error instanceof Error);
    assert.equal(error.code, 'ERR_STORAGE_CHANGED');
  }
});
