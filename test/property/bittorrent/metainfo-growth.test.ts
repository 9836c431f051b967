import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/bittorrent/errors.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import {
  entry,
  goodFiles,
  hashes,
  layersOf,
  piecesOf,
  treeFile,
  v1,
  v1Folder,
  v2,
  v2Tree,
} from '../../support/hostile-torrents/good-torrents.ts';
import { inOrder, type RawInput, type RawPair } from '../../support/hostile-torrents/raw-bencode.ts';

const FEW = 1_000;
const TIMES = 8;
/** What is linear takes 8 times as long, what is quadratic 64 times. */
const MAX_RATIO = 32;

const numbered = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_none, n) => `${prefix}${String(n).padStart(6, '0')}`);
const folders = Array.from({ length: 40 }, () => 'd');
const leaf = treeFile(1).leaf;
const folder = (files: readonly RawInput[]): Uint8Array => v1Folder(files, files.length);
const treeOf = (names: readonly string[], value: RawInput): RawInput =>
  inOrder(names.map((name): RawPair => [name, value]));
const root = (members: Record<string, RawInput>): Uint8Array => v1({}, members);

/** Torrents that grow in one way each; some are refused, which may not take long either. */
const shapes: Readonly<Record<string, (count: number) => Uint8Array>> = {
  files: (count) => folder(numbered(count).map((name) => entry(1, name))),
  'files in deep folders': (count) => folder(numbered(count).map((name) => entry(1, ...folders, name))),
  'names that begin alike': (count) => folder(numbered(count, 'x'.repeat(200)).map((name) => entry(1, name))),
  'files of one path': (count) => folder(numbered(count).map(() => entry(1, 'same'))),
  'names with one more letter each': (count) =>
    folder(numbered(count).map((name, n) => entry(1, 'x'.repeat(1 + (n % 250)), name))),
  'files of a tree': (count) => v2Tree(treeOf(numbered(count), leaf)),
  'folders of a tree': (count) => v2Tree(treeOf(numbered(count), { f: leaf })),
  'a tree of empty folders': (count) => v2Tree(treeOf(numbered(count), {})),
  'layers that nobody has': (count) =>
    v2(
      {},
      { 'piece layers': layersOf([...goodFiles, ...numbered(count).map((name) => treeFile(40_000, name))]) },
    ),
  'pieces of one file': (count) => v1({ length: 32_768 * count, pieces: hashes(count, 20) }),
  'trackers in one tier': (count) => root({ 'announce-list': [numbered(count, 'http://t/')] }),
  'tiers of trackers': (count) => root({ 'announce-list': numbered(count, 'http://t/').map((url) => [url]) }),
  'web seeds': (count) => root({ 'url-list': numbered(count, 'http://w/') }),
  nodes: (count) => root({ nodes: numbered(count, 'n').map((name) => [name, 6881]) }),
  'keys of nobody': (count) => root(Object.fromEntries(numbered(count, 'z').map((name) => [name, 1]))),
  'keys of nobody in info': (count) => v1(Object.fromEntries(numbered(count, 'z').map((name) => [name, 1]))),
  'a comment': (count) => root({ comment: '\u202e\0'.repeat(100 * count) }),
  'a source': (count) => v1({ source: 'x'.repeat(1000 * count) }),
  'similar torrents': (count) => v1({ similar: numbered(count).map((name) => hashes(1, 20, name)) }),
  'digits of a number': (count) => root({ zz: inOrder([['', 10n ** BigInt(count)]]) }),
  'empty pieces': (count) => v1({ length: count, 'piece length': 1, pieces: piecesOf(32_768 * count) }),
};

/** Rounds before it is believed that a shape takes too long: other programs can only make a run longer. */
const MAX_ROUNDS = 30;

/** Milliseconds that one run takes. */
function costOf(bytes: Uint8Array): number {
  const before = performance.now();
  try {
    parseMetainfo(bytes);
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
  }
  return performance.now() - before;
}

describe('the time that a metainfo file takes', () => {
  for (const [what, make] of Object.entries(shapes))
    it(`grows no faster than its size: ${what}`, () => {
      const [little, large] = [make(FEW), make(FEW * TIMES)];
      costOf(make(100)); // so that the code is compiled when it counts
      let [few, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      const isGood = (): boolean => many < MAX_RATIO * Math.max(few, 1);
      for (let round = 0; round < MAX_ROUNDS && !(round > 2 && isGood()); round++) {
        few = Math.min(few, costOf(little));
        many = Math.min(many, costOf(large));
      }
      assert.ok(isGood(), `${few} ms for ${FEW}, ${many} ms for ${FEW * TIMES}`);
    });
});
