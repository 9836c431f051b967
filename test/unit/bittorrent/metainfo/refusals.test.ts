import { describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { parseInfo, parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { file, parse, parseFolder, parseRaw, pieceHash, rawInfo, refuses, single } from './fixtures.ts';

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

describe('parseInfo: what it refuses', () => {
  it('refuses what is none', () => {
    refuses(() => parseInfo(new Uint8Array()), /empty/);
    refuses(() => parseInfo(Buffer.from('i1e')), /no dictionary/);
    refuses(() => parseInfo(Buffer.from('d4:infodee')), /piece length/);
  });
});
