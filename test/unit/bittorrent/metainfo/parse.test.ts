import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { lengthOfPiece, type Metainfo } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseInfo, parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { file, parse, parseFolder, parseRaw, pieceHash, rawInfo, sha1, single } from './fixtures.ts';

describe('parseMetainfo: a single file', () => {
  it('reads its fields', () => {
    const { info } = parse({ source: 'S', private: 1 });
    assert.deepEqual(info, {
      version: 'v1',
      name: 'a.bin',
      pieceLength: 16384,
      pieceCount: 1,
      pieces: pieceHash,
      files: [{ path: [], length: 100, offset: 0, isPadding: false }],
      length: 100,
      contentLength: 100,
      isMultiFile: false,
      isPrivate: true,
      source: 'S',
      similar: [],
      collections: [],
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

  it('merges related torrents that stand inside and outside of the info dictionary (BEP 38)', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => new Uint8Array(20).fill(letter.charCodeAt(0)));
    const { info, similar, collections } = parse(
      { similar: [a, b] as BencodeInput, collections: ['one'] },
      { similar: [b, 'short', c] as BencodeInput, collections: ['two', 'one', 7] },
    );
    assert.deepEqual([info.similar, info.collections], [[a, b], ['one']]);
    assert.deepEqual(
      [similar, collections],
      [
        [a, b, c],
        ['one', 'two'],
      ],
    );
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
});

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
      'collections',
      'dhtNodes',
      'httpSeeds',
      'info',
      'infoBytes',
      'infoHash',
      'similar',
      'warnings',
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

describe('parseInfo', () => {
  it('reads a bare info dictionary (BEP 9)', () => {
    const bytes = Buffer.from(rawInfo, 'latin1');
    const { infoHash, info } = parseInfo(bytes);
    bytes.fill(0);
    assert.equal(Buffer.from(infoHash).toString('hex'), sha1(rawInfo));
    assert.deepEqual([info.name, info.pieces], ['a.bin', pieceHash]);
  });
});
