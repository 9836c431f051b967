import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from '../../../src/bittorrent/bencode.ts';
import { lengthOfPiece, type Metainfo } from '../../../src/bittorrent/metainfo.ts';
import { parseInfo, parseMetainfo } from '../../../src/bittorrent/metainfo-parse.ts';

type Members = Record<string, BencodeInput | undefined>;

const pieceHash = new Uint8Array(20).fill(0x61);
const single: Members = { name: 'a.bin', 'piece length': 16384, length: 100, pieces: pieceHash };
const file = (length: number, ...path: string[]): Members => ({ length, path });

function parse(info: Members, root: Members = {}): Metainfo {
  return parseMetainfo(encodeBencode({ ...root, info: { ...single, ...info } as BencodeInput }));
}

function parseFolder(files: readonly BencodeInput[], more: Members = {}): Metainfo {
  return parse({ length: undefined, files, ...more });
}

/** A metainfo file put together by hand, for what our encoder would never write. */
function parseRaw(info: string, before = '', after = ''): Metainfo {
  return parseMetainfo(Buffer.from(`d${before}4:info${info}${after}e`, 'latin1'));
}

function refuses(act: () => unknown, message: RegExp, field?: string): void {
  assert.throws(act, (error: { code?: string; message: string; field?: string }) => {
    assert.equal(error.code, 'ERR_METAINFO');
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /\n/);
    if (field !== undefined) assert.equal(error.field, field);
    return true;
  });
}

const sha1 = (text: string): string => createHash('sha1').update(Buffer.from(text, 'latin1')).digest('hex');
const rawInfo = `d6:lengthi100e4:name5:a.bin12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`;

describe('parseMetainfo: a single file', () => {
  it('reads its fields', () => {
    const { info } = parse({ source: 'S', private: 1 });
    assert.deepEqual(info, {
      name: 'a.bin',
      pieceLength: 16384,
      pieceCount: 1,
      pieces: pieceHash,
      files: [{ path: [], length: 100, offset: 0, isPadding: false }],
      length: 100,
      isMultiFile: false,
      isPrivate: true,
      source: 'S',
    });
    assert.equal(lengthOfPiece(info, 0), 100);
  });

  it('takes a length that is an exact multiple of the piece length without a piece more', () => {
    const { info } = parse({ length: 32768, pieces: new Uint8Array(40) });
    assert.equal(info.pieceCount, 2);
    assert.equal(lengthOfPiece(info, 1), 16384);
  });

  it('takes an empty file, which has no piece', () => {
    const { info } = parse({ length: 0, pieces: new Uint8Array() });
    assert.deepEqual([info.length, info.pieceCount], [0, 0]);
  });

  it('takes any piece length up to 512 MiB, also one that is no power of two', () => {
    assert.equal(parse({ 'piece length': 100_000 }).info.pieceLength, 100_000);
    assert.equal(parse({ 'piece length': 2 ** 29 }).info.pieceLength, 2 ** 29);
  });

  it('copies what it keeps', () => {
    const bytes = Buffer.from(encodeBencode({ info: single as BencodeInput }));
    const metainfo = parseMetainfo(bytes);
    bytes.fill(0);
    assert.deepEqual(metainfo.info.pieces, pieceHash);
    assert.equal(metainfo.infoBytes[0], 0x64);
  });
});

describe('parseMetainfo: the info-hash', () => {
  const hex = (metainfo: Metainfo): string => Buffer.from(metainfo.infoHash).toString('hex');

  it('is that of the raw info dictionary', () => {
    const metainfo = parseRaw(rawInfo);
    assert.equal(hex(metainfo), sha1(rawInfo));
    assert.equal(Buffer.from(metainfo.infoBytes).toString('latin1'), rawInfo);
  });

  it('is that of the raw bytes also where keys are out of order, as mktorrent -x writes x_cross_seed', () => {
    const unordered = rawInfo.replace('12:piece', '12:x_cross_seed4:abcd12:piece');
    assert.equal(hex(parseRaw(unordered)), sha1(unordered));
    const reversed = `d6:pieces20:${'a'.repeat(20)}12:piece lengthi16384e4:name1:x6:lengthi100ee`;
    assert.equal(hex(parseRaw(reversed)), sha1(reversed));
  });

  it('is that of the raw bytes also where a number has leading zeros', () => {
    const padded = rawInfo.replace('i100e', 'i0100e');
    assert.equal(hex(parseRaw(padded)), sha1(padded));
  });

  it('is that of the raw bytes with keys that nobody knows, numbers of 64 bits among them', () => {
    const foreign = rawInfo.replace('d6:', 'd7:entropyi18446744073709551615e6:');
    assert.equal(hex(parseRaw(foreign)), sha1(foreign));
  });

  it('is found when the outermost keys are out of order', () => {
    assert.equal(hex(parseRaw(rawInfo, '8:url-list0:', '8:announce0:')), sha1(rawInfo));
  });

  it('of hybrid torrents (BEP 52) is the known one', () => {
    const root1M = '515ea9181744b817744ded9d2e8e9dc6a8450c0b0c52e24b5077f302ffbd9008';
    const root64K = '60aae9c7b428f87e0713e88229e18f0adf12cd7b22a0dd8a92bb2485eb7af242';
    assert.equal(hex(hybrid('test1MB', 1048576, root1M)), '6c68c1bcc24c65b6fef4724d8234b67e0e9ac6a4');
    assert.equal(hex(hybrid('test64K', 65536, root64K)), 'c14199bbec64d0e9e439aa3b6b7639e666b86eca');
  });
});

/** Zeros of the given length, v1 and v2 together. */
function hybrid(name: string, length: number, piecesRoot: string): Metainfo {
  const piece = createHash('sha1').update(new Uint8Array(65536)).digest();
  return parse({
    'file tree': { [name]: { '': { length, 'pieces root': Buffer.from(piecesRoot, 'hex') } } },
    length,
    'meta version': 2,
    name,
    'piece length': 65536,
    pieces: Buffer.concat(Array.from({ length: length / 65536 }, () => piece)),
  });
}

describe('parseMetainfo: a folder', () => {
  it('lists its files with their offsets, empty ones too', () => {
    const { info } = parseFolder([file(60, 'x', 'a'), file(0, 'x', 'b'), file(40, 'c')]);
    assert.deepEqual(
      info.files.map(({ path, length, offset }) => [path.join('/'), length, offset]),
      [
        ['x/a', 60, 0],
        ['x/b', 0, 60],
        ['c', 40, 60],
      ],
    );
    assert.equal(info.isMultiFile, true);
    assert.equal(info.length, 100);
  });

  it('marks pad files (BEP 47) and lets their names repeat', () => {
    const pad = { attr: 'p', length: 20, path: ['.pad', '20'] };
    const { info } = parseFolder([file(30, 'a'), pad, file(30, 'b'), pad]);
    assert.deepEqual(
      info.files.map((entry) => entry.isPadding),
      [false, true, false, true],
    );
  });

  it('prefers path.utf-8 and name.utf-8, as older programs wrote them', () => {
    const old = Buffer.from([0xe9]);
    const { info } = parseFolder([{ length: 100, path: [old], 'path.utf-8': ['é'] }], {
      name: Buffer.from([0xff, 0xfe]),
      'name.utf-8': 'ÿþ',
    });
    assert.deepEqual([info.name, info.files[0]?.path], ['ÿþ', ['é']]);
  });

  it('falls back to path and name where the others are empty or no text', () => {
    const { info } = parseFolder([{ length: 100, path: ['a'], 'path.utf-8': [] }], { 'name.utf-8': 7 });
    assert.deepEqual([info.name, info.files[0]?.path], ['a.bin', ['a']]);
  });

  it('reads names that are not UTF-8 as Windows-1252, so that names that differ stay different', () => {
    const names = [[0xe9], [0xe8], [0x80]].map((bytes) => Buffer.from(bytes));
    const { info } = parseFolder(names.map((name, i) => ({ length: i === 0 ? 100 : 0, path: [name] })));
    assert.deepEqual(
      info.files.map((entry) => entry.path[0]),
      ['é', 'è', '€'],
    );
  });

  it('leaves the spelling of names as it is: composed, decomposed, with a byte order mark', () => {
    for (const name of ['caf\u00e9', 'cafe\u0301', '\ufeffx'])
      assert.equal(parseFolder([file(100, name)]).info.files[0]?.path[0], name);
  });

  it('takes paths that differ in case only: on Linux they are two files', () => {
    assert.equal(parseFolder([file(50, 'readme'), file(50, 'README')]).info.files.length, 2);
  });

  it('takes names that only Windows has no place for', () => {
    for (const name of ['CON', 'aux.c', 'a:b', 'what?', 'dot.', 'blank ', '...', '..a', '~', '-rf'])
      assert.equal(parseFolder([file(100, name)]).info.files[0]?.path[0], name);
  });

  it('takes a hybrid torrent without pad file at its end', () => {
    const pad = { attr: 'p', length: 16284, path: ['.pad', '16284'] };
    const { info } = parseFolder([file(100, 'a'), pad, file(100, 'b')], {
      'meta version': 2,
      'file tree': {},
      pieces: new Uint8Array(40),
    });
    assert.deepEqual([info.pieceCount, info.length], [2, 16484]);
  });

  it('takes a name of 255 characters in a wide script', () => {
    assert.equal(parse({ name: '語'.repeat(255) }).info.name.length, 255);
  });
});

describe('parseMetainfo: around the info dictionary', () => {
  it('reads comment, maker and date', () => {
    const metainfo = parse({}, { comment: 'c', 'created by': 'm', 'creation date': 1700000000 });
    assert.deepEqual([metainfo.comment, metainfo.createdBy, metainfo.creationDate], ['c', 'm', 1700000000]);
    assert.equal(parse({}, { comment: 'old', 'comment.utf-8': 'new' }).comment, 'new');
  });

  it('leaves out what is of another kind', () => {
    const metainfo = parse({}, { comment: 1, 'created by': ['m'], 'creation date': 'today', 'url-list': 1 });
    assert.deepEqual(Object.keys(metainfo).sort(), [
      'announceTiers',
      'info',
      'infoBytes',
      'infoHash',
      'webSeeds',
    ]);
    assert.deepEqual(metainfo.webSeeds, []);
    assert.equal(parse({}, { 'creation date': -1 }).creationDate, undefined);
  });

  it('calls a torrent private for any number but 0 (BEP 27)', () => {
    const isPrivate = (value: BencodeInput | undefined): boolean => parse({ private: value }).info.isPrivate;
    assert.deepEqual([1, 2, -1, 0, '1', undefined].map(isPrivate), [true, true, true, false, false, false]);
  });

  it('makes a tier of "announce", and "announce-list" replaces it (BEP 12)', () => {
    const [a, b, c] = ['http://a/announce', 'udp://b:1', 'wss://c'];
    assert.deepEqual(parse({}, { announce: a }).announceTiers, [[a]]);
    assert.deepEqual(parse({}, { announce: a, 'announce-list': [[b, c], [a]] }).announceTiers, [[b, c], [a]]);
    assert.deepEqual(parse({}).announceTiers, []);
  });

  it('reads a malformed "announce-list" as far as it goes', () => {
    const a = 'http://a/announce';
    const tiers = (list: BencodeInput): unknown =>
      parse({}, { announce: a, 'announce-list': list }).announceTiers;
    assert.deepEqual(tiers([]), [[a]]);
    assert.deepEqual(tiers([[], ['']]), [[a]]);
    assert.deepEqual(tiers('http://b/'), [[a]]);
    assert.deepEqual(tiers(['http://b/', 'http://c/']), [['http://b/'], ['http://c/']]);
    assert.deepEqual(tiers([[1, 'http://b/', ['http://c/']], 7, {}]), [['http://b/']]);
  });

  it('reads "url-list" as a text and as a list (BEP 19)', () => {
    assert.deepEqual(parse({}, { 'url-list': 'http://a/' }).webSeeds, ['http://a/']);
    assert.deepEqual(parse({}, { 'url-list': ['http://a/', '', 'ftp://b/'] }).webSeeds, [
      'http://a/',
      'ftp://b/',
    ]);
    assert.deepEqual(parse({}, { 'url-list': '' }).webSeeds, []);
  });

  it('leaves out URLs that nobody should follow', () => {
    const urls = ['javascript:alert(1)', 'file:///etc/passwd', 'dht://x', 'http://', 'nonsense', 'data:,x'];
    assert.deepEqual(
      parse({}, { announce: 'javascript:1', 'announce-list': [urls], 'url-list': urls }).webSeeds,
      [],
    );
    assert.deepEqual(parse({}, { 'announce-list': [urls] }).announceTiers, []);
  });

  it('reads at most 1000 announce URLs', () => {
    const tier = Array.from({ length: 600 }, (_, i) => `http://t${i}/announce`);
    assert.equal(parse({}, { 'announce-list': [tier, tier] }).announceTiers.flat().length, 1000);
  });
});

describe('parseMetainfo: what it refuses', () => {
  it('bytes that are no metainfo file', () => {
    const refusesBytes = (text: string, message: RegExp): void =>
      refuses(() => parseMetainfo(Buffer.from(text, 'latin1')), message);
    refusesBytes('', /not a metainfo file.*empty/);
    refusesBytes('<html>', /not a metainfo file/);
    refusesBytes('le', /no dictionary/);
    refusesBytes('i1e', /no dictionary/);
    refusesBytes('de', /no "info" dictionary/);
    refusesBytes('d4:infoi1ee', /no dictionary/);
    refusesBytes('d4:infolee', /no dictionary/);
    refusesBytes(`d4:info${rawInfo}eX`, /behind its end/);
    refusesBytes(`d4:info${rawInfo}`, /malformed/);
    refusesBytes(`d4:info${rawInfo}4:info${rawInfo}e`, /twice/);
    refusesBytes('l'.repeat(100_000), /nested deeper/);
  });

  it('a truncated file, wherever it ends', () => {
    const bytes = encodeBencode({ announce: 'http://a/', info: single as BencodeInput });
    for (let end = 0; end < bytes.length; end++) refuses(() => parseMetainfo(bytes.subarray(0, end)), /./);
  });

  it('a doubled key in info, also out of order: the hash would be of the one and the content of the other', () => {
    refuses(() => parseRaw(rawInfo.replace('4:name', '6:lengthi5e4:name')), /twice/);
    refuses(() => parseRaw(`${rawInfo.slice(0, -1)}4:name1:ye`), /twice/);
    refuses(() => parseRaw(rawInfo, '', `8:announce0:4:info${rawInfo.replace('a.bin', 'b.bin')}`), /twice/);
    const files = '5:filesld4:pathl1:ae6:lengthi100e4:pathl1:beee';
    refuses(() => parseRaw(rawInfo.replace('6:lengthi100e', files)), /twice/);
  });

  it('a torrent of version 2 only, in plain words', () => {
    refuses(
      () => parse({ length: undefined, pieces: undefined, 'meta version': 2, 'file tree': {} }),
      /version 2 only.*hybrid or v1/,
    );
  });

  it('names that would leave the folder or are no names', () => {
    for (const name of [
      '..',
      '.',
      '/etc/passwd',
      'a/b',
      'a\\b',
      '\\\\server\\share',
      'a\0b',
      'a\nb',
      '\u001b[2J',
      '\u009b2J',
      '',
    ]) {
      refuses(() => parse({ name }), /"name"/, 'name');
      refuses(() => parseFolder([file(100, 'x', name)]), /"path"/, 'path');
      refuses(
        () => parseFolder([{ length: 100, path: ['x'], 'path.utf-8': [name] }]),
        /"path.utf-8"/,
        'path.utf-8',
      );
    }
    refuses(() => parse({ name: undefined }), /"name" is missing/, 'name');
    refuses(() => parse({ name: 7 }), /"name" is missing/, 'name');
    refuses(() => parse({ name: 'x'.repeat(256) }), /more than 255/, 'name');
    refuses(
      () => parseFolder([file(100, ...Array.from({ length: 101 }, () => 'd'))]),
      /deeper than 100/,
      'path',
    );
  });

  it('shows a long or odd name shortened and escaped', () => {
    refuses(() => parse({ name: `\n${'x'.repeat(200)}` }), /"\\nx{79}\.\.\."/);
  });

  it('paths that collide', () => {
    refuses(() => parseFolder([file(50, 'a'), file(0, 'b'), file(50, 'a')]), /"a" is listed twice/, 'path');
    for (const files of [
      [file(50, 'a'), file(0, 'a!'), file(50, 'a', 'b')],
      [file(50, 'a', 'b'), file(0, 'a.x'), file(50, 'a')],
    ])
      refuses(() => parseFolder(files), /"a" is both a file and a folder/, 'path');
  });

  it('lengths that are missing, negative or huge', () => {
    refuses(() => parse({ length: undefined }), /"length" is missing/, 'length');
    refuses(() => parse({ length: '5' }), /"length" is missing or no number/, 'length');
    refuses(() => parse({ length: -1 }), /"length" is negative/, 'length');
    refuses(() => parseFolder([file(-5, 'a'), file(105, 'b')]), /"length" is negative/, 'length');
    refuses(() => parseRaw(rawInfo.replace('i100e', 'i9223372036854775807e')), /larger than 2\^53/, 'length');
    refuses(() => parseRaw(rawInfo.replace('i100e', 'i-9223372036854775807e')), /negative/, 'length');
    const half = Number.MAX_SAFE_INTEGER - 1;
    refuses(
      () => parseFolder([file(half, 'a'), file(half, 'b')]),
      /larger than 2\^53 bytes together/,
      'files',
    );
  });

  it('a piece length that is missing, not positive or beyond 512 MiB', () => {
    for (const value of [undefined, 0, -16384, 2 ** 29 + 1, '16384'])
      refuses(() => parse({ 'piece length': value }), /"piece length" must lie between 1/, 'piece length');
  });

  it('pieces that do not fit the length', () => {
    refuses(() => parse({ pieces: undefined }), /"pieces" is missing/, 'pieces');
    refuses(() => parse({ pieces: [pieceHash] }), /"pieces" is missing/, 'pieces');
    for (const size of [0, 19, 21, 40])
      refuses(
        () => parse({ pieces: new Uint8Array(size) }),
        new RegExp(`has ${size} bytes where 1 pieces take 20`),
        'pieces',
      );
    refuses(() => parse({ length: 0 }), /"pieces" has 20 bytes/, 'pieces');
    refuses(() => parse({ length: Number.MAX_SAFE_INTEGER }), /"pieces" has 20 bytes/, 'pieces');
  });

  it('both "length" and "files": programs disagree which of them counts', () => {
    refuses(() => parse({ files: [file(100, 'a')] }), /both "length" and "files"/, 'files');
  });

  it('lists of files that are none', () => {
    refuses(() => parseFolder([]), /no list of files/, 'files');
    refuses(() => parse({ length: undefined, files: { a: 1 } }), /no list of files/, 'files');
    refuses(() => parse({ length: undefined, files: 'a' }), /no list of files/, 'files');
    refuses(() => parseFolder([7]), /no file/, 'files');
    refuses(() => parseFolder([{ length: 100 }]), /has no path/, 'path');
    refuses(() => parseFolder([{ length: 100, path: [] }]), /has no path/, 'path');
    refuses(() => parseFolder([{ length: 100, path: 'a' }]), /has no path/, 'path');
    refuses(() => parseFolder([{ length: 100, path: [7] }]), /"path" is missing/, 'path');
  });
});

describe('parseInfo', () => {
  it('reads a bare info dictionary (BEP 9)', () => {
    const bytes = Buffer.from(rawInfo, 'latin1');
    const { infoHash, info } = parseInfo(bytes);
    bytes.fill(0);
    assert.equal(Buffer.from(infoHash).toString('hex'), sha1(rawInfo));
    assert.deepEqual([info.name, info.pieces], ['a.bin', pieceHash]);
  });

  it('refuses what is none', () => {
    refuses(() => parseInfo(new Uint8Array()), /empty/);
    refuses(() => parseInfo(Buffer.from('i1e')), /no dictionary/);
    refuses(() => parseInfo(Buffer.from('d4:infodee')), /piece length/);
  });
});
