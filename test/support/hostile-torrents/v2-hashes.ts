import { type HostileTorrent, hostile } from './entry.ts';
import {
  goodFiles,
  hashes,
  LARGE,
  layersOf,
  PIECE,
  SMALL,
  type TreeFile,
  treeFile,
  v2,
  v2Tree,
} from './good-torrents.ts';
import { dict, type RawInput } from './raw-bencode.ts';

const [large, small] = goodFiles as readonly [TreeFile, TreeFile];
const layer = large.layer as Uint8Array; // it is longer than a piece
const [first, second, third] = [0, 32, 64].map((at) => layer.subarray(at, at + 32)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const zeros = new Uint8Array(32);
const other = treeFile(LARGE, 'other');
const noFile = 'BEP 52 has none for it';

function roots(): HostileTorrent[] {
  const of = (what: string, root: RawInput | undefined, why: string, length = SMALL): HostileTorrent =>
    hostile(`v2 root: ${what}`, why, v2Tree({ f: { '': { length, 'pieces root': root } }, g: small.leaf }));
  const alike = (what: string, length: number, why: string): HostileTorrent => {
    const [a, b] = [LARGE, length].map((size) => ({ '': { length: size, 'pieces root': large.root } }));
    return hostile(`v2 root: the same for two files${what}`, why, v2({ 'file tree': { a, b } }));
  };
  return [
    of('missing', undefined, 'nothing to check by'),
    of('of 31 bytes', hashes(1, 31), 'too short'),
    of('of 33 bytes', new Uint8Array(33).fill(1), 'too long'),
    of('empty', '', 'nothing to check by'),
    of('a list', [hashes(1, 32)], 'of another type'),
    of('all zeros', zeros, 'stands for "nothing" in trees'),
    of('of an empty file', hashes(1, 32), 'a root of nothing', 0),
    of('of an empty file, all zeros', zeros, 'a root of nothing', 0),
    of('of an empty file, 20 bytes', hashes(1, 20), 'a root of nothing, and too short', 0),
    of('none of an empty file', undefined, 'as BEP 52 says', 0),
    alike('', LARGE, 'the same file twice: one layer serves both'),
    alike(' of unlike lengths', LARGE + PIECE, 'one layer cannot fit both'),
    alike(' of unlike lengths, as many pieces', LARGE + 1, 'the last piece differs'),
  ];
}

const layers = (what: string, value: RawInput | undefined, why: string): HostileTorrent =>
  hostile(`v2 layers: ${what}`, why, v2({}, { 'piece layers': value }));

function layersOfTheLargeFile(): HostileTorrent[] {
  const of = (what: string, ...parts: readonly Uint8Array[]): HostileTorrent =>
    layers(what, dict(large.root, Buffer.concat(parts)), 'the layer does not fit the file');
  return [
    of('a hash too few', first, second),
    of('a hash too many', layer, zeros),
    of('empty for its file'),
    of('no multiple of 32', layer.subarray(1)),
    of('with a wrong hash', first, hashes(1, 32), third),
    of('with hashes exchanged', second, first, third),
    of('with all hashes zero', zeros, zeros, zeros),
    layers('a list for its file', dict(large.root, [layer]), 'of another type'),
    layers('a root twice', dict(large.root, layer, large.root, layer), 'the info-hash is unaffected'),
    layers(
      'a root twice, first wrong',
      dict(large.root, new Uint8Array(96), large.root, layer),
      'which one counts?',
    ),
    layers(
      'a root twice, last wrong',
      dict(large.root, layer, large.root, new Uint8Array(96)),
      'which one counts?',
    ),
  ];
}

function layersAsAWhole(): HostileTorrent[] {
  const withMore = (what: string, key: Uint8Array, value: RawInput, why: string): HostileTorrent => {
    const isBehind = Buffer.compare(key, large.root) > 0;
    return layers(
      what,
      isBehind ? dict(large.root, layer, key, value) : dict(key, value, large.root, layer),
      why,
    );
  };
  const [low, high] = [large, other].sort((a, b) => Buffer.compare(a.root, b.root)) as [TreeFile, TreeFile];
  const unsorted = dict(high.root, high.layer ?? '', low.root, low.layer ?? '');
  return [
    layers('missing', undefined, 'nothing to check pieces by'),
    layers('a list', [layer], 'of another type'),
    layers('a string', layer, 'of another type'),
    layers('empty', {}, 'nothing to check pieces by'),
    layers('unsorted', unsorted, 'the info-hash is unaffected'),
    withMore('of a root that nobody has', other.root, other.layer ?? '', 'ballast'),
    withMore('of a root that nobody has, a number', other.root, 7, 'ballast'),
    withMore('of a root that nobody has, 31 bytes', other.root, hashes(1, 31), 'ballast'),
    withMore('with a short key', Buffer.from('aa'), layer, 'ballast'),
    withMore('of a file of one piece, its root', small.root, small.root, noFile),
    withMore('of a file of one piece, empty', small.root, '', noFile),
    withMore('of a file of one piece, wrong', small.root, hashes(3, 32), noFile),
  ];
}

function layersAtTheEdge(): HostileTorrent[] {
  const edge = treeFile(PIECE + 1);
  const within = v2({ 'piece layers': layersOf(goodFiles) }, { 'piece layers': undefined });
  const whole = v2({ 'file tree': { f: edge.leaf }, name: 'f' }, { 'piece layers': layersOf([edge]) });
  const claimed = [40, 43, 44, 48, 50, 52].map((exponent) => {
    const leaf = { '': { length: 2 ** exponent, 'pieces root': large.root } };
    const why = 'takes memory for pieces that nobody has';
    return hostile(
      `v2 layers: none for a file of 2^${exponent} bytes`,
      why,
      v2Tree({ f: leaf }, { name: 'f' }),
    );
  });
  return [
    ...claimed,
    hostile(
      'v2 layers: none for a file of exactly one piece',
      'as BEP 52 says',
      v2Tree({ f: treeFile(PIECE).leaf }, { name: 'f' }),
    ),
    hostile('v2 layers: none for a piece and a byte', 'nothing to check pieces by', v2Tree({ f: edge.leaf })),
    hostile('v2 layers: of a piece and a byte', 'as BEP 52 says', whole),
    hostile('v2 layers: within info', 'in the wrong place', within),
  ];
}

/** v2 torrents whose roots or piece layers are odd (BEP 52). */
export function v2HashEntries(): HostileTorrent[] {
  return [...roots(), ...layersOfTheLargeFile(), ...layersAsAWhole(), ...layersAtTheEdge()];
}
