import { type HostileTorrent, hostile } from './entry.ts';
import {
  goodFiles,
  goodTree,
  hashes,
  LARGE,
  PIECE,
  type TreeFile,
  v2,
  v2Info,
  v2Tree,
} from './good-torrents.ts';
import { bencodeRaw, type RawInput, type RawMembers, raw } from './raw-bencode.ts';

const [, small] = goodFiles as readonly [TreeFile, TreeFile];

function versions(): HostileTorrent[] {
  const of = (what: string, version: RawInput | undefined): HostileTorrent =>
    hostile(`v2 meta version: ${what}`, 'a version that nobody knows', v2({ 'meta version': version }));
  return [
    hostile('v2: good', 'what all the others are made of', v2()),
    of('1', 1),
    of('3', 3),
    of('0', 0),
    of('-1', -1),
    of('2^32 + 2', 2n ** 32n + 2n),
    of('missing', undefined),
    of('"2"', '2'),
    of('a list', [2]),
    of('02', raw('i02e')),
  ];
}

function pieceLengths(): HostileTorrent[] {
  const of = (what: string, value: RawInput | undefined): HostileTorrent =>
    hostile(
      `v2 piece length: ${what}`,
      'BEP 52: a power of two, 16 KiB or more',
      v2Tree({ f: small.leaf }, { name: 'f', 'piece length': value }),
    );
  return [
    of('missing', undefined),
    of('zero', 0),
    of('negative', -PIECE),
    of('8 KiB', 8192),
    of('16 KiB', 16384),
    of('1', 1),
    of('no power of two', 100_000),
    of('three blocks', 49152),
    of('512 MiB', 2 ** 29),
    of('1 GiB', 2 ** 30),
    of('2 GiB', 2 ** 31),
    of('2^40', 2 ** 40),
  ];
}

function links(): HostileTorrent[] {
  const of = (what: string, why: string, members: RawMembers): HostileTorrent =>
    hostile(
      `v2 link: ${what}`,
      why,
      v2Tree({ a: small.leaf, d: { link: { '': { attr: 'l', ...members } } } }),
    );
  const root = hashes(1, 32, 'link');
  return [
    of('to a file', 'as BEP 47 says', { length: 0, 'symlink path': ['a'] }),
    of('to a file, without length', 'as BEP 52 says', { 'symlink path': ['a'] }),
    of('with a root', 'a link has no bytes', { length: 0, 'pieces root': root, 'symlink path': ['a'] }),
    of('with a length', 'a link has no bytes', { length: 50, 'pieces root': root, 'symlink path': ['a'] }),
    of('dangling', 'leads nowhere', { length: 0, 'symlink path': ['nobody'] }),
    of('to a folder', 'a folder that holds it', { length: 0, 'symlink path': ['d'] }),
    of('to itself', 'never ends', { length: 0, 'symlink path': ['d', 'link'] }),
    of('that leaves the folder', 'reads what is not the torrent', {
      length: 0,
      'symlink path': ['..', '..', 'etc', 'passwd'],
    }),
    of('absolute', 'reads what is not the torrent', { length: 0, 'symlink path': ['/etc/passwd'] }),
    of('without target', 'leads nowhere', { length: 0 }),
    of('without target, with a root', 'leads nowhere', { length: 0, 'pieces root': root }),
    of('to an empty target', 'leads nowhere', { length: 0, 'symlink path': [] }),
    of('with a target that is a string', 'of another type', { length: 0, 'symlink path': 'a' }),
    of('with a number in its target', 'of another type', { length: 0, 'symlink path': [7] }),
    hostile(
      'v2 link: the only file',
      'nothing but a link',
      v2Tree({ l: { '': { attr: 'l', length: 0, 'symlink path': ['x'] } } }),
    ),
    hostile(
      'v2 link: a circle',
      'never ends',
      v2Tree({
        a: small.leaf,
        b: { '': { attr: 'l', length: 0, 'symlink path': ['c'] } },
        c: { '': { attr: 'l', length: 0, 'symlink path': ['b'] } },
      }),
    ),
  ];
}

/** v2 torrents that are odd (BEP 52). */
export function v2Entries(): HostileTorrent[] {
  const v1Keys = [
    hostile('v2: with pieces only', 'half a hybrid', v2({ pieces: new Uint8Array(80) })),
    hostile(
      'v2: with pieces of a wrong size',
      'half a hybrid, and broken',
      v2({ pieces: new Uint8Array(20) }),
    ),
    hostile('v2: with length only', 'half a hybrid', v2({ length: LARGE })),
    hostile('v2: with files only', 'half a hybrid', v2({ files: [{ length: LARGE, path: ['a'] }] })),
    hostile(
      'v2: unknown members in info and leaf',
      'room for what is to come',
      v2({
        'file tree': { ...goodTree, z: { '': { ...(small.leaf[''] as RawMembers), zz: { x: [1] } } } },
        zz: [1],
      }),
    ),
    hostile('v2: info alone', 'as ut_metadata brings it', bencodeRaw({ info: v2Info })),
  ];
  return [...versions(), ...pieceLengths(), ...links(), ...v1Keys];
}
