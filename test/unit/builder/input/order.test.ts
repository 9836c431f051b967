import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { byteKey, type FileOrder, sortKeyOf } from '../../../../src/builder/input/order.ts';

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Names sorted as the entries of one folder; those that end in a slash are folders. */
function sorted(order: FileOrder, ...names: string[]): string[] {
  const keyOf = sortKeyOf(order);
  const key = (name: string): string => keyOf(name.replace('/', ''), name.endsWith('/'));
  return names.sort((a, b) => compareKeys(key(a), key(b)));
}

describe('the order of the entries of a folder', () => {
  it('compares texts as their UTF-8 bytes', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'z', 'é', '\ud7ff', '\ue000', '\uffff', '🌱', '\u{10ffff}'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        assert.equal(compareKeys(byteKey(a), byteKey(b)), compareBytes(a, b));
      }),
    );
  });

  it('path: whole paths, in which a slash follows the name of a folder', () => {
    assert.deepEqual(sorted('path', 'a0', 'a/', 'a.txt', 'a b'), ['a b', 'a.txt', 'a/', 'a0']);
  });

  it('tree: names by their bytes', () => {
    assert.deepEqual(sorted('tree', 'a0', 'b', 'a/', 'a.txt', 'Z'), ['Z', 'a/', 'a.txt', 'a0', 'b']);
  });

  it('natural: numbers by their values', () => {
    const names = ['e1', 'e01', 'e2', 'e9a', 'e10', 'e10a/', 'e100', 'f'];
    assert.deepEqual(sorted('natural', ...[...names].reverse()), [
      'e01',
      ...names.filter((name) => name !== 'e01'),
    ]);
  });

  it('gives no two names the same key', () => {
    const name = fc.string({ unit: fc.constantFrom(...'0123ab'), minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom<FileOrder>('path', 'tree', 'natural'), name, name, (order, a, b) => {
        const keyOf = sortKeyOf(order);
        assert.equal(keyOf(a, false) === keyOf(b, false), a === b);
      }),
    );
  });
});
