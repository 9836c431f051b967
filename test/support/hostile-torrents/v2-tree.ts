import { type HostileTorrent, hostile } from './entry.ts';
import { goodFiles, SMALL, type TreeFile, treeFile, v2, v2Tree } from './good-torrents.ts';
import { bencodeRaw, inOrder, type RawInput, type RawMembers, raw } from './raw-bencode.ts';

const [, small] = goodFiles as readonly [TreeFile, TreeFile];
const root = { 'pieces root': small.root };

const tree = (what: string, value: RawInput | undefined, why = 'no file to be had'): HostileTorrent =>
  hostile(`v2 tree: ${what}`, why, v2({ 'file tree': value }, { 'piece layers': {} }));
const leaf = (what: string, members: RawInput, why = 'no file to be had'): HostileTorrent =>
  hostile(`v2 leaf: ${what}`, why, v2Tree({ f: { '': members } }, { name: 'f' }));

/** A tree of so many folders within one another, with a file in the last. */
function nested(depth: number): RawInput {
  const file = Buffer.from(bencodeRaw({ f: small.leaf })).toString('latin1');
  return raw('d1:d'.repeat(depth) + file + 'e'.repeat(depth));
}

function trees(): HostileTorrent[] {
  const itself = { folder: { folder: small.leaf } };
  return [
    tree('missing', undefined),
    tree('empty', {}),
    tree('a list', [small.leaf]),
    tree('a string', 'x'),
    tree('a number', 7),
    tree('a member that is a number', { f: 7 }),
    tree('an empty folder', { d: {} }),
    tree('an empty folder beside a file', { d: {}, f: small.leaf }, 'a folder without file'),
    tree('50 folders deep', nested(50), 'deep'),
    tree('90 folders deep', nested(90), 'deep'),
    tree('100 folders deep', nested(100), 'deeper than libtorrent goes'),
    tree('200 folders deep', nested(200), 'deeper than a stack'),
    tree('10,000 folders deep', nested(10_000), 'deeper than a stack'),
    tree('a leaf at the root', small.leaf, 'a file without name'),
    tree('a leaf and children', { f: { ...small.leaf, x: small.leaf } }, 'a file that is a folder'),
    tree('one file named as the torrent', { folder: small.leaf }, 'a single file (BEP 52)'),
    tree('one file named otherwise', { other: small.leaf }, 'a single file, or a folder with one?'),
    tree('one file in a folder named as the torrent', itself, 'a folder with one file'),
    tree('all files empty', { a: treeFile(0).leaf, b: treeFile(0).leaf }, 'no byte to be had'),
  ];
}

function leaves(): HostileTorrent[] {
  return [
    leaf('a number', 7),
    leaf('empty', {}),
    leaf('without length', root),
    leaf('of a negative length', { length: -1, ...root }, 'a size below nothing'),
    leaf('of 2^53 bytes', { length: 2n ** 53n, ...root }, 'a size beyond all'),
    leaf('of 2^63 bytes', { length: 2n ** 63n, ...root }, 'overflows 64 bits'),
    leaf('whose length is a string', { length: '100', ...root }, 'of another type'),
    leaf('within a leaf', { '': { length: SMALL, ...root } }, 'a leaf in a leaf'),
    leaf('a pad file', { attr: 'p', length: SMALL, ...root }, 'v2 has none (BEP 52)'),
    leaf('executable and hidden', { attr: 'xh', length: SMALL, ...root }, 'as BEP 47 says'),
    leaf('with an attr that is a number', { attr: 7, length: SMALL, ...root }, 'of another type'),
    leaf('with members of nobody', { length: SMALL, ...root, zz: { x: [1] } }, 'room for what is to come'),
  ];
}

function collisions(): HostileTorrent[] {
  const both = (what: string, members: RawMembers, why: string): HostileTorrent =>
    hostile(`v2 collision: ${what}`, why, v2Tree(members));
  const file = small.leaf;
  const encodings = inOrder([
    [Buffer.from('c3a9', 'hex'), file],
    [Buffer.from('e9', 'hex'), file],
  ]);
  return [
    both('case of a file', { A: file, a: file }, 'one file where case is folded'),
    both('case of a folder', { D: { f: file }, d: { f: file } }, 'one file where case is folded'),
    hostile('v2 collision: one name in two encodings', 'both are read as é', v2Tree(encodings)),
    both('case beyond ASCII', { é: file, É: file }, 'one file where case is folded'),
    both('normalisation', { 'caf\u00e9': file, 'cafe\u0301': file }, 'one file on macOS'),
    both('a file and a folder by case', { A: file, a: { f: file } }, 'a file where a folder must be'),
  ];
}

/** v2 torrents whose file tree is odd (BEP 52). */
export function v2TreeEntries(): HostileTorrent[] {
  return [...trees(), ...leaves(), ...collisions()];
}
