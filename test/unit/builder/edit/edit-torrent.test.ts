import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BencodeInput, encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { editTorrent, type TorrentChanges } from '../../../../src/builder/edit/edit-torrent.ts';
import { BuilderError } from '../../../../src/builder/hashing/errors.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { type Members, rawInfo, single } from '../../bittorrent/metainfo/fixtures.ts';
import { makeBytes } from '../../bittorrent/metainfo/v2-fixtures.ts';

/** The bytes of a torrent with these keys around its info dictionary, and those in it. */
function bytesOf(root: Members = {}, info: Members = {}): Uint8Array {
  return encodeBencode({ ...root, info: { ...single, ...info } as BencodeInput });
}

const A = 'http://a.example/announce';
const B = 'udp://b.example:6969/announce';
const C = 'https://c.example/announce';
const FULL: Members = {
  announce: A,
  'announce-list': [[A, B], [C]],
  'url-list': ['http://w.example/one'],
  httpseeds: ['http://h.example/two'],
  comment: 'old',
  'created by': 'me',
  'creation date': 5,
  nodes: [['dht.example', 1]],
};

describe('editTorrent', () => {
  for (const [what, changes, field, after] of [
    ['puts trackers in the place of all others', { announceTiers: [[B], [C]] }, 'trackers', [[B], [C]]],
    ['takes all trackers away', { announceTiers: [] }, 'trackers', []],
    [
      'adds tiers, and no URL twice',
      { addTiers: [['http://d.example/', A, 'http://d.example/'], [C], ['http://d.example/']] },
      'trackers',
      [[A, B], [C], ['http://d.example/']],
    ],
    ['removes a tracker by its URL', { removeTrackers: [B] }, 'trackers', [[A], [C]]],
    [
      'removes the trackers of a host',
      { removeTrackers: ['A.example', 'b.example:6969'] },
      'trackers',
      [[C]],
    ],
    [
      'replaces texts within URLs of trackers',
      { replaceInUrls: [{ from: '/announce', to: '/$&/x' }] },
      'trackers',
      [[A, B], [C]].map((tier) => tier.map((url) => `${url.slice(0, -9)}/$&/x`)),
    ],
    [
      'replaces texts within web seeds',
      { replaceInUrls: [{ from: '/one', to: '/1' }] },
      'webSeeds',
      ['http://w.example/1'],
    ],
    [
      'replaces texts within HTTP seeds',
      { replaceInUrls: [{ from: 'two', to: '2' }] },
      'httpSeeds',
      ['http://h.example/2'],
    ],
    [
      'adds and removes web seeds',
      { addWebSeeds: ['ftp://x.example/'], removeWebSeeds: ['w.example'] },
      'webSeeds',
      ['ftp://x.example/'],
    ],
    ['takes HTTP seeds away', { httpSeeds: [] }, 'httpSeeds', []],
    ['sets DHT nodes', { dhtNodes: [{ host: '::1', port: 2 }] }, 'dhtNodes', ['[::1]:2']],
    ['sets the comment', { comment: 'new' }, 'comment', 'new'],
    ['takes the comment away', { comment: null }, 'comment', null],
    ['sets the program', { createdBy: 'you' }, 'createdBy', 'you'],
    ['takes the date away', { creationDate: null }, 'creationDate', null],
    ['sets the date', { creationDate: 7 }, 'creationDate', 7],
  ] as const satisfies readonly (readonly [string, TorrentChanges, string, unknown])[])
    it(`${what}, and the info-hash stays`, () => {
      const edited = editTorrent(bytesOf(FULL), changes);
      assert.deepEqual(
        edited.changes.map((change) => [change.field, change.after, change.isInInfo]),
        [[field, after, false]],
      );
      assert.deepEqual([edited.isChanged, edited.isNewInfoHash, edited.notes], [true, false, []]);
      assert.equal(toHex(edited.after.infoBytes), toHex(edited.before.infoBytes));
    });

  for (const [what, changes, field] of [
    ['private', { isPrivate: true }, 'isPrivate'],
    ['a source', { source: 'X' }, 'source'],
    ['another name', { name: 'b.bin' }, 'name'],
  ] as const)
    it(`makes another torrent of one that gets ${what}`, () => {
      const edited = editTorrent(bytesOf(FULL), changes);
      assert.deepEqual(
        edited.changes.map((change) => [change.field, change.isInInfo]),
        [[field, true]],
      );
      assert.equal(edited.isNewInfoHash, true);
      assert.notDeepEqual(edited.after.infoHash, edited.before.infoHash);
    });

  it('lets odd URLs stand that it is not asked to change', () => {
    const odd = { httpseeds: ['ftp://h.example/two', 'http://h.example/one'] };
    const { torrent, after } = editTorrent(bytesOf(odd), { comment: 'new' });
    assert.deepEqual(torrent, bytesOf({ ...odd, comment: 'new' }));
    assert.deepEqual(after.httpSeeds, odd.httpseeds);
    const replaceInUrls = [{ from: 'h.example', to: 'i.example' }];
    assert.throws(
      () => editTorrent(bytesOf(odd), { replaceInUrls }),
      /"ftp:.*is not the URL of an HTTP seed/,
    );
  });

  it('takes private and source away as if they had never been', () => {
    const edited = editTorrent(bytesOf({}, { private: 1, source: 'X' }), { isPrivate: false, source: null });
    assert.equal(toHex(edited.torrent), toHex(bytesOf()));
  });

  it('gives back the very bytes when nothing changes', () => {
    const bytes = bytesOf(FULL);
    for (const changes of [
      {},
      { comment: 'old', creationDate: 5, isPrivate: false, source: null, name: 'a.bin' },
      { announceTiers: [[A, B], [C]], addTiers: [[A]], addWebSeeds: ['http://w.example/one'] },
    ]) {
      const edited = editTorrent(bytes, changes);
      assert.deepEqual([edited.isChanged, edited.changes, edited.torrent === bytes], [false, [], true]);
    }
  });

  it('keeps what it does not know byte for byte, and puts the keys in order', () => {
    const odd = 'd1:bi007e1:ai1ee'; // not canonical, but nobody’s business
    const bytes = Buffer.from(`d1:z${odd}4:info${rawInfo}3:abc3:\u00ff\u0000x7:comment1:xe`, 'latin1');
    const edited = editTorrent(bytes, { comment: 'y' });
    assert.equal(
      Buffer.from(edited.torrent).toString('latin1'),
      `d3:abc3:\u00ff\u0000x7:comment1:y4:info${rawInfo}1:z${odd}e`,
    );
    assert.deepEqual(
      edited.notes.map(({ code }) => code),
      ['NOTE_ORDER_MENDED'],
    );
  });

  it('leaves an info dictionary that is not canonical alone, unless it changes it', () => {
    const info = `d5:x_trad1:bi1e1:ai02ee4:name5:a.bin6:lengthi0100e12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`;
    const bytes = Buffer.from(`d4:info${info}e`, 'latin1');
    const outside = editTorrent(bytes, { comment: 'x' });
    assert.deepEqual([outside.isNewInfoHash, outside.notes], [false, []]);
    assert.equal(Buffer.from(outside.after.infoBytes).toString('latin1'), info);
    const inside = editTorrent(bytes, { source: 'x' });
    assert.equal(
      Buffer.from(inside.after.infoBytes).toString('latin1'),
      `d6:lengthi100e4:name5:a.bin12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}6:source1:x5:x_trad1:ai2e1:bi1eee`,
    );
    assert.deepEqual(
      [inside.notes.map(({ code }) => code), inside.after.warnings],
      [['NOTE_INFO_MENDED'], []],
    );
  });

  it('leaves out bytes behind the end, which nobody reads, and says so', () => {
    const bytes = Buffer.concat([bytesOf(), Buffer.from('\n')]);
    const edited = editTorrent(bytes, { comment: 'x' });
    assert.deepEqual(
      [edited.notes.map(({ code }) => code), edited.after.warnings],
      [['NOTE_TRAILING_BYTES_DROPPED'], []],
    );
    assert.equal(editTorrent(bytes, {}).torrent, bytes);
  });

  it('changes a text that is written twice in both places', () => {
    const { after } = editTorrent(
      bytesOf({ comment: 'a', 'comment.utf-8': 'b' }, { 'name.utf-8': 'a.bin' }),
      {
        comment: 'c',
        name: 'n',
      },
    );
    assert.deepEqual([after.comment, after.info.name], ['c', 'n']);
  });

  it('drops what is no URL when the list is written anew, and says so', () => {
    const edited = editTorrent(bytesOf({ 'url-list': ['http://w.example/', 'nonsense'] }), {
      webSeeds: ['http://w.example/'],
    });
    assert.deepEqual([edited.isChanged, edited.changes], [true, []]);
    assert.deepEqual(
      edited.notes.map(({ code }) => code),
      ['NOTE_NO_URLS_DROPPED'],
    );
  });

  it('notes what a private torrent should not have, and what it should', () => {
    const codes = editTorrent(bytesOf(FULL), { isPrivate: true, announceTiers: [] }).notes.map(
      ({ code }) => code,
    );
    assert.deepEqual(codes, ['NOTE_PRIVATE_WITH_NODES', 'NOTE_PRIVATE_WITHOUT_TRACKERS']);
  });

  for (const version of ['v2', 'hybrid'] as const)
    for (const contents of [
      { '': randomBytesOf(1, 40_000) },
      { a: randomBytesOf(1, 40_000), b: randomBytesOf(2, 5) },
    ])
      it(`edits a ${version} torrent of ${Object.keys(contents).length}, its layers and all`, () => {
        const bytes = makeBytes(contents, { name: 'x', pieceLength: 16_384, version });
        const edited = editTorrent(bytes, { name: 'ünicode', source: 's', comment: 'c' });
        assert.deepEqual(edited.after.info.files, edited.before.info.files);
        assert.deepEqual(
          [edited.after.info.name, edited.after.info.isMultiFile],
          ['ünicode', 'a' in contents],
        );
        assert.notDeepEqual(edited.after.infoHashV2, edited.before.infoHashV2);
        assert.deepEqual(edited.after.pieceLayers, edited.before.pieceLayers);
        assert.deepEqual(edited.after.warnings, []);
        assert.equal(
          toHex(editTorrent(edited.torrent, { name: 'x', source: null, comment: null }).torrent),
          toHex(bytes),
        );
      });

  for (const [changes, message] of [
    [{ announceTiers: [['htp://x']] }, /is not an announce URL/],
    [{ addTiers: [['']] }, /is not an announce URL/],
    [{ webSeeds: ['udp://x.example'] }, /is not the URL of a web seed/],
    [{ httpSeeds: ['x'] }, /is not the URL of an HTTP seed/],
    [
      { addWebSeeds: Array.from({ length: 1001 }, (_, i) => `http://w.example/${i}`) },
      /can have 1000 URLs of a kind, not 1002/,
    ],
    [{ replaceInUrls: [{ from: 'http', to: 'x' }] }, /is not an announce URL/],
    [{ replaceInUrls: [{ from: 'nowhere', to: 'x' }] }, /"nowhere" is in no URL/],
    [{ replaceInUrls: [{ from: '', to: 'x' }] }, /"" is in no URL/],
    [{ removeTrackers: ['d.example'] }, /"d\.example" is no tracker of the torrent/],
    [{ removeWebSeeds: ['d.example'] }, /"d\.example" is no web seed of the torrent/],
    [{ dhtNodes: [{ host: 'a b', port: 1 }] }, /is not a DHT node/],
    [{ dhtNodes: [{ host: 'a', port: 0 }] }, /is not a DHT node/],
    [{ creationDate: -1 }, /whole number of Unix seconds/],
    [{ name: '../up' }, /a name that no torrent can hold/],
    [{ name: '' }, /a name that no torrent can hold/],
  ] as const)
    it(`refuses ${JSON.stringify(changes).slice(0, 80)}`, () => {
      assert.throws(
        () => editTorrent(bytesOf(FULL), changes),
        (error) => error instanceof BuilderError && message.test(error.message),
      );
    });

  it('refuses to mend a dictionary that has a key twice', () => {
    const info = `d1:xd1:bi1e1:ai2e1:bi3ee4:name5:a.bin6:lengthi100e12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`;
    assert.throws(() => editTorrent(Buffer.from(`d4:info${info}e`, 'latin1'), { source: 'x' }), {
      code: 'ERR_METAINFO',
    });
  });
});
