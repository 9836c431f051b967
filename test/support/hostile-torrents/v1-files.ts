import { type HostileTorrent, hostile } from './entry.ts';
import { entry, PIECE, piecesOf, SMALL, v1, v1Folder } from './good-torrents.ts';
import { type RawInput, raw } from './raw-bencode.ts';

const HUGE = 2n ** 63n;

function lists(): HostileTorrent[] {
  const of = (what: string, files: RawInput, why = 'no file to be had'): HostileTorrent =>
    hostile(`v1 files: ${what}`, why, v1Folder(files, SMALL));
  return [
    of('empty', []),
    of('a number', 5),
    of('a string', 'a'),
    of('a dictionary', { a: entry(SMALL, 'a') }),
    of('an entry that is a number', [7]),
    of('an entry that is a list', [[SMALL, 'a']]),
    of('an entry that is an empty dictionary', [{}]),
    of('no path', [{ length: SMALL }]),
    of('an empty path', [{ length: SMALL, path: [] }]),
    of('a path that is a string', [{ length: SMALL, path: 'a' }]),
    of('a path with a number in it', [{ length: SMALL, path: ['a', 7] }]),
    of('a path with a list in it', [{ length: SMALL, path: [['a']] }]),
    of('no length', [{ path: ['a'] }]),
    of('a length that is a string', [{ length: '100', path: ['a'] }]),
    of('a good entry and one that is none', [entry(SMALL, 'a'), 7]),
    of(
      'an empty file first and last',
      [entry(0, 'a'), entry(SMALL, 'b'), entry(0, 'c')],
      'they have no byte',
    ),
    hostile('v1 files: all empty', 'no byte to be had', v1Folder([entry(0, 'a'), entry(0, 'b')], 0)),
    hostile(
      'v1 files: and length',
      'one reader takes this, another that',
      v1({ files: [entry(SMALL, 'a')] }),
    ),
    hostile('v1 files: empty, and length', 'one reader takes this, another that', v1({ files: [] })),
    hostile('v1 files: neither they nor length', 'nothing to be had', v1({ length: undefined })),
  ];
}

function lengths(): HostileTorrent[] {
  const one = (what: string, length: RawInput, why: string): HostileTorrent =>
    hostile(`v1 length: ${what}`, why, v1({ length }));
  const two = (what: string, a: number | bigint, b: number | bigint, why: string): HostileTorrent =>
    hostile(`v1 lengths: ${what}`, why, v1Folder([entry(a, 'a'), entry(b, 'b')], SMALL));
  return [
    one('-1', -1, 'a size below nothing'),
    one('zero with no pieces', 0, 'no byte to be had'),
    hostile('v1 length: zero', 'no byte to be had', v1({ length: 0, pieces: new Uint8Array() })),
    one('2^48', 2 ** 48, 'more than its pieces'),
    one('2^53', 2n ** 53n, 'beyond what a double counts'),
    one('2^63 - 1', HUGE - 1n, 'the largest of 64 bits'),
    one('2^63', HUGE, 'overflows 64 bits'),
    one('2^64', 2n ** 64n, 'overflows 64 bits'),
    one('a string', '100', 'of another type'),
    two('one negative', -1, SMALL + 1, 'they add up'),
    two('together 2^63', HUGE - 1n, 1, 'overflow 64 bits together'),
    two('together 2^64 + 100', HUGE, HUGE + 100n, 'wrap around to the right sum'),
    two('together 2^53', 2n ** 53n - 2n, 2n ** 53n - 2n, 'beyond what a double counts'),
  ];
}

function pieces(): HostileTorrent[] {
  const length = (what: string, value: RawInput | undefined, why: string, more = {}): HostileTorrent =>
    hostile(`v1 piece length: ${what}`, why, v1({ 'piece length': value, ...more }));
  const hashes = (what: string, value: RawInput | undefined): HostileTorrent =>
    hostile(`v1 pieces: ${what}`, 'the hashes do not fit the files', v1({ pieces: value }));
  return [
    length('missing', undefined, 'nothing to divide by'),
    length('zero', 0, 'divides by zero'),
    length('negative', -PIECE, 'divides by less than nothing'),
    length('a string', '32768', 'of another type'),
    length('no power of two', 100_000, 'allowed in v1'),
    length('1', 1, 'a hash a byte', { pieces: new Uint8Array(20 * SMALL) }),
    length('512 MiB', 2 ** 29, 'large'),
    length('512 MiB + 1', 2 ** 29 + 1, 'larger'),
    length('1 GiB - 1', 2 ** 30 - 1, 'a piece that has to be held in memory'),
    length('1 GiB', 2 ** 30, 'a piece that has to be held in memory'),
    length('2^31', 2 ** 31, 'overflows 32 bits'),
    length('2^53', 2n ** 53n, 'beyond what a double counts'),
    length('2^64 + 32768', 2n ** 64n + BigInt(PIECE), 'wraps around to a good one'),
    hashes('missing', undefined),
    hashes('a list', [piecesOf(SMALL)]),
    hashes('a number', 20),
    hashes('empty', new Uint8Array()),
    hashes('19 bytes', new Uint8Array(19)),
    hashes('21 bytes', new Uint8Array(21)),
    hashes('two for one piece', new Uint8Array(40)),
    hostile(
      'v1 pieces: one too many at an exact multiple',
      'an empty last piece',
      v1({ length: PIECE, pieces: new Uint8Array(40) }),
    ),
    hostile('v1 pieces: exact multiple', 'no piece more', v1({ length: PIECE, pieces: piecesOf(PIECE) })),
  ];
}

function collisions(): HostileTorrent[] {
  const both = (what: string, a: readonly string[], b: readonly string[], why: string): HostileTorrent =>
    hostile(`v1 collision: ${what}`, why, v1Folder([entry(SMALL, ...a), entry(SMALL, ...b)], 2 * SMALL));
  const many = Array.from({ length: 2000 }, () => entry(1, 'same'));
  return [
    both('the same path', ['d', 'a'], ['d', 'a'], 'two files in one place'),
    both('case of a file', ['readme'], ['README'], 'one file where case is folded'),
    both('case of a folder', ['d', 'a'], ['D', 'a'], 'one file where case is folded'),
    both('case beyond ASCII', ['é'], ['É'], 'one file where case is folded'),
    both('the sharp s', ['straße'], ['STRASSE'], 'one file where case is folded fully'),
    both('normalisation', ['caf\u00e9'], ['cafe\u0301'], 'one file on macOS'),
    both('a file and a folder', ['a'], ['a', 'b'], 'a file where a folder must be'),
    both('a folder and a file', ['a', 'b'], ['a'], 'the same in the other order'),
    both('a file and a folder by case', ['A'], ['a', 'b'], 'the same where case is folded'),
    both('a dot at the end', ['a'], ['a.'], 'one file on Windows'),
    hostile(
      'v1 collision: one name in two encodings',
      'both are read as é',
      v1Folder([entry(SMALL, 'é'), entry(SMALL, Buffer.from('e9', 'hex'))], 2 * SMALL),
    ),
    hostile(
      'v1 collision: 2000 of one path',
      'each renamed after looking at all others',
      v1Folder(many, 2000),
    ),
    hostile(
      'v1 collision: the same but for a dropped component',
      'one file where "." is dropped',
      v1Folder([entry(SMALL, 'd', 'a'), entry(SMALL, 'd', '.', 'a')], 2 * SMALL),
    ),
  ];
}

function pads(): HostileTorrent[] {
  const of = (what: string, files: readonly RawInput[], total: number, why: string): HostileTorrent =>
    hostile(`v1 pad: ${what}`, why, v1Folder(files, total));
  const padFile = (length: number, ...path: string[]): RawInput => ({ ...entry(length, ...path), attr: 'p' });
  return [
    of(
      'of the right size',
      [entry(SMALL, 'a'), padFile(PIECE - SMALL, '.pad', '1'), entry(1, 'b')],
      PIECE + 1,
      'as BEP 47 says',
    ),
    of(
      'of a wrong size, in mid-piece',
      [entry(SMALL, 'a'), padFile(50, '.pad', '50'), entry(1, 'b')],
      151,
      'aligns nothing',
    ),
    of(
      'larger than a piece',
      [entry(SMALL, 'a'), padFile(3 * PIECE, '.pad', '1'), entry(1, 'b')],
      4 * PIECE,
      'pieces of nothing',
    ),
    of('negative', [entry(2 * SMALL, 'a'), padFile(-SMALL, '.pad', '1')], SMALL, 'files overlap'),
    of(
      'two of one path',
      [entry(SMALL, 'a'), padFile(50, '.pad', '50'), entry(1, 'b'), padFile(50, '.pad', '50'), entry(1, 'c')],
      202,
      'they are on no disk',
    ),
    of(
      'two of one path, unlike lengths',
      [entry(SMALL, 'a'), padFile(50, '.pad', 'x'), entry(1, 'b'), padFile(60, '.pad', 'x')],
      211,
      'they are on no disk',
    ),
    of(
      'with the path of a file',
      [entry(SMALL, 'a'), padFile(50, 'a'), entry(1, 'b')],
      151,
      'zeros over a file',
    ),
    of('without path', [entry(SMALL, 'a'), { attr: 'p', length: 50 }, entry(1, 'b')], 151, 'it needs none'),
    of(
      'that leaves the folder',
      [entry(SMALL, 'a'), padFile(50, '..', 'x'), entry(1, 'b')],
      151,
      'if it were written',
    ),
    of('nothing else', [padFile(SMALL, '.pad', '1')], SMALL, 'no file to be had'),
    of(
      'as BitComet names it',
      [entry(SMALL, 'a'), entry(50, '_____padding_file_0_x'), entry(1, 'b')],
      151,
      'a pad file by its name',
    ),
    of(
      'of a length beyond all',
      [entry(SMALL, 'a'), { ...entry(2n ** 62n, 'p'), attr: 'p' }],
      SMALL,
      'pieces without end',
    ),
    hostile('v1 attr: a number', 'of another type', v1Folder([{ ...entry(SMALL, 'a'), attr: 7 }], SMALL)),
    hostile(
      'v1 attr: unknown letters',
      'BEP 47 has them ignored',
      v1Folder([{ ...entry(SMALL, 'a'), attr: 'zq' }], SMALL),
    ),
    hostile(
      'v1 attr: executable and hidden',
      'as BEP 47 says',
      v1Folder([{ ...entry(SMALL, 'a'), attr: 'xh' }], SMALL),
    ),
  ];
}

function links(): HostileTorrent[] {
  const link = (
    what: string,
    target: RawInput | undefined,
    why: string,
    more: object = {},
  ): HostileTorrent => {
    const symlink = { attr: 'l', length: 0, path: ['d', 'link'], 'symlink path': target, ...more };
    return hostile(`v1 link: ${what}`, why, v1Folder([entry(SMALL, 'a'), symlink as RawInput], SMALL));
  };
  const chain = (path: string, target: string): RawInput => ({
    attr: 'l',
    length: 0,
    path: [path],
    'symlink path': [target],
  });
  return [
    link('to a file', ['a'], 'as BEP 47 says'),
    link('to a folder', ['d'], 'a folder that holds it'),
    link('dangling', ['nobody'], 'leads nowhere'),
    link('to itself', ['d', 'link'], 'never ends'),
    link('that leaves the folder', ['..', '..', 'etc', 'passwd'], 'reads what is not the torrent'),
    link('with a slash in it', ['../../etc/passwd'], 'reads what is not the torrent'),
    link('absolute', ['/etc/passwd'], 'reads what is not the torrent'),
    link('without target', undefined, 'leads nowhere'),
    link('to an empty target', [], 'leads nowhere'),
    link('with a target that is a string', 'a', 'of another type'),
    link('with a number in its target', [7], 'of another type'),
    link('with a length', ['a'], 'takes bytes of the pieces, or none', { length: 50 }),
    hostile(
      'v1 link: a chain',
      'one that leads to another',
      v1Folder([entry(SMALL, 'a'), chain('b', 'a'), chain('c', 'b')], SMALL),
    ),
    hostile(
      'v1 link: a circle',
      'never ends',
      v1Folder([entry(SMALL, 'a'), chain('b', 'c'), chain('c', 'b')], SMALL),
    ),
    hostile(
      'v1 link: a file below it',
      'the file is written where the link leads',
      v1Folder([chain('a', 'b'), entry(SMALL, 'a', 'f')], SMALL),
    ),
    hostile(
      'v1 link: the only file, with a length',
      'a link has no bytes',
      v1({ attr: 'l', 'symlink path': ['x'] }),
    ),
    hostile(
      'v1 link: the only file',
      'nothing but a link',
      v1({ attr: 'l', length: 0, 'symlink path': ['x'], pieces: new Uint8Array() }),
    ),
  ];
}

/** v1 torrents whose files, lengths, pieces, pad files and links are odd. */
export function v1FileEntries(): HostileTorrent[] {
  const odd = hostile(
    'v1 files: a hundred thousand',
    'an object for each',
    v1Folder(raw(`l${manyFiles(100_000)}e`), 0, { pieces: piecesOf(100_000) }),
  );
  return [...lists(), ...lengths(), ...pieces(), ...collisions(), ...pads(), ...links(), odd];
}

const manyFiles = (count: number): string =>
  Array.from({ length: count }, (_none, n) => `d6:lengthi1e4:pathl1:d6:${String(n).padStart(6, '0')}ee`).join(
    '',
  );
