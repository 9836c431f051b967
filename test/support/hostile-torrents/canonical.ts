import { type HostileTorrent, hostile } from './entry.ts';
import {
  goodFiles,
  goodTree,
  hybrid,
  hybridFiles,
  layersOf,
  SMALL,
  torrent,
  treeFile,
  v1,
  v1Info,
  v2,
  v2Info,
  v2Tree,
} from './good-torrents.ts';
import {
  bencodeRaw,
  dict,
  inOrder,
  pairsOf,
  type Raw,
  type RawInput,
  type RawMembers,
  raw,
} from './raw-bencode.ts';

const small = treeFile(SMALL);
const leaf: RawMembers = { length: SMALL, 'pieces root': small.root };
const layers = layersOf(goodFiles);
const hybridInfo: RawMembers = { ...v2Info, files: hybridFiles, pieces: new Uint8Array(80) };
/** Numbers that are none to BEP 3, or have a shorter form. */
const oddNumbers = [
  'i0100e',
  'i-0e',
  'i00e',
  'ie',
  'i-e',
  'i+1e',
  'i 1e',
  'i1.5e',
  'i1e5e',
  'i0x10e',
  'i--1e',
];

/** A dictionary with its keys the other way round. */
const reversed = (members: RawMembers): RawInput => inOrder(pairsOf(members).reverse());
/** A dictionary that ends with these keys and values, whatever their order. */
const ending = (members: RawMembers, ...more: readonly RawInput[]): RawInput =>
  dict(...pairsOf(members).flat(), ...more);
/** A dictionary in which `key` stands twice. */
const twice = (members: RawMembers, key: string, other: RawInput): RawInput =>
  inOrder(pairsOf(members).flatMap((pair) => (pair[0] === key ? [pair, [key, other]] : [pair])));
const v2Of = (info: RawInput): Uint8Array => torrent(info, { 'piece layers': layers });
const v1Of = (fileEntry: Raw): Uint8Array => v1({ length: undefined, files: [fileEntry] });
const root = (...keysAndValues: readonly RawInput[]): Uint8Array => bencodeRaw(dict(...keysAndValues));

function numbers(): HostileTorrent[] {
  const anywhere = oddNumbers.flatMap((token) => [
    hostile(`number: ${token} in the root`, 'BEP 3 does not know it', v1({}, { zz: raw(token) })),
    hostile(`number: ${token} in v1 info`, 'the same within what is hashed', v1({ zz: raw(token) })),
    hostile(`number: ${token} in v2 info`, 'BEP 52 asks for canonical bencode', v2({ zz: raw(token) })),
  ]);
  return [
    ...anywhere,
    hostile('number: i-1e in the root', 'a good number', v1({}, { zz: -1 })),
    hostile(
      'number: leading zeros in a v1 length',
      'written anew, info has another hash',
      v1({ length: raw('i0100e') }),
    ),
    hostile(
      'number: leading zeros in hybrid info',
      'BEP 52 asks for canonical bencode',
      hybrid(hybridFiles, { zz: raw('i01e') }),
    ),
    hostile('string: leading zeros in the root', 'the info-hash is unaffected', v1({}, { zz: raw('01:a') })),
    hostile(
      'string: leading zeros in a root key',
      'the info-hash is unaffected',
      root('info', v1Info, raw('02:zz'), 1),
    ),
    hostile(
      'string: leading zeros in v1 info',
      'not canonical within what is hashed',
      v1({ zz: raw('01:a') }),
    ),
    hostile('string: leading zeros in v2 info', 'BEP 52 asks for canonical bencode', v2({ zz: raw('01:a') })),
    hostile('string: a negative length', 'a length of -1', v1({}, { zz: raw('-1:a') })),
  ];
}

function order(): HostileTorrent[] {
  const crossSeeded = inOrder(pairsOf(v1Info).toSpliced(2, 0, ['x_cross_seed', 'abcd']));
  const leafUnsorted = dict('', reversed(leaf));
  return [
    hostile(
      'order: root unsorted',
      'the info-hash is unaffected',
      root('zz', 1, 'info', v1Info, 'announce', 'http://a/'),
    ),
    hostile(
      'order: v2 root unsorted',
      'the info-hash is unaffected',
      root('piece layers', layers, 'info', v2Info),
    ),
    hostile('order: v1 info unsorted', 'written anew, it has another hash', torrent(reversed(v1Info))),
    hostile('order: x_cross_seed of mktorrent', 'written out of order by mktorrent -x', torrent(crossSeeded)),
    hostile(
      'order: v1 file entry unsorted',
      'written anew, it has another hash',
      v1Of(dict('path', ['a'], 'length', SMALL)),
    ),
    hostile('order: v2 info unsorted', 'BEP 52 asks for sorted keys', v2Of(reversed(v2Info))),
    hostile('order: hybrid info unsorted', 'BEP 52 asks for sorted keys', v2Of(reversed(hybridInfo))),
    hostile(
      'order: file tree unsorted',
      'other offsets once it is sorted',
      v2({ 'file tree': reversed(goodTree) }),
    ),
    hostile(
      'order: leaf of the file tree unsorted',
      'BEP 52 asks for sorted keys',
      v2Tree({ f: leafUnsorted }),
    ),
  ];
}

function doubledInInfo(): HostileTorrent[] {
  const length = dict('length', SMALL, 'length', SMALL + 1, 'pieces root', small.root);
  return [
    hostile(
      'doubled: name in v1 info',
      'one reader takes the first, another the last',
      torrent(twice(v1Info, 'name', 'evil.bin')),
    ),
    hostile(
      'doubled: length in v1 info',
      'one reader takes the first, another the last',
      torrent(twice(v1Info, 'length', SMALL + 1)),
    ),
    hostile(
      'doubled: a key of nobody in v1 info',
      'nobody reads it',
      torrent(ending(v1Info, 'zz', 1, 'zz', 2)),
    ),
    hostile('doubled: far apart in v1 info', 'unsorted as well', torrent(ending(v1Info, 'name', 'evil.bin'))),
    hostile(
      'doubled: path in a v1 file entry',
      'which path?',
      v1Of(dict('length', SMALL, 'path', ['a'], 'path', ['b'])),
    ),
    hostile(
      'doubled: name in v2 info',
      'one reader takes the first, another the last',
      v2Of(twice(v2Info, 'name', 'evil')),
    ),
    hostile('doubled: a key of nobody in v2 info', 'nobody reads it', v2Of(ending(v2Info, 'zz', 1, 'zz', 2))),
    hostile(
      'doubled: a file in the file tree',
      'two files of one path',
      v2Tree(dict('f', small.leaf, 'f', small.leaf)),
    ),
    hostile('doubled: length in a leaf', 'which length?', v2Tree({ f: dict('', length) })),
  ];
}

function doubledInRoot(): HostileTorrent[] {
  const evil = { ...v1Info, name: 'evil.bin' };
  const trackers = ['announce', 'http://a/', 'announce', 'http://b/'];
  return [
    hostile('doubled: info, the same', 'which one is hashed?', root('info', v1Info, 'info', v1Info)),
    hostile(
      'doubled: info, another',
      'one reader hashes the first, another the last',
      root('info', v1Info, 'info', evil),
    ),
    hostile(
      'doubled: a key of nobody in the root',
      'the info-hash is unaffected',
      root('info', v1Info, 'zz', 1, 'zz', 2),
    ),
    hostile('doubled: announce', 'which tracker?', root(...trackers, 'info', v1Info)),
    hostile(
      'doubled: piece layers',
      'which layers?',
      root('info', v2Info, 'piece layers', layers, 'piece layers', {}),
    ),
  ];
}

function keys(): HostileTorrent[] {
  const members = pairsOf(v1Info).flat();
  return [
    hostile('keys: a number as key in the root', 'a key is no string', root('info', v1Info, 1, 1)),
    hostile('keys: a list as key in info', 'a key is no string', torrent(ending(v1Info, [], 1))),
    hostile('keys: a key without value', 'the dictionary ends behind a key', root('info', v1Info, 'zz')),
    hostile('keys: an empty key in the root', 'legal bencode', root('', 1, 'info', v1Info)),
    hostile(
      'keys: __proto__ in the root',
      'the prototype of an object',
      root('__proto__', { info: v1Info }, 'info', v1Info),
    ),
    hostile(
      'keys: __proto__ in info',
      'the prototype of an object',
      torrent(dict('__proto__', { length: 5 }, ...members)),
    ),
    hostile(
      'keys: no UTF-8 in info',
      'legal bencode',
      torrent(ending(v1Info, Buffer.from('ff00fe', 'hex'), 1)),
    ),
  ];
}

/** Torrents that are readable, but not as an encoder would write them: numbers, order, doubled keys. */
export function canonicalEntries(): HostileTorrent[] {
  return [...numbers(), ...order(), ...doubledInInfo(), ...doubledInRoot(), ...keys()];
}
