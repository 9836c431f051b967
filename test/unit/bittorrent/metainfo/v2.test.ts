import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BencodeInput, decodeBencode, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { lengthOfPiece, type Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { parsePieceLayers, pieceHashesV2 } from '../../../../src/bittorrent/metainfo/piece-layers.ts';
import { layerOf, make, makeBytes } from './v2-fixtures.ts';

const PIECE = 65_536;
const zeros = (length: number): Uint8Array => new Uint8Array(length);
const hashes = ({ infoHash, infoHashV2 }: Metainfo): (string | undefined)[] => [
  toHex(infoHash),
  infoHashV2 && toHex(infoHashV2),
];

describe('v2 and hybrid torrents (BEP 52)', () => {
  it('have the known info-hashes', () => {
    const v2 = make({ '': zeros(1 << 20) }, { name: 'test1MB', pieceLength: PIECE, version: 'v2' });
    const known = '95e04d0c4bad94ab206efa884666fd89777dbe4f7bd9945af1829037a85c6192';
    assert.deepEqual(hashes(v2), [known.slice(0, 40), known]);
    assert.equal(
      toHex(v2.info.files[0]?.piecesRoot ?? zeros(0)),
      '515ea9181744b817744ded9d2e8e9dc6a8450c0b0c52e24b5077f302ffbd9008',
    );
    const hybrid = make({ '': zeros(1 << 20) }, { name: 'test1MB', pieceLength: PIECE, version: 'hybrid' });
    assert.deepEqual(hashes(hybrid), [
      '6c68c1bcc24c65b6fef4724d8234b67e0e9ac6a4',
      '108ac2c3718ce722e6896edc56c4afa98f1d711ecaace7aad74fca418ebd03de',
    ]);
    const small = make({ '': zeros(65536) }, { name: 'test64K', pieceLength: PIECE, version: 'hybrid' });
    assert.deepEqual(hashes(small), [
      'c14199bbec64d0e9e439aa3b6b7639e666b86eca',
      '597b180c1a170a585dfc5e85d834d69013ceda174b8f357d5bb1a0ca509faf0a',
    ]);
  });

  it('lay every file out at a piece of its own, with pad files between', () => {
    for (const version of ['v2', 'hybrid'] as const) {
      const { info } = make(
        { a: zeros(100), b: zeros(0), 'c/d': zeros(PIECE), e: zeros(PIECE + 1) },
        { name: 'folder', pieceLength: PIECE, version },
      );
      assert.deepEqual(
        info.files.map(({ path, length, offset }) => [path.join('/'), length, offset]),
        [
          ['a', 100, 0],
          [`.pad/${PIECE - 100}`, PIECE - 100, 100],
          ['b', 0, PIECE],
          ['c/d', PIECE, PIECE],
          ['e', PIECE + 1, 2 * PIECE],
          [`.pad/${PIECE - 1}`, PIECE - 1, 3 * PIECE + 1],
        ],
      );
      assert.deepEqual([info.length, info.contentLength, info.pieceCount], [4 * PIECE, 2 * PIECE + 101, 4]);
    }
  });

  it('have pieces that end with their file in v2, and reach into the pad file in a hybrid', () => {
    const lengths = (version: 'v2' | 'hybrid'): number[] => {
      const { info } = make(
        { a: zeros(100), b: zeros(0), c: zeros(PIECE + 1) },
        { name: 'x', pieceLength: PIECE, version },
      );
      return Array.from({ length: info.pieceCount }, (_none, piece) => lengthOfPiece(info, piece));
    };
    assert.deepEqual(lengths('v2'), [100, PIECE, 1]);
    assert.deepEqual(lengths('hybrid'), [PIECE, PIECE, PIECE]);
  });

  it('tell the v2 hash of every piece', () => {
    const contents = { a: zeros(100), b: zeros(3 * PIECE).fill(7), c: zeros(PIECE).fill(1) };
    const { info, pieceLayers } = make(contents, { name: 'x', pieceLength: PIECE, version: 'v2' });
    const expected = Buffer.concat(Object.values(contents).map((bytes) => layerOf(bytes, PIECE)));
    assert.deepEqual(Buffer.from(pieceHashesV2(info, parsePieceLayers(pieceLayers, info)) ?? []), expected);
  });

  it('are files without a folder, by their own name as in libtorrent, when there is nothing but one file', () => {
    const { info } = make({ a: zeros(5) }, { name: 'x', pieceLength: PIECE, version: 'v2' });
    assert.deepEqual([info.name, info.isMultiFile, info.contentLength, info.length], ['a', false, 5, PIECE]);
    const hybrid = make({ a: zeros(5) }, { name: 'x', pieceLength: PIECE, version: 'hybrid' });
    assert.deepEqual([hybrid.info.name, hybrid.info.isMultiFile], ['x', true]);
  });

  it('may lack their piece layers when they are hybrids, with a warning', () => {
    const bytes = changed({ a: zeros(3 * PIECE) }, 'hybrid', (_info, root) => {
      root['piece layers'] = {};
    });
    const { warnings, pieceLayers } = parseMetainfo(bytes);
    assert.deepEqual([warnings.map(({ code }) => code), pieceLayers], [['WARN_NO_PIECE_LAYERS'], undefined]);
  });

  it('may come without a pad file at their end, as libtorrent wrote hybrids before 2.0.4', () => {
    const bytes = changed({ a: zeros(100), b: zeros(100) }, 'hybrid', (info) => {
      info['files'] = (info['files'] as BencodeInput[]).slice(0, -1);
    });
    const { info } = parseMetainfo(bytes);
    assert.deepEqual([info.pieceCount, info.length], [2, PIECE + 100]);
  });
});

type Dictionary = Record<string, BencodeInput>;

/** The bytes of a torrent whose info dictionary, or the rest, was changed. */
function changed(
  contents: Readonly<Record<string, Uint8Array>>,
  version: 'v2' | 'hybrid',
  change: (info: Dictionary, root: Dictionary) => void,
): Uint8Array {
  const bytes = makeBytes(contents, { name: 'x', pieceLength: PIECE, version });
  const layersAt = Buffer.from(bytes).indexOf('12:piece layers');
  const layers = bytes.subarray(layersAt + '12:piece layers'.length, -1);
  const root = {
    ...(decodeBencode(Buffer.concat([bytes.subarray(0, layersAt), Buffer.from('e')])) as Dictionary),
  };
  const info = { ...(root['info'] as Dictionary) };
  change(info, root);
  const { 'piece layers': changedLayers, ...rest } = root;
  const encoded = encodeBencode({ ...rest, info });
  const raw = changedLayers === undefined ? layers : encodeBencode(changedLayers);
  if (raw.length === 0) return encoded;
  return Buffer.concat([encoded.subarray(0, -1), Buffer.from('12:piece layers'), raw, Buffer.from('e')]);
}

const refuses = (bytes: Uint8Array, message: RegExp): void =>
  assert.throws(() => parseMetainfo(bytes), { name: 'ProtocolError', code: 'ERR_METAINFO', message });

describe('parseMetainfo: what it refuses of v2', () => {
  const contents = { a: zeros(3 * PIECE), b: zeros(100) };
  const cases: readonly (readonly [string, (info: Dictionary, root: Dictionary) => void, RegExp])[] = [
    [
      'a later version',
      (info) => Object.assign(info, { 'meta version': 3 }),
      /"meta version" 3 is not known/,
    ],
    ['no tree', (info) => delete info['file tree'], /"file tree" is missing/],
    ['an empty tree', (info) => Object.assign(info, { 'file tree': {} }), /no files/],
    [
      'a piece length that is no power of two',
      (info) => Object.assign(info, { 'piece length': 98_304 }),
      /power of two/,
    ],
    ['a piece length below a block', (info) => Object.assign(info, { 'piece length': 8192 }), /power of two/],
    [
      'piece layers that are a list',
      (_info, root) => Object.assign(root, { 'piece layers': [] }),
      /lacks a file/,
    ],
    ['no layer for a file', (_info, root) => Object.assign(root, { 'piece layers': {} }), /lacks a file/],
    ['an unsafe name', tree({ '..': { '': { length: 0 } } }), /would leave the folder/],
    [
      'a file that is a folder too',
      tree({ a: { '': { length: 0 }, b: { '': { length: 0 } } } }),
      /both a file and a folder/,
    ],
    ['a tree that is a file', tree({ '': { length: 0 } }), /no file/],
    ['a leaf that is no dictionary', tree({ a: { '': 1 } }), /no file/],
    ['a name that is no dictionary', tree({ a: 1 }), /no folder/],
    ['a folder without files', tree({ a: {} }), /no files/],
    ['a file without a root', tree({ a: { '': { length: 1 } } }), /no "pieces root" of 32 bytes/],
    [
      'a root of another length',
      tree({ a: { '': { length: 1, 'pieces root': zeros(20) } } }),
      /no "pieces root" of 32 bytes/,
    ],
    ['a file without a length', tree({ a: { '': { 'pieces root': zeros(32) } } }), /"length" is missing/],
    ['a negative length', tree({ a: { '': { length: -1 } } }), /negative/],
    ['a pad file', tree({ a: { '': { length: 1, attr: 'p' } } }), /pad file/],
    [
      'a link that leaves the torrent',
      tree({ a: { '': { attr: 'l', 'symlink path': ['..', 'b'] } } }),
      /would leave/,
    ],
  ];
  for (const [name, change, message] of cases)
    it(name, () => refuses(changed(contents, 'v2', change), message));

  it('a layer of another length, and one that is not what the root says', () => {
    const bytes = Buffer.from(makeBytes(contents, { name: 'x', pieceLength: PIECE, version: 'v2' }));
    const at = bytes.indexOf('96:', bytes.indexOf('12:piece layers'));
    const wrong = Buffer.from(bytes);
    wrong[at + 10] = (wrong[at + 10] ?? 0) ^ 1;
    refuses(wrong, /does not match the pieces root of the file "a"/);
    const short = Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from('64:'),
      bytes.subarray(at + 3, at + 67),
      Buffer.from('ee'),
    ]);
    refuses(short, /has 64 bytes for the file "a" where its pieces take 96/);
  });

  it('a deep folder with so many files that their paths would fill the memory', () => {
    const leaf = 'd0:d6:lengthi0eee';
    const files = Array.from({ length: 100_000 }, (_none, n) => `6:${n + 100_000}${leaf}`).join('');
    const folder = `200:${'f'.repeat(200)}d`;
    const tree = `d${folder.repeat(20)}${files}${'e'.repeat(20)}e`;
    const info = `d9:file tree${tree}12:meta versioni2e4:name1:x12:piece lengthi16384ee`;
    refuses(Buffer.from(`d4:info${info}e`), /paths in "file tree" are too long together/);
  });

  it('names that do not ascend', () => {
    const bytes = Buffer.from(
      makeBytes({ a: zeros(0), b: zeros(0) }, { name: 'x', pieceLength: PIECE, version: 'v2' }),
    );
    const swapped = Buffer.from(bytes.toString('latin1').replace('1:a', '1:c'), 'latin1');
    refuses(swapped, /do not ascend/);
    const doubled = Buffer.from(bytes.toString('latin1').replace('1:b', '1:a'), 'latin1');
    refuses(doubled, /not valid bencode: a dictionary has the same key twice/);
  });
});

describe('parseMetainfo: hybrids whose halves do not agree', () => {
  type File = Record<string, BencodeInput>;
  const contents = { a: zeros(100), b: zeros(100), c: zeros(100) };
  const files = (change: (files: File[]) => void) => (info: Dictionary) => {
    const list = (info['files'] as File[]).map((file) => ({ ...file }));
    change(list);
    info['files'] = list;
  };
  const cases: readonly (readonly [string, (info: Dictionary) => void, RegExp])[] = [
    [
      'in a name',
      files((list) => Object.assign(list[2] ?? {}, { path: ['other'] })),
      /do not agree on "other"/,
    ],
    ['in a length', files((list) => Object.assign(list[0] ?? {}, { length: 99 })), /do not agree on "a"/],
    [
      'in pad files',
      files((list) => Object.assign(list[1] ?? {}, { length: 65_435 })),
      /do not agree on "b"/,
    ],
    ['since a pad file is missing', files((list) => list.splice(1, 1)), /do not agree on "b"/],
    ['since a file is missing', files((list) => list.splice(4, 2)), /do not agree on "c"/],
    [
      'since there is one more',
      files((list) => list.push({ length: 1, path: ['z'] })),
      /do not agree on "z"/,
    ],
    ['in the order', files((list) => list.splice(0, 0, ...list.splice(2, 2))), /do not agree on "b"/],
  ];
  for (const [name, change, message] of cases)
    it(name, () => refuses(changed(contents, 'hybrid', change), message));
});

/** Replaces the tree of files. */
function tree(files: BencodeInput) {
  return (info: Dictionary): void => void Object.assign(info, { 'file tree': files });
}
