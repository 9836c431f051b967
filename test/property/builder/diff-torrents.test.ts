import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { diffTorrents } from '../../../src/builder/diff/diff-torrents.ts';
import { randomBytesOf } from '../../support/data.ts';
import { type Contents, make } from '../../unit/bittorrent/metainfo/v2-fixtures.ts';

const BLOCK = 16_384;
const BLOCKS = [1, 2, 3].map((seed) => randomBytesOf(seed, BLOCK));

/** A file of a few blocks out of three, and perhaps a short end: so that files, and pieces of them, are often the same. */
const file = fc
  .tuple(fc.array(fc.nat(2), { maxLength: 4 }), fc.constantFrom(0, 0, 1, 100))
  .map(([blocks, end]) =>
    Buffer.concat([...blocks.map((block) => BLOCKS[block] ?? Buffer.alloc(0)), randomBytesOf(4, end)]),
  );
/** Up to three files beside one that is always there. */
const contents: fc.Arbitrary<Contents> = fc
  .dictionary(fc.constantFrom('a', 'b', 'c'), file, { maxKeys: 3 })
  .map((files) => ({ ...sorted(files), y: randomBytesOf(5, 10), z: randomBytesOf(6, 10) }));
const kind = fc.record({
  version: fc.constantFrom('v1' as const, 'v2' as const, 'hybrid' as const),
  pieceLength: fc.constantFrom(BLOCK, 2 * BLOCK),
});

/** In the order of their names, as a v2 tree has them. */
function sorted(files: Contents): Contents {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function areEqual(a: Contents, b: Contents): boolean {
  const paths = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...paths].every((path) => {
    const [inA, inB] = [a[path], b[path]];
    return inA !== undefined && inB !== undefined && Buffer.compare(inA, inB) === 0;
  });
}

describe('diffTorrents', () => {
  it('never says of data what is not true', () => {
    fc.assert(
      fc.property(contents, kind, contents, kind, (a, kindA, b, kindB) => {
        const { content, files, fetch } = diffTorrents(
          make(a, { name: 'x', ...kindA }),
          make(b, { name: 'x', ...kindB }),
        );
        if (content !== 'unknown') assert.equal(content === 'same', areEqual(a, b));
        for (const found of files) {
          const path = found.path.join('/');
          if (found.kind === 'added') assert.ok(path in b && !(path in a));
          if (found.kind === 'removed') assert.ok(path in a && !(path in b));
          if (found.kind === 'changed')
            assert.ok(Buffer.compare(a[path] ?? Buffer.alloc(0), b[path] ?? Buffer.alloc(0)) !== 0);
        }
        if (fetch === undefined) return;
        const total = Object.values(b).reduce((sum, bytes) => sum + bytes.length, 0);
        assert.equal(fetch.totalBytes, total);
        assert.ok(fetch.fetchBytes >= 0 && fetch.fetchBytes <= total);
        if (areEqual(a, b) && fetch.basis !== 'v1') assert.equal(fetch.fetchBytes, 0);
        const isNew = Object.values(b).some((bytes) => bytes.length > 0 && !isWithin(bytes, a));
        if (isNew) assert.ok(fetch.fetchBytes > 0, 'what A has nowhere must be fetched');
      }),
    );
  });
});

/** Whether every block of a file is somewhere in the contents: less than that cannot be had without fetching. */
function isWithin(bytes: Uint8Array, all: Contents): boolean {
  const data = Buffer.concat(Object.values(all));
  for (let at = 0; at < bytes.length; at += BLOCK)
    if (!data.includes(bytes.subarray(at, at + BLOCK))) return false;
  return true;
}
