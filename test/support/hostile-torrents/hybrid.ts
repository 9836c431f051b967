import { type HostileTorrent, hostile } from './entry.ts';
import {
  entry,
  goodTree,
  hybrid,
  hybridFiles,
  LARGE,
  layersOf,
  PIECE,
  pad,
  piecesOf,
  SMALL,
  treeFile,
  v2,
} from './good-torrents.ts';
import { inOrder, type RawInput, type RawMembers } from './raw-bencode.ts';

const PAD = 3 * PIECE - LARGE;
const [a, padA, c, padC, empty] = hybridFiles as readonly [
  RawMembers,
  RawMembers,
  RawMembers,
  RawMembers,
  RawMembers,
];

function lists(): HostileTorrent[] {
  const of = (what: string, files: RawInput, why: string, total = 4 * PIECE): HostileTorrent =>
    hostile(`hybrid files: ${what}`, why, hybrid(files, { pieces: piecesOf(total) }));
  return [
    hostile('hybrid: good', 'what all the others are made of', hybrid()),
    of('no pad at the end', [a, padA, c, empty], 'made before 2021: must load'),
    of('no pad at the end, empty file before', [a, padA, empty, c], 'the order of the tree is another'),
    of('pad behind the last file', [a, padA, c, empty, padC], 'the pad lies behind an empty file'),
    of('another name', [entry(LARGE, 'x'), padA, c, padC, empty], 'v1 and v2 would write other files'),
    of(
      'a name of another case',
      [entry(LARGE, 'A'), padA, c, padC, empty],
      'v1 and v2 would write other files',
    ),
    of('another folder', [a, padA, entry(SMALL, 'x', 'c'), padC, empty], 'v1 and v2 would write other files'),
    of('another length', [entry(LARGE - 1, 'a'), pad(PAD + 1), c, padC, empty], 'v1 and v2 disagree'),
    of('another order', [c, padC, a, padA, empty], 'v1 and v2 pieces are of other bytes'),
    of('a file more', [a, padA, c, padC, empty, entry(5, 'more')], 'v1 has what v2 has not', 4 * PIECE + 5),
    of('an empty file more', [a, padA, c, padC, empty, entry(0, 'more')], 'v1 has what v2 has not'),
    of(
      'another name of an empty file',
      [a, padA, c, padC, entry(0, 'x')],
      'v1 and v2 would write other files',
    ),
    of('a file less', [a, padA, c, padC], 'v2 has what v1 has not'),
    of('the last file with bytes less', [a], 'v2 has what v1 has not', LARGE),
    of('no pads', [a, c, empty], 'v1 pieces are not v2 pieces', LARGE + SMALL),
    of('a pad too short', [a, pad(PAD - 1), c, padC, empty], 'v1 pieces are not v2 pieces'),
    of('a pad too long', [a, pad(PAD + 1), c, padC, empty], 'v1 pieces are not v2 pieces', 4 * PIECE + 1),
    of(
      'a pad a piece too long',
      [a, pad(PAD + PIECE), c, padC, empty],
      'aligned, but in other pieces',
      5 * PIECE,
    ),
    of('a pad in two parts', [a, pad(PAD - 10), pad(10), c, padC, empty], 'aligned all the same'),
    of('an empty pad more, none at the end', [pad(0), a, padA, c, empty], 'as many entries as are due'),
    of('an empty pad more', [a, padA, pad(0), c, padC, empty], 'aligned all the same'),
    of(
      'a pad at the start',
      [pad(PIECE), a, padA, c, padC, empty],
      'aligned, but in other pieces',
      5 * PIECE,
    ),
    of('a pad at the end too short', [a, padA, c, pad(5), empty], 'hashed with it or without?'),
    of(
      'a pad at the end a piece too long',
      [a, padA, c, pad(2 * PIECE - SMALL), empty],
      'a piece of nothing',
      5 * PIECE,
    ),
    of('a pad that is a file', [a, entry(PAD, '.pad', `${PAD}`), c, padC, empty], 'v1 would write zeros'),
    of('a file that is a pad', [a, padA, { ...c, attr: 'p' }, padC, empty], 'v1 would not write it'),
    of('a pad without path', [a, { attr: 'p', length: PAD }, c, padC, empty], 'it needs none'),
    of(
      'a pad of another name',
      [a, { attr: 'p', length: PAD, path: ['zeros'] }, c, padC, empty],
      'its name says nothing',
    ),
    of('executable in v1 only', [{ ...a, attr: 'x' }, padA, c, padC, empty], 'v1 and v2 disagree'),
    of(
      'path.utf-8 of another name',
      [{ ...a, 'path.utf-8': ['x'] }, padA, c, padC, empty],
      'which of the two is compared?',
    ),
    of('empty', [], 'v1 has nothing'),
    of('a string', 'x', 'of another type'),
    of('and length', hybridFiles, 'one reader takes this, another that'),
  ];
}

function single(): HostileTorrent[] {
  const file = treeFile(LARGE, 'single');
  const info: RawMembers = {
    'file tree': { one: file.leaf },
    name: 'one',
    length: LARGE,
    pieces: piecesOf(LARGE),
  };
  const of = (what: string, members: RawMembers, why: string): HostileTorrent =>
    hostile(`hybrid single: ${what}`, why, v2({ ...info, ...members }, { 'piece layers': layersOf([file]) }));
  return [
    of('good', {}, 'a file alone'),
    of('another name', { name: 'two' }, 'v1 and v2 would write other files'),
    of('another length', { length: LARGE - 1 }, 'v1 and v2 disagree'),
    of(
      'files with its name',
      { length: undefined, files: [entry(LARGE, 'one')] },
      'a folder in v1, a file in v2?',
    ),
    of(
      'files with a pad behind it',
      { length: undefined, files: [entry(LARGE, 'one'), pad(PAD)], pieces: piecesOf(3 * PIECE) },
      'a folder in v1, a file in v2?',
    ),
    of('in a folder in v2', { 'file tree': { one: { one: file.leaf } } }, 'a file in v1, a folder in v2'),
    of(
      'two files in v2',
      { 'file tree': { one: file.leaf, two: treeFile(SMALL).leaf } },
      'v2 has what v1 has not',
    ),
    of('pieces missing', { pieces: undefined }, 'half a hybrid'),
    of('pieces of a wrong size', { pieces: piecesOf(LARGE + PIECE) }, 'the hashes do not fit'),
    of('pieces a list', { pieces: [piecesOf(LARGE)] }, 'of another type'),
    of('length missing', { length: undefined }, 'half a hybrid'),
    of('meta version 1', { 'meta version': 1 }, 'which reading counts?'),
    of('meta version missing', { 'meta version': undefined }, 'v1 with a file tree'),
    of('meta version 3', { 'meta version': 3 }, 'v1 could be read, v3 not'),
    of('tree missing', { 'file tree': undefined }, 'v1 that says it is v2'),
    of('tree broken', { 'file tree': { one: 7 } }, 'v1 could be read, v2 not'),
    of(
      'piece length no power of two',
      { 'piece length': 100_000, pieces: new Uint8Array(20) },
      'fine in v1 only',
    ),
    of(
      'piece length below a block',
      { 'piece length': 8192, pieces: new Uint8Array(20 * 9) },
      'fine in v1 only',
    ),
    hostile(
      'hybrid single: layers missing',
      'v1 could be read, v2 not',
      v2(info, { 'piece layers': undefined }),
    ),
    hostile(
      'hybrid single: layers wrong',
      'v1 could be read, v2 not',
      v2(info, { 'piece layers': inOrder([[file.root, new Uint8Array(96)]]) }),
    ),
  ];
}

function more(): HostileTorrent[] {
  const link = { attr: 'l', length: 0, path: ['link'], 'symlink path': ['a'] };
  const leaf = { '': { attr: 'l', length: 0, 'symlink path': ['a'] } };
  const linked = (files: readonly RawInput[], tree: RawInput): Uint8Array =>
    hybrid(files, { 'file tree': tree });
  return [
    hostile(
      'hybrid link: in both',
      'as BEP 47 says',
      linked([...hybridFiles, link], { ...goodTree, link: leaf }),
    ),
    hostile(
      'hybrid link: to another place in v1',
      'v1 and v2 disagree',
      linked([...hybridFiles, { ...link, 'symlink path': ['b', 'c'] }], { ...goodTree, link: leaf }),
    ),
    hostile(
      'hybrid link: a file in v1',
      'v1 and v2 disagree',
      linked([...hybridFiles, entry(0, 'link')], { ...goodTree, link: leaf }),
    ),
    hostile(
      'hybrid: files and length',
      'one reader takes this, another that',
      hybrid(hybridFiles, { length: LARGE }),
    ),
    hostile('hybrid: pieces missing', 'half a hybrid', hybrid(hybridFiles, { pieces: undefined })),
    hostile(
      'hybrid: file tree unsorted, files sorted',
      'the orders disagree',
      hybrid(hybridFiles, { 'file tree': unsortedTree() }),
    ),
    hostile(
      'hybrid: file tree and files unsorted alike',
      'the orders agree',
      hybrid([empty, c, padC, a, padA], { 'file tree': unsortedTree() }),
    ),
    hostile('hybrid: file tree two levels unsorted', 'v1 lists files by whole path', hybridBySlash()),
  ];
}

const unsortedTree = (): RawInput => inOrder(Object.entries(goodTree).reverse() as never);

/** `a/x` sorts behind `a.x` as a whole path; the tree has the folder `a` first. */
function hybridBySlash(): Uint8Array {
  const tree = { a: { x: treeFile(SMALL, 'x').leaf }, 'a.x': treeFile(SMALL, 'y').leaf };
  const files = [entry(SMALL, 'a.x'), pad(PIECE - SMALL), entry(SMALL, 'a', 'x'), pad(PIECE - SMALL)];
  return v2({ 'file tree': tree, files, pieces: piecesOf(2 * PIECE) }, { 'piece layers': {} });
}

/** Hybrid torrents whose halves disagree, or look as if they did (BEP 52). */
export function hybridEntries(): HostileTorrent[] {
  return [...lists(), ...single(), ...more()];
}
