import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { diffTorrents, type TorrentDiff } from '../../../../src/builder/diff/diff-torrents.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { parse, parseFolder, parseRaw, rawInfo } from '../../bittorrent/metainfo/fixtures.ts';
import { type Contents, make } from '../../bittorrent/metainfo/v2-fixtures.ts';

const PIECE = 16_384;
const [ONE, TWO, THREE] = [randomBytesOf(1, 6 * PIECE), randomBytesOf(2, 100), randomBytesOf(3, 3 * PIECE)];

/** The difference between torrents of two sets of files. */
function diffOf(
  [a, versionA, pieceA = PIECE]: readonly [Contents, TorrentVersion, number?],
  [b, versionB, pieceB = PIECE]: readonly [Contents, TorrentVersion, number?],
): TorrentDiff {
  return diffTorrents(
    make(a, { name: 'x', version: versionA, pieceLength: pieceA }),
    make(b, { name: 'x', version: versionB, pieceLength: pieceB }),
  );
}

/** The files as words. */
const filesOf = ({ files }: TorrentDiff): readonly string[] =>
  files.map((file) =>
    file.kind === 'renamed'
      ? `renamed ${file.oldPath.join('/')} ${file.path.join('/')}`
      : `${file.kind} ${file.path.join('/')}`,
  );

/** A copy with one byte changed. */
function spoilt(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('diffTorrents', () => {
  for (const version of ['v1', 'v2', 'hybrid'] as const) {
    it(`finds no difference between equal ${version} torrents`, () => {
      const diff = diffOf([{ a: ONE, b: TWO }, version], [{ a: ONE, b: TWO }, version]);
      assert.deepEqual(
        [diff.isSame, diff.isSameInfoHash, diff.content, diff.sameFiles],
        [true, true, 'same', 2],
      );
      assert.deepEqual([diff.files, diff.fetch?.basis, diff.fetch?.fetchBytes], [[], 'info-hash', 0]);
    });

    it(`finds what was added, removed, renamed and changed in ${version} torrents`, () => {
      const diff = diffOf(
        [{ a: ONE, b: THREE, c: TWO }, version],
        [{ a: spoilt(ONE, PIECE), d: THREE, e: randomBytesOf(4, 7) }, version],
      );
      assert.equal(diff.content, 'different');
      assert.deepEqual(filesOf(diff), ['changed a', 'renamed b d', 'removed c', 'added e']);
      const basis = version === 'v1' ? 'v1' : 'v2';
      assert.deepEqual([diff.fetch?.basis, diff.fetch?.fetchBytes], [basis, PIECE + 7]);
      assert.deepEqual(
        diff.fetch?.files.map(({ path, fetchBytes }) => [path.join('/'), fetchBytes]),
        [
          ['a', PIECE],
          ['e', 7],
        ],
      );
    });
  }

  it('finds equal pieces of v2 files wherever they lie', () => {
    const shuffled = Buffer.concat([
      THREE.subarray(0, PIECE),
      randomBytesOf(9, PIECE),
      ONE.subarray(2 * PIECE),
    ]);
    const { fetch } = diffOf([{ a: ONE, b: THREE }, 'v2'], [{ z: shuffled }, 'v2']);
    assert.deepEqual([fetch?.totalBytes, fetch?.fetchBytes], [6 * PIECE, PIECE]);
  });

  it('compares v2 torrents of different piece lengths, by the nodes that they have in common', () => {
    const changed = spoilt(ONE, 5 * PIECE);
    for (const [pieceA, pieceB] of [
      [PIECE, 2 * PIECE],
      [2 * PIECE, PIECE],
    ] as const) {
      const same = diffOf([{ a: ONE, b: TWO }, 'v2', pieceA], [{ a: ONE, b: TWO }, 'hybrid', pieceB]);
      assert.deepEqual([same.content, same.isSame, same.fetch?.fetchBytes], ['same', false, 0]);
      const other = diffOf([{ a: ONE }, 'v2', pieceA], [{ a: changed }, 'v2', pieceB]);
      assert.deepEqual([other.content, other.fetch?.fetchBytes], ['different', 2 * PIECE]);
    }
  });

  it('fetches whole what is shorter than the longer of the pieces', () => {
    const { fetch } = diffOf([{ a: ONE }, 'v2', 8 * PIECE], [{ a: spoilt(ONE, 0) }, 'v2']);
    assert.equal(fetch?.fetchBytes, 6 * PIECE);
  });

  it('says nothing of v1 torrents with pieces of different lengths', () => {
    const diff = diffOf([{ a: ONE, b: TWO }, 'v1'], [{ a: ONE, c: TWO }, 'v1', 2 * PIECE]);
    assert.deepEqual([diff.fetch, diff.content], [undefined, 'different']);
    assert.deepEqual(filesOf(diff), ['unknown a', 'removed b', 'added c']);
    assert.deepEqual(
      diff.fields.map(({ field, isInInfo }) => [field, isInInfo]),
      [['pieceLength', true]],
    );
  });

  it('does not take one version for another', () => {
    const diff = diffOf([{ a: ONE, b: new Uint8Array() }, 'v1'], [{ a: ONE, b: new Uint8Array() }, 'v2']);
    assert.deepEqual(
      [diff.content, filesOf(diff), diff.sameFiles, diff.fetch],
      ['unknown', ['unknown a'], 1, undefined],
    );
    const hybrid = diffOf([{ a: ONE }, 'v1'], [{ a: ONE }, 'hybrid']);
    assert.deepEqual([hybrid.content, hybrid.fetch?.basis, hybrid.fetch?.fetchBytes], ['same', 'v1', 0]);
  });

  it('is unsure of v1 files whose shared piece differs, and of those that moved within their pieces', () => {
    const shared = diffOf([{ a: TWO, b: ONE }, 'v1'], [{ a: spoilt(TWO, 1), b: ONE }, 'v1']);
    assert.deepEqual(filesOf(shared), ['unknown a', 'unknown b']);
    assert.equal(shared.content, 'unknown');
    assert.equal(shared.fetch?.fetchBytes, PIECE);
    const moved = diffOf([{ a: TWO, b: ONE }, 'v1'], [{ a: TWO.subarray(1), b: ONE }, 'v1']);
    assert.deepEqual(filesOf(moved), ['changed a', 'unknown b']);
    assert.equal(moved.fetch?.fetchBytes, ONE.length + 99, 'every piece is another');
  });

  it('goes by SHA-1 of pieces where a hybrid has lost its piece layers', () => {
    const options = { name: 'x', version: 'hybrid', pieceLength: PIECE } as const;
    const [a, b] = [make({ a: ONE, b: TWO }, options), make({ a: spoilt(ONE, 0), b: TWO }, options)];
    const { pieceLayers: _lost, ...bare } = b;
    const diff = diffTorrents(a, bare);
    assert.deepEqual(
      [filesOf(diff), diff.fetch?.basis, diff.fetch?.fetchBytes],
      [['changed a'], 'v1', PIECE],
    );
  });

  it('tells files of the same data apart, each once', () => {
    const diff = diffOf([{ a: ONE, b: ONE }, 'v2'], [{ c: ONE, d: ONE, e: ONE }, 'v2']);
    assert.deepEqual(filesOf(diff), ['renamed a c', 'renamed b d', 'added e']);
    assert.equal(diff.fetch?.fetchBytes, 0);
  });

  it('never calls empty files renamed', () => {
    const empty = new Uint8Array();
    assert.deepEqual(filesOf(diffOf([{ a: empty, z: TWO }, 'v2'], [{ b: empty, z: TWO }, 'v2'])), [
      'removed a',
      'added b',
    ]);
  });

  it('knows another version of a single file by its place', () => {
    assert.deepEqual(filesOf(diffOf([{ '': ONE }, 'v2'], [{ '': spoilt(ONE, 0) }, 'v2'])), ['changed ']);
  });

  it('names the fields that differ, and the unknown keys', () => {
    const diff = diffTorrents(
      parse({ source: 'A', entropy: 1, same: 5 }, { comment: 'x', announce: 'http://a.example/' }),
      parse({ private: 1, entropy: 2, same: 5, extra: 'y' }, { comment: 'y' }),
    );
    assert.deepEqual(
      diff.fields.map(({ field }) => field),
      ['isPrivate', 'source', 'trackers', 'comment'],
    );
    assert.deepEqual(
      [diff.otherInfoKeys, diff.content, diff.fetch?.fetchBytes],
      [['entropy', 'extra'], 'same', 0],
    );
  });

  it('sees attributes and links', () => {
    const diff = diffTorrents(
      parseFolder([
        { length: 50, path: ['run'] },
        { length: 50, path: ['z'] },
        { attr: 'l', length: 0, path: ['l'], 'symlink path': ['z'] },
      ]),
      parseFolder([
        { attr: 'x', length: 50, path: ['run'] },
        { length: 50, path: ['z'] },
        { attr: 'l', length: 0, path: ['l'], 'symlink path': ['run'] },
      ]),
    );
    assert.deepEqual(filesOf(diff), ['attributes run', 'changed l']);
  });

  it('sees that one torrent was written in two ways', () => {
    const other = `d4:name5:a.bin6:lengthi100e12:piece lengthi16384e6:pieces20:${'a'.repeat(20)}e`;
    const diff = diffTorrents(parseRaw(rawInfo), parseRaw(other));
    assert.deepEqual([diff.isSame, diff.isSameInfoHash, diff.content], [false, false, 'same']);
    assert.deepEqual([diff.fields, diff.files, diff.otherInfoKeys, diff.fetch?.fetchBytes], [[], [], [], 0]);
  });
});
