import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BuilderError } from '../../../../src/builder/hashing/errors.ts';
import { Glob } from '../../../../src/builder/input/glob.ts';

/** A pattern, the paths that it matches, and those that it does not. */
type Case = readonly [pattern: string, matches: readonly string[], others: readonly string[]];

const cases: readonly Case[] = [
  ['*.nfo', ['a.nfo', 'deep/er/b.nfo', '.nfo'], ['a.nfo.txt', 'nfo', 'a.nfo/b', 'A.NFO']],
  ['sample', ['sample', 'a/sample'], ['samples', 'sample/x']],
  ['sample/', ['sample', 'a/sample'], ['samples']],
  ['/sample', ['sample'], ['a/sample']],
  ['./a', ['a'], ['b/a']],
  ['a/*.txt', ['a/b.txt'], ['a/b/c.txt', 'x/a/b.txt', 'b.txt']],
  ['a//b', ['a/b'], ['a']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'b/a/c']],
  ['**/b', ['b', 'a/b', 'a/a/b'], ['b/a', 'ab']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/xb', 'b']],
  ['**/x/**/y', ['x/y', 'a/x/b/y', 'x/x/y/y'], ['y/x']],
  ['a?c', ['abc', 'a🌱c', 'aßc'], ['ac', 'abbc']],
  ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
  ['[!a-c]x', ['dx'], ['ax', 'x']],
  ['[^a]', ['b'], ['a']],
  ['[]a]', [']', 'a'], ['b']],
  ['[a-]', ['a', '-'], ['b']],
  ['[\\]x]', [']', 'x'], ['\\']],
  ['[🌱-🌻]', ['🌲'], ['a']],
  ['{a,b}.txt', ['a.txt', 'x/b.txt'], ['c.txt', '{a,b}.txt']],
  ['{a,b{c,d}}', ['a', 'bc', 'bd'], ['b', 'c']],
  ['{a/b,c}/d', ['a/b/d', 'c/d'], ['b/d']],
  ['x{,.old}', ['x', 'x.old'], ['x.']],
  ['{a}', ['{a}'], ['a']],
  ['{[,]}', ['{,}'], ['[']],
  ['a}b]', ['a}b]'], []],
  ['\\[group\\] *', ['[group] show'], ['g show']],
  ['\\{a,b\\}', ['{a,b}'], ['a']],
  ['\\*', ['*'], ['a']],
  ['a**b', ['ab', 'a-b'], ['a/b']],
  ['**', ['a', '.b', 'c/d'], []],
  ['\ufb00*', ['ﬀx'], ['ffx']],
];

function matches(pattern: string, path: string): boolean {
  return new Glob(pattern).matches(path.split('/'));
}

describe('Glob', () => {
  for (const [pattern, good, others] of cases)
    it(`${pattern} matches ${good.join(' ')}${others.length === 0 ? '' : ' and not '}${others.join(' ')}`, () => {
      for (const path of good) assert.ok(matches(pattern, path), path);
      for (const path of others) assert.ok(!matches(pattern, path), path);
    });

  for (const pattern of ['', '/', './', '//', '[a', 'a[', '[]', '{a,b', '../a', 'a/../b', 'x'.repeat(5000)])
    it(`refuses ${JSON.stringify(pattern.slice(0, 10))} of ${pattern.length} characters, naming it`, () => {
      assert.throws(
        () => new Glob(pattern),
        (error) =>
          error instanceof BuilderError &&
          error.code === 'ERR_OPTION' &&
          error.message.includes(JSON.stringify(pattern).slice(1, 10)),
      );
    });

  it('refuses braces that stand for too many patterns', () => {
    assert.throws(() => new Glob('{a,b}'.repeat(30)), /stands for more than 1000 patterns/);
  });

  it('takes no longer for a pattern that is made to be slow', () => {
    assert.ok(!matches(`${'*a'.repeat(100)}b`, 'a'.repeat(255)));
    assert.ok(!matches(`${'**/a/'.repeat(40)}b`, 'a/'.repeat(99)));
  });

  it('takes any text as a pattern or refuses it', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab*?[]{},!-\\/.🌱') });
    fc.assert(
      fc.property(text, text, (pattern, path) => {
        try {
          new Glob(pattern).matches(path.split('/'));
        } catch (error) {
          assert.ok(error instanceof BuilderError, String(error));
        }
      }),
    );
  });

  it('agrees with the matcher of Node.js', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab.'), minLength: 1, maxLength: 4 });
    const path = fc.array(
      name.filter((text) => !text.startsWith('.')),
      { minLength: 1, maxLength: 4 },
    );
    const part = fc.array(fc.constantFrom('a', 'b', '?', '*', '[ab]', '[!a]', '{a,bb}'), {
      minLength: 1,
      maxLength: 4,
    });
    // "a**b" is left out: the two differ in what it means.
    const texts = part.map((tokens) => tokens.join('').replace(/\*+/g, '*'));
    const pattern = fc.array(fc.oneof(texts, fc.constant('**')), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(pattern, path, (parts, names) => {
        const glob = parts.join('/');
        assert.equal(new Glob(glob).matches(names), posix.matchesGlob(names.join('/'), glob), glob);
      }),
      { numRuns: 1000 },
    );
  });
});
