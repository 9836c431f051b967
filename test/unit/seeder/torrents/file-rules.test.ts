import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Info } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { areFileRules, parseFileList, prioritiesFor } from '../../../../src/seeder/torrents/file-rules.ts';
import { FileSelection } from '../../../../src/seeder/torrents/file-selection.ts';

/** A torrent of these files, 100 bytes each, with pieces of 64; a path that begins with `.pad` is a pad file. */
function infoOf(...paths: readonly string[]): Info {
  const files = paths.map((path, index) => ({
    path: path.split('/'),
    length: 100,
    offset: 100 * index,
    isPadding: path.startsWith('.pad'),
  }));
  const length = 100 * paths.length;
  return {
    name: 'sample',
    isMultiFile: true,
    files,
    length,
    pieceLength: 64,
    pieceCount: Math.ceil(length / 64),
  } as unknown as Info; // what a selection looks at
}

const info = infoOf('a.mkv', '.pad/100', 'subs/a.srt', 'subs/b,c.srt', 'b.mkv');

const wanted = (files: string): number[] => {
  const selection = new FileSelection(info, [
    { files: '*', priority: 0 },
    { files, priority: 1 },
  ]);
  return info.files.flatMap((_file, index) => (selection.wantsFile(index) ? [index] : []));
};

test('files are chosen by numbers, which pass over pad files, by ranges and by globs', () => {
  assert.deepEqual(wanted('1'), [2]);
  assert.deepEqual(wanted('0, 2-3'), [0, 3, 4]);
  assert.deepEqual(wanted('*.mkv'), [0, 4]);
  assert.deepEqual(wanted('subs/*'), [2, 3]);
  assert.deepEqual(wanted('{a,b}.mkv,[b],c.srt'.replace('[b],c', 'b\\,c')), [0, 3, 4]);
});

test('the last rule of a file counts, and who is named by none has 1', () => {
  const priorities = prioritiesFor(info, [
    { files: '*.mkv', priority: 0 },
    { files: '3', priority: 7 },
  ]);
  assert.deepEqual([...(priorities ?? [])], [0, 0, 1, 1, 7]);
});

test('rules that change nothing are none', () => {
  assert.equal(prioritiesFor(info, [{ files: '*', priority: 1 }]), undefined);
  assert.equal(new FileSelection(info, []).isPlain, true);
});

test('the name of a torrent of one file is its path', () => {
  const single = { ...infoOf('x'), name: 'film.mkv', isMultiFile: false } as Info;
  assert.equal(new FileSelection(single, [{ files: '*.mkv', priority: 0 }]).wantedBytes, 0);
});

test('a piece is wanted when it touches a file that is, as much as the most wanted of them', () => {
  const selection = new FileSelection(info, [
    { files: '0-2', priority: 0 },
    { files: '1', priority: 3 },
  ]);
  const priorities = Array.from({ length: info.pieceCount }, (_none, piece) => selection.priorityOf(piece));
  assert.deepEqual(priorities, [0, 0, 0, 3, 3, 0, 1, 1]);
  assert.deepEqual([selection.pieceCount, selection.wantedBytes], [4, 200]);
});

for (const [files, message] of [
  ['4', 'there is no file 4: the last is 3'],
  ['3-1', 'the range 3-1 of files ends before it begins'],
  ['*.avi', 'no file of "sample" is named by "*.avi"'],
  ['0,,1', 'the list of files "0,,1" has an empty entry'],
  ['[', 'the files "[" cannot be read'],
] as const)
  test(`${JSON.stringify(files)} is refused, and says why`, () => {
    assert.throws(() => prioritiesFor(info, [{ files, priority: 0 }]), { code: 'ERR_PREFERENCE', message });
  });

test('what is no list of rules is refused', () => {
  const rule = { files: '0', priority: 1 };
  assert.equal(areFileRules([rule]), true);
  for (const value of [{}, 'x', [1], [{ files: '0' }], [{ ...rule, x: 1 }], [{ ...rule, priority: 8 }]])
    assert.equal(areFileRules(value), false);
  assert.equal(areFileRules(Array.from({ length: 1001 }, () => rule)), false);
  assert.equal(areFileRules([{ files: `${'0,'.repeat(40_000)}0`, priority: 1 }]), false);
});

test('property: a list of files is read or refused with a code, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789,-*?[]{}\\/a ') }), (text) => {
      try {
        parseFileList(text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ERR_PREFERENCE');
      }
    }),
  );
});

test('property: a file is wanted if and only if the last rule that names it says so', () => {
  const rule = fc.record({ first: fc.nat(3), count: fc.nat(3), priority: fc.nat(7) });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), (rules) => {
      const expected = [1, 1, 1, 1];
      const texts = rules.map(({ first, count, priority }) => {
        const last = Math.min(3, first + count);
        expected.fill(priority, first, last + 1);
        return { files: `${first}-${last}`, priority };
      });
      const selection = new FileSelection(info, texts);
      const content = info.files.flatMap(({ isPadding }, index) => (isPadding ? [] : [index]));
      assert.deepEqual(
        content.map((index) => selection.wantsFile(index)),
        expected.map((priority) => priority > 0),
      );
    }),
  );
});
