import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { encodeInfo, encodeMetainfo, type InfoFields } from '../../../../src/bittorrent/metainfo/encode.ts';
import { type LintFinding, lintTorrent } from '../../../../src/builder/lint/lint-torrent.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { type Members, rawInfo, single } from '../../bittorrent/metainfo/fixtures.ts';
import { type Contents, make, makeBytes } from '../../bittorrent/metainfo/v2-fixtures.ts';

const NOW = 1_800_000_000;
const MIB = 1024 * 1024;
const TRACKER = 'https://a.example/announce';

const lint = (bytes: Uint8Array): readonly LintFinding[] => lintTorrent(bytes, { nowSeconds: NOW });
const codesOf = (bytes: Uint8Array): string[] =>
  lint(bytes).map(({ code, severity }) => `${severity} ${code}`);

/** A torrent with these keys around its info dictionary, and those in it. */
function bytesOf(root: Members = {}, info: Members = {}): Uint8Array {
  return encodeBencode({ announce: TRACKER, ...root, info: { ...single, ...info } as BencodeInput });
}

/** A v1 torrent of one file of so many bytes, with made-up hashes. */
function ofLength(length: number, pieceLength: number): Uint8Array {
  const pieces = new Uint8Array(Math.ceil(length / pieceLength) * 20);
  return bytesOf({}, { length, 'piece length': pieceLength, pieces });
}

/** A v1 torrent of files with these paths, a byte each. */
function withPaths(...paths: readonly string[]): Uint8Array {
  const files: InfoFields['files'] = paths.map((path) => ({ path: path.split('/'), length: 1 }));
  const infoBytes = encodeInfo({ name: 'x', pieceLength: 16_384, pieces: new Uint8Array(20), files });
  return encodeMetainfo({ infoBytes, announceTiers: [[TRACKER]] });
}

describe('lintTorrent', () => {
  it('finds no fault where there is none', () => {
    assert.deepEqual(lint(bytesOf()), []);
    assert.deepEqual(lint(withPaths('a', 'b/c', 'ünïcode')), []);
  });

  for (const [what, bytes, expected] of [
    ['pieces of 32 MiB', ofLength(3200 * MIB, 32 * MIB), ['warning size.piece-length']],
    ['pieces of 16 MiB', ofLength(1600 * MIB, 16 * MIB), []],
    ['pieces that are no power of two', ofLength(100, 20_000), ['warning size.piece-odd']],
    ['pieces of 8 KiB', ofLength(100, 8192), ['warning size.piece-odd']],
    ['a file of 10 MB', bytesOf({ z: new Uint8Array(10_000_000) }), ['warning size.torrent-large']],
    ['a file of 31.4 MB', bytesOf({ z: new Uint8Array(31_457_280) }), ['error size.torrent-huge']],
    ['many pieces', ofLength(20_001 * 16_384, 16_384), ['hint size.many-pieces']],
    ['few pieces', ofLength(49 * MIB, MIB), ['hint size.few-pieces']],
    ['few pieces of little data', ofLength(5 * MIB, MIB), []],
    ['no data', ofLength(0, 16_384), ['error size.empty']],
  ] as const)
    it(`judges ${what}`, () => assert.deepEqual(codesOf(bytes), expected));

  it('judges pad files by their share', () => {
    const much = { a: randomBytesOf(1, 10), b: randomBytesOf(2, 10) };
    const little = { a: randomBytesOf(1, 16_384 * 30 - 10), b: randomBytesOf(2, 16_384) };
    const paddingOf = (contents: typeof much): readonly string[] =>
      codesOf(makeBytes(contents, { name: 'x', pieceLength: 16_384, version: 'hybrid' })).filter((code) =>
        code.includes('padding'),
      );
    assert.deepEqual(paddingOf(much), ['warning size.padding']);
    assert.deepEqual(paddingOf(little), ['hint size.padding']);
  });

  it('judges empty files', () => {
    const bytes = makeBytes(
      { a: new Uint8Array(), b: randomBytesOf(1, 5) },
      { name: 'x', pieceLength: 16_384, version: 'v1' },
    );
    const finding = lint(bytes).find(({ code }) => code === 'size.empty-files');
    assert.deepEqual([finding?.severity, finding?.examples, finding?.count], ['hint', ['x/a'], 1]);
  });

  for (const [what, paths, code, example] of [
    ['files whose names differ in case', ['Read', 'read'], 'warning names.case', 'x/Read and x/read'],
    ['folders whose names differ in case', ['Cd/a', 'cD/b'], 'warning names.case', 'x/Cd and x/cD'],
    ['a file and a folder whose names differ in case', ['A/b', 'a'], 'warning names.case', 'x/A and x/a'],
    ['a device of Windows', ['aux.c'], 'warning names.windows', 'x/aux.c'],
    ['a folder named like a device', ['con/a'], 'warning names.windows', 'x/con'],
    ['a dot at the end', ['etc.'], 'warning names.windows', 'x/etc.'],
    ['a blank at the end', ['a /b'], 'warning names.windows', 'x/a '],
    ['a colon', ['a:b'], 'warning names.windows', 'x/a:b'],
    ['a question mark', ['who?'], 'warning names.windows', 'x/who?'],
    ['a name that is not composed', ['u\u0308'], 'hint names.not-nfc', 'x/u\u0308'],
    ['a name that turns its direction', ['a\u202egpj.exe'], 'warning names.unseen', 'x/a\u202egpj.exe'],
    ['a name with a zero-width space', ['a\u200bb'], 'warning names.unseen', 'x/a\u200bb'],
    ['a name of 256 bytes', ['ü'.repeat(128)], 'error names.long', `x/${'ü'.repeat(128)}`],
    [
      'a path of 260 characters',
      [`${'a'.repeat(200)}/${'b'.repeat(57)}`],
      'hint names.long-path',
      `x/${'a'.repeat(200)}/${'b'.repeat(57)}`,
    ],
  ] as const)
    it(`judges ${what}`, () => {
      const [finding, ...others] = lint(withPaths(...paths));
      assert.deepEqual(others, []);
      assert.deepEqual([`${finding?.severity} ${finding?.code}`, finding?.examples], [code, [example]]);
    });

  it('judges names that look the same', () => {
    const codes = codesOf(withPaths('\u00fc', 'u\u0308'));
    assert.deepEqual(codes, ['warning names.unicode', 'hint names.not-nfc']);
  });

  it('takes names that only look dangerous', () => {
    assert.deepEqual(
      codesOf(withPaths('console', 'com', 'com10', '.hidden', 'a.b.c', 'lptx.txt', 'Straße', 'strasse')),
      [],
    );
  });

  it('names the first few of many, and how many there are', () => {
    const [finding] = lint(withPaths(...Array.from({ length: 12 }, (_, i) => `a?${i}`)));
    assert.deepEqual([finding?.examples?.length, finding?.count], [5, 12]);
    assert.match(finding?.what ?? '', /^12 names are not possible on Windows/);
  });

  it('judges the name of a single file, once', () => {
    assert.deepEqual(
      lint(bytesOf({}, { name: 'a?' })).map(({ examples }) => examples),
      [['a?']],
    );
  });

  it('judges links', () => {
    const files = [
      { length: 100, path: ['a'] },
      { attr: 'l', length: 0, path: ['l'], 'symlink path': ['a'] },
    ];
    assert.deepEqual(codesOf(bytesOf({}, { length: undefined, files })), ['hint names.links']);
  });

  for (const [what, root, info, expected] of [
    ['no tracker', { announce: undefined }, {}, ['hint trackers.none']],
    ['no tracker beside DHT nodes', { announce: undefined, nodes: [['d.example', 1]] }, {}, []],
    [
      'no tracker of a private torrent',
      { announce: undefined },
      { private: 1 },
      ['error trackers.none-private'],
    ],
    [
      'DHT nodes of a private torrent',
      { nodes: [['d.example', 1]] },
      { private: 1 },
      ['warning trackers.private-nodes'],
    ],
    [
      'a tracker that is named twice',
      { 'announce-list': [[TRACKER, TRACKER]] },
      {},
      ['warning trackers.twice'],
    ],
    [
      'one host in two tiers',
      { 'announce-list': [[TRACKER], ['udp://a.example:1/announce']] },
      {},
      ['hint trackers.same-host'],
    ],
    ['one host in one tier', { 'announce-list': [[TRACKER, 'udp://a.example:1/announce']] }, {}, []],
    ['a path without announce', { announce: 'http://a.example/' }, {}, ['hint trackers.path']],
    ['announce.php', { announce: 'http://a.example/x/announce.php?uid=1' }, {}, []],
    ['UDP without a path', { announce: 'udp://a.example:1' }, {}, []],
    [
      'a passkey in the path over HTTP',
      { announce: `http://a.example/${'ab12'.repeat(8)}/announce` },
      {},
      ['warning trackers.open-passkey'],
    ],
    [
      'a passkey in the query over HTTP',
      { announce: 'http://a.example/announce?passkey=abcdefgh' },
      {},
      ['warning trackers.open-passkey'],
    ],
    ['a passkey over HTTPS', { announce: `https://a.example/${'ab12'.repeat(8)}/announce` }, {}, []],
    ['localhost', { announce: 'http://localhost:1/announce' }, {}, ['warning urls.private-address']],
    ['a private address', { 'url-list': ['http://192.168.1.2/a'] }, {}, ['warning urls.private-address']],
    ['the loopback of IPv6', { httpseeds: ['http://[::1]/a'] }, {}, ['warning urls.private-address']],
    ['a web seed of a single file', { 'url-list': ['http://w.example/a'] }, {}, []],
    [
      'a web seed of a folder',
      { 'url-list': ['http://w.example/a'] },
      { length: undefined, files: [{ length: 100, path: ['a'] }] },
      ['warning urls.folder-slash'],
    ],
    [
      'what is no URL',
      { 'announce-list': [[TRACKER, 'nonsense']], 'url-list': 'gopher://x' },
      {},
      ['warning urls.none'],
    ],
    ['an empty url-list', { 'url-list': '' }, {}, []],
    ['a date in the future', { 'creation date': NOW + 100_000 }, {}, ['warning format.future']],
    ['a clock that is a little ahead', { 'creation date': NOW + 1000 }, {}, []],
  ] as const satisfies readonly (readonly [string, Members, Members, readonly string[]])[])
    it(`judges ${what}`, () => assert.deepEqual(codesOf(bytesOf(root, info)), expected));

  for (const [url, shown] of [
    [`http://localhost/${'ab12'.repeat(8)}/announce`, 'http://localhost/.../announce'],
    [`http://localhost/announce/${'ab12'.repeat(8)}`, 'http://localhost/announce/...'],
    ['http://localhost/announce?passkey=abcdefgh&x=1', 'http://localhost/announce?passkey=...&x=1'],
    [
      'http://localhost/a-long-word-without-digits/announce',
      'http://localhost/a-long-word-without-digits/announce',
    ],
  ] as const)
    it(`shows no passkey of ${url}`, () => {
      const findings = lint(bytesOf({ 'announce-list': [[url, url]] }));
      assert.ok(findings.length >= 2);
      for (const { examples } of findings) for (const example of examples ?? []) assert.equal(example, shown);
    });

  it('judges a list of more trackers than anybody reads, by the first of them', () => {
    const list = [TRACKER, 'nonsense', ...Array.from({ length: 300_000 }, () => '')];
    assert.deepEqual(codesOf(bytesOf({ 'announce-list': list })), ['warning urls.none']);
  });

  it('spells DHT nodes as they are written on the command line', () => {
    const [found] = lint(bytesOf({ nodes: [['2001:db8::1', 6881]] }, { private: 1 }));
    assert.deepEqual(found?.examples, ['[2001:db8::1]:6881']);
  });

  it('judges what is not canonical', () => {
    const tracker = `8:announce${TRACKER.length}:${TRACKER}`;
    const outside = Buffer.from(`d4:info${rawInfo}${tracker}e`, 'latin1');
    assert.deepEqual(codesOf(outside), ['hint format.not-canonical']);
    const inside = Buffer.from(`d${tracker}4:info${rawInfo.replace('i100e', 'i0100e')}e`, 'latin1');
    assert.deepEqual(codesOf(inside), ['warning format.info-not-canonical']);
  });

  it('judges bytes behind the end, and piece layers that are lost', () => {
    assert.deepEqual(codesOf(Buffer.concat([bytesOf(), Buffer.from('x')])), [
      'warning format.trailing-bytes',
    ]);
    const contents = { a: randomBytesOf(1, 32_768), b: randomBytesOf(2, 16_384) };
    const { infoBytes } = make(contents, { name: 'x', pieceLength: 16_384, version: 'hybrid' });
    const bare = encodeMetainfo({ infoBytes, announceTiers: [[TRACKER]] });
    assert.deepEqual(codesOf(bare), ['warning format.no-piece-layers']);
  });

  it('judges a v2 torrent, and a hybrid whose end is not padded', () => {
    const contents = { a: randomBytesOf(1, 16_384), b: randomBytesOf(2, 16_384) };
    const options = { name: 'x', pieceLength: 16_384 };
    const none = 'hint trackers.none';
    assert.deepEqual(codesOf(makeBytes(contents, { ...options, version: 'v2' })), [
      none,
      'hint format.v2-only',
    ]);
    assert.deepEqual(codesOf(makeBytes(contents, { ...options, version: 'hybrid' })), [none]);
  });

  it('judges a hybrid whose last file is not padded, unless it is alone', () => {
    const options = { name: 'x', pieceLength: 16_384, version: 'hybrid' } as const;
    const codesWithout = (contents: Contents): string[] => {
      const { files, name, pieceLength, version, pieces } = make(contents, options).info;
      const last = files.at(-1)?.isPadding === true ? files.slice(0, -1) : files;
      const infoBytes = encodeInfo({ name, pieceLength, version, pieces, files: last });
      return codesOf(encodeMetainfo({ infoBytes, announceTiers: [[TRACKER]] }));
    };
    const whole = randomBytesOf(1, 16_384);
    assert.deepEqual(codesWithout({ a: whole, b: randomBytesOf(2, 5) }), ['hint format.tail-pad']);
    assert.deepEqual(codesWithout({ a: randomBytesOf(2, 5) }), []);
  });

  it('says of everything what to do', () => {
    const findings = lint(
      bytesOf(
        { announce: 'http://localhost/x', 'creation date': NOW * 2, z: new Uint8Array(40_000_000) },
        { private: 1, name: 'con' },
      ),
    );
    assert.ok(findings.length >= 4);
    for (const { code, what, how } of findings) {
      assert.match(code, /^[a-z]+\.[a-z0-9-]+$/);
      assert.doesNotMatch(`${what}${how}`, /\n|\.$/);
    }
  });
});
