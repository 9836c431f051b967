import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRangeOfTree, provenNode } from '../../../src/bittorrent/metainfo/hash-range.ts';
import { BLOCK_LENGTH, powerOfTwoFrom } from '../../../src/bittorrent/metainfo/merkle.ts';
import { fullBits } from '../../../src/seeder/bits.ts';
import type { Clock } from '../../../src/seeder/clock.ts';
import { makeSeederCounters } from '../../../src/seeder/counters.ts';
import { ExtentCache } from '../../../src/seeder/disk/extent-cache.ts';
import { OpenFiles } from '../../../src/seeder/disk/open-files.ts';
import { HashService } from '../../../src/seeder/hashes/hash-service.ts';
import { Torrent } from '../../../src/seeder/torrent.ts';
import { stampFiles } from '../../../src/seeder/torrents/file-stamps.ts';
import { cleanup } from '../../support/scope.ts';
import { makeV2Fixture } from '../../support/v2-fixture.ts';

/** A clock on which all rests are short. */
const hastyClock: Clock = {
  nowMs: () => 0,
  unixSeconds: () => 0,
  after(_delayMs, task) {
    setImmediate(task);
    return () => {};
  },
};

const lengths = [1, BLOCK_LENGTH + 1, 3 * BLOCK_LENGTH, 131_072, 777_777, 2_000_001, 3_000_000];
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const file = fc.nat(lengths.length - 1);

/** Whatever a peer may send. */
const wild = fc
  .record({ file, baseLayer: u32, length: u32, index: u32, proofLayers: u32 })
  .map(({ file: at, ...range }) => ({ file: at, range }));

/** What lies within the tree of a file, or misses it by one. */
const tame = fc
  .record({ file, base: fc.nat(), spread: fc.nat(), place: fc.nat(), proof: fc.nat() })
  .map(({ file: at, base, spread, place, proof }) => {
    const baseLayer = base % (rootLayerOf(at) + 1);
    const layers = rootLayerOf(at) - baseLayer;
    const length = 2 ** (spread % (layers + 1));
    const index = length * (place % (2 ** layers / length));
    return { file: at, range: { baseLayer, length, index, proofLayers: proof % (layers + 1) } };
  });

function rootLayerOf(at: number): number {
  return Math.log2(powerOfTwoFrom(Math.ceil((lengths[at] ?? 0) / BLOCK_LENGTH)));
}

for (const [version, pieceLength] of [
  ['v2', 2 * BLOCK_LENGTH],
  ['v2', BLOCK_LENGTH],
  ['hybrid', 8 * BLOCK_LENGTH],
] as const)
  test(`whatever is answered of a ${version} torrent is part of the file's tree, and whatever is there is answered: pieces of ${pieceLength}`, async (t) => {
    const content = Object.fromEntries(lengths.map((length, at) => [`file ${at}`, length]));
    const { metainfo, dataPath } = await makeV2Fixture(t, { content, version, pieceLength });
    const openFiles = new OpenFiles(10);
    cleanup(t, () => openFiles.close());
    const torrent = new Torrent({ metainfo, dataPath, openFiles });
    const stamps = await stampFiles(torrent.files, new AbortController().signal);
    torrent.setChecked({ bits: fullBits(metainfo.info.pieceCount), stamps });
    const service = new HashService(new ExtentCache(1, makeSeederCounters()), hastyClock);
    const roots = metainfo.info.files.flatMap(({ piecesRoot }) =>
      piecesRoot === undefined ? [] : [piecesRoot],
    );
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(wild, tame, tame), async ({ file: at, range }) => {
        const rootLayer = rootLayerOf(at);
        const piecesRoot = roots[at] ?? new Uint8Array();
        const hashes = await new Promise<Uint8Array | undefined>((resolve, reject) =>
          service.answer(torrent, { ...range, piecesRoot }, (error, found) =>
            error === null ? resolve(found) : reject(error),
          ),
        );
        assert.equal(hashes !== undefined, isRangeOfTree(range, rootLayer));
        if (hashes === undefined) return;
        answers++;
        const proven = provenNode(range, hashes);
        assert.ok(proven !== undefined);
        if (proven.layer === rootLayer) assert.deepEqual(Buffer.from(proven.hash), Buffer.from(piecesRoot));
      }),
      { numRuns: 300 },
    );
    assert.ok(answers >= 30, `${answers} answers`);
  });
