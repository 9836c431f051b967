import { entriesNamed } from './names.ts';

/** What a reader makes of a torrent: it refuses it, takes it as it stands, or takes it with other names than it has. */
export type Verdict = 'accepts' | 'refuses' | 'renames';

/** Entries on which we and libtorrent 2.0 differ, on purpose. */
export interface Difference {
  readonly entries: readonly string[];
  readonly ours: Verdict;
  readonly theirs: Verdict;
  readonly because: string;
}

const underAPrefix = (prefix: string, ...rest: readonly string[]): string[] =>
  rest.map((entry) => `${prefix}: ${entry}`);

const names: readonly Difference[] = [
  {
    entries: entriesNamed(
      'two dots',
      'a dot',
      'a slash',
      'a slash within',
      'dots and a slash',
      'an absolute path',
      'a backslash within',
      'dots and a backslash',
      'a drive',
      'a zero byte',
      'a control character',
      'a line feed',
      'an escape',
      '1100 bytes',
      '100,000 bytes',
      '256 bytes',
      '256 bytes with an extension',
    ).filter((entry) => !/^v1 name of a file: (two dots|a dot|a slash)$/.test(entry)),
    ours: 'refuses',
    theirs: 'renames',
    because:
      'it drops or replaces what is unsafe or too long; then two clients may seed one torrent under two names, and an innocent maker writes no such name',
  },
  {
    entries: ['v1 path: nothing', 'v1 name of a folder: nothing', 'v2 name: nothing'],
    ours: 'refuses',
    theirs: 'renames',
    because: 'an empty name becomes "_" there',
  },
  {
    entries: entriesNamed('DEL', 'a C1 control'),
    ours: 'refuses',
    theirs: 'accepts',
    because: 'they are control characters too, and a terminal obeys some of them',
  },
  {
    entries: entriesNamed('a bidi override', 'a right-to-left mark', 'a bidi override alone').filter(
      (entry) => entry !== 'v1 name of a file: a bidi override alone',
    ),
    ours: 'accepts',
    theirs: 'renames',
    because: 'names in right-to-left scripts have such marks; they are made visible wherever a name is shown',
  },
  {
    entries: ['v1 name of a file: a bidi override alone'],
    ours: 'accepts',
    theirs: 'refuses',
    because: 'nothing is left there when the mark is dropped',
  },
  {
    entries: entriesNamed('255 bytes', '765 bytes in a wide script'),
    ours: 'accepts',
    theirs: 'renames',
    because: 'it cuts names at 240 bytes; file systems take 255 bytes, or 255 characters',
  },
  {
    entries: entriesNamed('bytes that are no UTF-8', 'an overlong slash', 'a lone surrogate'),
    ours: 'accepts',
    theirs: 'renames',
    because:
      'it writes "_" for a byte that is no UTF-8; we read it as Windows-1252, so that names stay different',
  },
  {
    entries: ['v1 name: name.utf-8 empty', 'v1 path: path.utf-8 empty'],
    ours: 'accepts',
    theirs: 'refuses',
    because: 'the other name is good',
  },
  {
    entries: [
      'v1 name: name.utf-8 that leaves the folder',
      'v1 path: path.utf-8 that leaves the folder',
      'v1 pad: that leaves the folder',
    ],
    ours: 'refuses',
    theirs: 'renames',
    because: 'as for any name that leaves the folder',
  },
  {
    entries: ['v1 path: 101 components', 'v1 path: 10,000 components'],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'no file system has such paths, and it goes no deeper in v2 either',
  },
];

const collisions: readonly Difference[] = [
  {
    entries: [
      ...underAPrefix('v1 collision', 'the same path', 'a file and a folder', 'a folder and a file'),
      ...underAPrefix('v1 collision', '2000 of one path', 'the same but for a dropped component'),
      'v1 collision: one name in two encodings',
      'v2 collision: one name in two encodings',
      'v1 link: a file below it',
    ],
    ours: 'refuses',
    theirs: 'renames',
    because:
      'it numbers the later one; a torrent that names two files alike is broken, or out to break something',
  },
  {
    entries: ['v1', 'v2'].flatMap((version) =>
      underAPrefix(
        `${version} collision`,
        'case of a file',
        'case of a folder',
        'a file and a folder by case',
      ),
    ),
    ours: 'accepts',
    theirs: 'renames',
    because: 'on Linux they are two files, and their maker meant two',
  },
];

const doubledKeys: readonly Difference[] = [
  {
    entries: [
      ...underAPrefix('doubled', 'info, the same', 'info, another', 'name in v1 info', 'length in v1 info'),
      ...underAPrefix('doubled', 'a key of nobody in v1 info', 'far apart in v1 info'),
      'doubled: path in a v1 file entry',
    ],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'it takes the first; others take the last, so that one info-hash would stand for two contents',
  },
  {
    entries: [
      ...underAPrefix('doubled', 'a key of nobody in the root', 'announce', 'piece layers'),
      ...underAPrefix('v2 layers', 'a root twice', 'a root twice, last wrong'),
    ],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'it takes the first; others take the last, and nothing says which is meant',
  },
];

const contents: readonly Difference[] = [
  {
    entries: ['the root', 'v1 info', 'v2 info'].map((where) => `number: i-0e in ${where}`),
    ours: 'refuses',
    theirs: 'accepts',
    because: 'BEP 3: "i-0e is invalid"; no program writes it',
  },
  {
    entries: ['v1 files: all empty', 'v1 length: zero', 'v2 tree: all files empty'],
    ours: 'accepts',
    theirs: 'refuses',
    because: 'an empty file is one: there is nothing to download, and nothing wrong',
  },
  {
    entries: ['v1 link: the only file', 'v2 link: the only file'],
    ours: 'accepts',
    theirs: 'refuses',
    because: 'there is nothing to download, and nothing wrong',
  },
  {
    entries: ['v1 files: and length', 'hybrid: files and length'],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'it takes "files", others "length", so that one info-hash would stand for two contents',
  },
  {
    entries: ['v1 piece length: 512 MiB + 1', 'v1 piece length: 1 GiB - 1'],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'its session refuses what its parser takes',
  },
  {
    entries: [
      ...['v1', 'v2'].flatMap((version) =>
        underAPrefix(`${version} link`, 'that leaves the folder', 'absolute'),
      ),
      'v1 link: with a slash in it',
    ],
    ours: 'refuses',
    theirs: 'accepts',
    because:
      'it makes a link that leads nowhere of them; such a torrent is broken, or out to break something',
  },
  {
    entries: ['magnet-uri instead of info'],
    ours: 'refuses',
    theirs: 'renames',
    because: 'it reads a magnet link in a file; nobody else does',
  },
];

const v2: readonly Difference[] = [
  {
    entries: ['v2 meta version: 2^32 + 2'],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'it looks at 32 bits',
  },
  {
    entries: [
      'v2: info alone',
      ...underAPrefix('v2 layers', 'missing', 'a list', 'a string', 'empty', 'within info'),
      'v2 layers: none for a piece and a byte',
    ],
    ours: 'refuses',
    theirs: 'accepts',
    because:
      'it asks peers for the layers; BEP 52 wants them in the file, and without them nothing can be seeded',
  },
  {
    entries: ['v2 tree: an empty folder beside a file'],
    ours: 'accepts',
    theirs: 'renames',
    because: 'BEP 52 knows no empty folder: to us the tree has one file, to it one file in a folder',
  },
];

const hybrid: readonly Difference[] = [
  {
    entries: [
      ...underAPrefix('hybrid files', 'empty', 'a string'),
      ...underAPrefix('hybrid single', 'pieces missing', 'pieces a list'),
      'hybrid: pieces missing',
    ],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'it takes the torrent for v2, or announces a v1 info-hash whose pieces nobody can check',
  },
  {
    entries: ['hybrid files: another name of an empty file'],
    ours: 'refuses',
    theirs: 'accepts',
    because: 'it compares only files that have bytes; peers of the two kinds would have other files',
  },
];

/** All of them; an entry stands in one at most. */
export const differences: readonly Difference[] = [
  ...names,
  ...collisions,
  ...doubledKeys,
  ...contents,
  ...v2,
  ...hybrid,
];
