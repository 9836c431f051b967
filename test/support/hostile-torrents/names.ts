import { type HostileTorrent, hostile } from './entry.ts';
import { entry, SMALL, treeFile, v1, v1Folder, v2Tree } from './good-torrents.ts';
import { inOrder } from './raw-bencode.ts';

/** A component of a path, and why it is odd. */
const names: readonly (readonly [label: string, name: string | Uint8Array, why: string])[] = [
  ['two dots', '..', 'leaves the folder'],
  ['a dot', '.', 'is the folder itself'],
  ['nothing', '', 'is the folder itself'],
  ['a slash', '/', 'is the root of the disk'],
  ['a slash within', 'a/b', 'is two components'],
  ['dots and a slash', '../../etc/passwd', 'leaves the folder'],
  ['a backslash within', 'a\\b', 'is two components on Windows'],
  ['dots and a backslash', '..\\..\\x', 'leaves the folder on Windows'],
  ['an absolute path', '/etc/passwd', 'leaves the folder'],
  ['a drive', 'C:\\x', 'leaves the folder on Windows'],
  ['a zero byte', 'a\0b', 'ends the name in C'],
  ['a control character', 'a\u0001b', 'rings on a terminal'],
  ['a line feed', 'a\nb', 'makes a second line in a log'],
  ['an escape', '\u001b[2Jx', 'clears a terminal'],
  ['DEL', 'a\u007fb', 'is a control character'],
  ['a C1 control', 'a\u009bb', 'is an escape in one character'],
  ['a bidi override', 'exe.\u202egpj', 'reads exe.jpg backwards'],
  ['a bidi isolate', 'a\u2066b', 'turns the direction of text'],
  ['a right-to-left mark', 'a\u200fb', 'turns the direction of text'],
  ['a bidi override alone', '\u202e', 'leaves nothing when it is dropped'],
  ['a line separator', 'a\u2028b', 'makes a second line in some places'],
  ['255 bytes', 'x'.repeat(255), 'the longest that file systems take'],
  ['256 bytes', 'x'.repeat(256), 'longer than file systems take'],
  ['256 bytes with an extension', `${'x'.repeat(252)}.bin`, 'longer than file systems take'],
  ['765 bytes in a wide script', '語'.repeat(255), 'fits NTFS, not ext4'],
  ['1100 bytes', 'x'.repeat(1100), 'longer than file systems take'],
  ['100,000 bytes', 'x'.repeat(100_000), 'longer than any path'],
  ['a device of Windows', 'CON', 'opens the console on Windows'],
  ['a device of Windows with an extension', 'nul.txt', 'opens nothing on Windows'],
  ['a colon', 'a:b', 'a stream of a file on Windows'],
  ['a dot at the end', 'dot.', 'loses it on Windows'],
  ['a space at the end', 'blank ', 'loses it on Windows'],
  ['three dots', '...', 'a parent folder for very old shells'],
  ['a space and two dots', ' ..', 'leaves the folder where names are trimmed'],
  ['two dots and a space', '.. ', 'leaves the folder on Windows'],
  ['an option', '-rf', 'an option when a shell expands it'],
  ['a tilde', '~', 'home, when a shell expands it'],
  ['bytes that are no UTF-8', Buffer.from('61ff62', 'hex'), 'a name in an older character set'],
  ['an overlong slash', Buffer.from('61c0af62', 'hex'), 'a slash for careless decoders'],
  ['a lone surrogate', Buffer.from('61eda08062', 'hex'), 'no character'],
  ['a decomposed letter', 'cafe\u0301', 'another name on macOS once it is normalised'],
  ['a byte order mark', '\ufeffx', 'vanishes in some decoders'],
];

/** Where such a name is put. */
const places = ['v1 path', 'v1 name of a file', 'v1 name of a folder', 'v2 file', 'v2 folder', 'v2 name'];

/** The names of the entries in which a component with one of these labels stands, in every place. */
export function entriesNamed(...labels: readonly string[]): string[] {
  return labels.flatMap((label) => places.map((place) => `${place}: ${label}`));
}

function inPlaces(label: string, name: string | Uint8Array, why: string): HostileTorrent[] {
  const leaf = treeFile(SMALL).leaf;
  return [
    hostile(`v1 path: ${label}`, why, v1Folder([entry(SMALL, 'd', name)], SMALL)),
    hostile(`v1 name of a file: ${label}`, why, v1({ name })),
    hostile(`v1 name of a folder: ${label}`, why, v1Folder([entry(SMALL, 'a')], SMALL, { name })),
    hostile(`v2 file: ${label}`, why, v2Tree({ d: inOrder([[name, leaf]]) })),
    hostile(`v2 folder: ${label}`, why, v2Tree(inOrder([[name, { f: leaf }]]))),
    hostile(`v2 name: ${label}`, why, v2Tree({ d: { f: leaf } }, { name })),
  ];
}

function namesOfWholeTorrents(): HostileTorrent[] {
  const deep = (count: number): string[] => Array.from({ length: count }, () => 'd');
  return [
    hostile('v1 name: missing', 'nothing to call it', v1({ name: undefined })),
    hostile('v1 name: a number', 'of another type', v1({ name: 7 })),
    hostile('v1 name: a list', 'of another type', v1({ name: ['x'] })),
    hostile('v1 name: name.utf-8 beside it', 'the better of two', v1({ 'name.utf-8': 'better.bin' })),
    hostile('v1 name: name.utf-8 alone', 'the only one', v1({ name: undefined, 'name.utf-8': 'only.bin' })),
    hostile('v1 name: name.utf-8 empty', 'the worse of two', v1({ 'name.utf-8': '' })),
    hostile(
      'v1 name: name.utf-8 that leaves the folder',
      'the checked one is not the used one',
      v1({ 'name.utf-8': '../x' }),
    ),
    hostile(
      'v1 path: path.utf-8 that leaves the folder',
      'the checked one is not the used one',
      v1Folder([{ ...entry(SMALL, 'a'), 'path.utf-8': ['..', 'x'] }], SMALL),
    ),
    hostile(
      'v1 path: path.utf-8 empty',
      'the better of two has nothing',
      v1Folder([{ ...entry(SMALL, 'a'), 'path.utf-8': [] }], SMALL),
    ),
    hostile('v1 path: 100 components', 'deep', v1Folder([entry(SMALL, ...deep(100))], SMALL)),
    hostile('v1 path: 101 components', 'deeper than we go', v1Folder([entry(SMALL, ...deep(101))], SMALL)),
    hostile(
      'v1 path: 10,000 components',
      'longer than any path',
      v1Folder([entry(SMALL, ...deep(10_000))], SMALL),
    ),
    hostile(
      'v2 name: missing',
      'nothing to call it',
      v2Tree({ f: treeFile(SMALL).leaf }, { name: undefined }),
    ),
    hostile('v2 name: a number', 'of another type', v2Tree({ f: treeFile(SMALL).leaf }, { name: 7 })),
  ];
}

/** Torrents whose names and paths are odd. */
export function nameEntries(): HostileTorrent[] {
  return [...names.flatMap(([label, name, why]) => inPlaces(label, name, why)), ...namesOfWholeTorrents()];
}
