import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runProcess } from '../../support/processes.ts';

const megabyte = 1_000_000;

/** Parses one of the messages in a process whose heap has 128 MiB: more would end it. */
async function parseInSmallHeap(
  name: string,
  parser: 'metainfo' | 'decode',
): Promise<{ readonly outcome: string; readonly taken: number; readonly length: number }> {
  const script = join(import.meta.dirname, 'hostile-messages.ts');
  const args = ['--expose-gc', '--max-old-space-size=128', script, name, parser];
  const { stdout } = await runProcess(process.execPath, args);
  return JSON.parse(stdout);
}

describe('a hostile message costs little memory', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['lists', /nested deeper/],
    ['dictionaries', /nested deeper/],
    ['number', /malformed/],
    ['digits', /too large/],
    ['promised length', /longer than the message/],
    ['files that are empty strings', /no file/],
    ['ballast in every file', /listed twice/],
    ['a million keys', /more than 65536 keys/],
  ];
  for (const [name, reason] of cases)
    it(`as a metainfo file: ${name}`, async () => {
      const { outcome, taken } = await parseInSmallHeap(name, 'metainfo');
      assert.match(outcome, reason);
      assert.ok(taken < 40 * megabyte, `it took ${taken} bytes`);
    });

  it('when it is decoded as a whole: the limit on items ends it', async () => {
    const { outcome, taken } = await parseInSmallHeap('empty strings', 'decode');
    assert.match(outcome, /more than 250000 items/);
    assert.ok(taken < 10 * megabyte, `it took ${taken} bytes`);
  });
});

describe('a large metainfo file', () => {
  it('costs its own size once more, for the info dictionary', async () => {
    const { outcome, taken, length } = await parseInSmallHeap('sixty megabytes of pieces', 'metainfo');
    assert.equal(outcome, 'parsed');
    assert.ok(taken < 1.2 * length, `it took ${taken} bytes for ${length}`);
  });

  it('costs not more than three times its size when it is decoded as a whole', async () => {
    const { outcome, taken, length } = await parseInSmallHeap('sixty megabytes of pieces', 'decode');
    assert.equal(outcome, 'parsed');
    assert.ok(taken < 3 * length, `it took ${taken} bytes for ${length}`);
  });

  it('may have paths of a hundred folders', async () => {
    const { outcome, taken } = await parseInSmallHeap('deep paths', 'metainfo');
    assert.equal(outcome, 'parsed');
    assert.ok(taken < 100 * megabyte, `it took ${taken} bytes`);
  });
});
