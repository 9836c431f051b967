import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { parseMagnet } from '../../../../src/bittorrent/magnet.ts';
import { magnetFacts, torrentFacts, torrentFactsWithFiles } from '../../../../src/cli/torrent-file/facts.ts';
import { factsText, filesText } from '../../../../src/cli/torrent-file/facts-text.ts';
import { treeText } from '../../../../src/cli/torrent-file/tree-text.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { parse, parseFolder, parseRaw, rawInfo } from '../../bittorrent/metainfo/fixtures.ts';
import { make } from '../../bittorrent/metainfo/v2-fixtures.ts';

const CONTENTS = { 'a/one': randomBytesOf(1, 40_000), 'a/two': randomBytesOf(2, 10), b: new Uint8Array() };

describe('what seedbed show says', () => {
  for (const [version, hashes] of [
    ['v1', /^Info-hash: {4}[0-9a-f]{40}\nVersion: {6}v1\n/m],
    ['v2', /^Info-hash v2: [0-9a-f]{64}\nVersion: {6}v2\n/m],
    ['hybrid', /^Info-hash: {4}[0-9a-f]{40}\nInfo-hash v2: [0-9a-f]{64}\nVersion: {6}hybrid\n/m],
  ] as const)
    it(`names the info-hashes of a ${version} torrent, each on a line of its own`, () => {
      const metainfo = make(CONTENTS, { name: 'x', pieceLength: 16_384, version });
      const facts = torrentFacts(metainfo);
      const text = `${factsText(facts)}${filesText(metainfo.info, 100)}`;
      assert.match(text, hashes);
      assert.match(text, /^Size: {9}39.1 KiB \(40010 bytes/m);
      assert.equal(/pad files add/.test(text), version === 'hybrid');
      assert.ok(!text.includes('.pad'), 'pad files are nobody’s business');
      assert.equal(parseMagnet(facts.magnet).length, 40_010);
      assert.deepEqual(facts.infoHashV2, metainfo.infoHashV2 && toHex(metainfo.infoHashV2));
    });

  it('shows files as a tree in their order, folders with the sum of what is in them', () => {
    const { info } = make(CONTENTS, { name: 'x', pieceLength: 16_384, version: 'v2' });
    assert.equal(
      treeText(info, 100),
      [
        '   39.1 KiB  x/',
        '   39.1 KiB    a/',
        '   39.1 KiB      one',
        '       10 B      two',
        '        0 B    b',
        '',
      ].join('\n'),
    );
    assert.match(treeText(info, 2), /^.*x\/\n.*a\/\n {2}and 3 more \(--files all shows them\)\n$/);
  });

  it('marks executables and links', () => {
    const metainfo = parseFolder([
      { attr: 'x', length: 50, path: ['run'] },
      { attr: 'hl', length: 0, path: ['sub', 'link'], 'symlink path': ['run'] },
      { length: 50, path: ['z'] },
    ]);
    const { files = [] } = torrentFactsWithFiles(metainfo);
    assert.match(treeText(metainfo.info, 100), / run\*\n.* sub\/\n.* link -> run\n/);
    assert.deepEqual(files[1], {
      path: 'a.bin/sub/link',
      lengthBytes: 0,
      piecesRoot: undefined,
      executable: undefined,
      hidden: true,
      linkTarget: 'a.bin/run',
    });
  });

  it('has all that a torrent can say', () => {
    const metainfo = parse(
      {
        private: 1,
        source: 'S',
        similar: [new Uint8Array(20).fill(1)],
        collections: ['c'],
        'update-url': 'http://u.example/',
      },
      {
        'announce-list': [['http://a.example/1', 'http://a.example/2'], ['udp://b.example:1']],
        'url-list': 'http://w.example/a',
        httpseeds: ['http://h.example/'],
        nodes: [
          ['dht.example', 6881],
          ['2001:db8::1', 1],
        ],
        comment: 'hi',
        'created by': 'me',
        'creation date': 0,
      },
    );
    assert.equal(
      `${factsText(torrentFacts(metainfo))}${filesText(metainfo.info, 100)}`
        .split('\n')
        .filter((line) => !/^(Info-hash|Magnet)/.test(line))
        .join('\n'),
      `Name:         a.bin
Version:      v1
Size:         100 B (100 bytes)
Pieces:       1 of 16 KiB (16384 bytes)
Private:      yes
Source:       S
Trackers:     http://a.example/1, http://a.example/2
              udp://b.example:1
Web seeds:    http://w.example/a
HTTP seeds:   http://h.example/
DHT nodes:    dht.example:6881
              [2001:db8::1]:1
Similar:      ${'01'.repeat(20)}
Collections:  c
Update URL:   http://u.example/
Comment:      hi
Created by:   me
Created:      1970-01-01T00:00:00.000Z
Files:        1
      100 B  a.bin
`,
    );
  });

  it('lets no name play tricks with the terminal', () => {
    const hostile = parseFolder([{ length: 100, path: ['a\u202egpj.exe'] }], { source: 'x\u001b[2Jy\nz' });
    const text = `${factsText(torrentFacts(hostile))}${filesText(hostile.info, 100)}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    assert.doesNotMatch(text, /[\u0000-\u0009\u001b\u202e]/);
    assert.match(text, /^Source: {7}x\ufffd\[2Jy\ufffdz$/m);
  });

  it('warns of what is not canonical', () => {
    const { warnings } = torrentFacts(parseRaw(rawInfo, '1:z0:', ''));
    assert.deepEqual(
      warnings?.map(({ code }) => code),
      ['WARN_NOT_CANONICAL'],
    );
    assert.match(
      factsText(torrentFacts(parseRaw(rawInfo, '1:z0:', ''))),
      /^Warning: {6}outside of its info dictionary/m,
    );
  });

  for (const [version, topics] of [
    ['v1', `xt=urn:btih:${'ab'.repeat(20)}`],
    ['v2', `xt=urn:btmh:1220${'cd'.repeat(32)}`],
    ['hybrid', `xt=urn:btih:${'ab'.repeat(20)}&xt=urn:btmh:1220${'cd'.repeat(32)}`],
  ] as const)
    it(`reads a magnet link of a ${version} torrent`, () => {
      const link = `magnet:?${topics}&dn=n&xl=5&tr=http%3A%2F%2Fa.example%2F&x.pe=1.2.3.4:5`;
      const facts = magnetFacts(parseMagnet(link));
      assert.deepEqual([facts.version, facts.magnet, facts.peers], [version, link, ['1.2.3.4:5']]);
      assert.equal(/^Info-hash: /m.test(factsText(facts)), version !== 'v2');
      assert.equal(/^Info-hash v2: /m.test(factsText(facts)), version !== 'v1');
    });
});
