import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readHashList } from '../../../../src/tracker/access/hash-list-file.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const [A, B, C] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(20)) as [string, string, string];

/** What a file with this text says: its info-hashes, sorted, and its bad lines. */
async function listed(
  t: TestContext,
  text: string | Uint8Array,
): Promise<{ hashes: string[]; bad: string[] }> {
  const path = join(await makeTempFolder(t), 'list.txt');
  await writeFile(path, text);
  const { hashes, badLines } = await readHashList(path);
  const found = [...hashes].map((hash) => Buffer.from(hash).toString('hex')).sort();
  return { hashes: found, bad: badLines.first.map(({ line, text: shown }) => `${line}: ${shown}`) };
}

describe('a list of info-hashes', () => {
  it('has one a line, in either case, with LF or CRLF, with or without an end of the last line', async (t) => {
    for (const text of [`${A}\n${B}\n`, `${A}\r\n${B}\r\n`, `${A.toUpperCase()}\n\n${B}`])
      assert.deepEqual(await listed(t, text), { hashes: [A, B], bad: [] });
  });

  it('may have comments, empty lines, blanks, notes behind a hash, and a byte order mark', async (t) => {
    const text = `\ufeff${A}\n# taken down\n-----\n\n   \t\n  ${B} reported 2024\n${C}# note\n`;
    assert.deepEqual(await listed(t, text), { hashes: [A, B, C], bad: [] });
  });

  it('may have the 64 digits of v2 info-hashes, of which 40 count', async (t) => {
    assert.deepEqual(await listed(t, `${A}${'0'.repeat(24)}\n`), { hashes: [A], bad: [] });
  });

  it('tells of bad lines by number, and the rest counts', async (t) => {
    const text = `${A}\n${A}a\nabc\nhello\n${B}x\n${'f'.repeat(63)}\n${B}\n\u0007\n`;
    const { hashes, bad } = await listed(t, text);
    assert.deepEqual(hashes, [A, B]);
    assert.deepEqual(
      bad.map((line) => line.split(':')[0]),
      ['2', '3', '4', '5', '6', '8'],
    );
    assert.equal(bad[1], '3: "abc"');
    assert.ok(!bad.join('').includes('\u0007'));
  });

  it('counts all bad lines, but keeps the first ten', async (t) => {
    const path = join(await makeTempFolder(t), 'list.txt');
    await writeFile(path, 'x\n'.repeat(1000));
    const { badLines } = await readHashList(path);
    assert.deepEqual([badLines.count, badLines.first.length], [1000, 10]);
  });

  it('passes over a line of any length, and reads the next', async (t) => {
    const { hashes, bad } = await listed(t, `${'z'.repeat(3_000_000)}\n${A}\n# ${'c'.repeat(200_000)}\n${B}`);
    assert.deepEqual(hashes, [A, B]);
    assert.equal(bad.length, 1);
    assert.ok((bad[0] ?? '').length < 100);
  });

  it('of a million is read in pieces, and takes 48 MB at most', async (t) => {
    const path = join(await makeTempFolder(t), 'list.txt');
    const count = 1_000_000;
    const text = Buffer.alloc(count * 41);
    for (let i = 0; i < count; i++) text.write(`${i.toString(16).padStart(40, '0')}\n`, i * 41, 'latin1');
    await writeFile(path, text);
    let turns = 0;
    const turn = setInterval(() => turns++, 1);
    const { hashes, badLines } = await readHashList(path);
    clearInterval(turn);
    assert.deepEqual([hashes.size, badLines.count], [count, 0]);
    assert.ok(hashes.bytesUsed <= 48_000_000, `${hashes.bytesUsed} bytes`);
    assert.ok(turns > 20, `others had ${turns} turns`);
    assert.ok(hashes.has(Buffer.from((999_999).toString(16).padStart(40, '0'), 'hex')));
    assert.ok(!hashes.has(Buffer.from(count.toString(16).padStart(40, '0'), 'hex')));
  });
});
