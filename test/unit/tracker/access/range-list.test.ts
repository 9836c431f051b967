import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AccessFileError } from '../../../../src/tracker/access/access-file-error.ts';
import { formatAddressRange } from '../../../../src/tracker/access/address-range.ts';
import { AddressRanges } from '../../../../src/tracker/access/address-ranges.ts';
import { readRangeLine } from '../../../../src/tracker/access/range-line.ts';
import { readRangeList } from '../../../../src/tracker/access/read-range-list.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { address } from '../tracker-fixture.ts';

async function listOf(t: TestContext, content: string | Uint8Array, name = 'list.txt') {
  const path = join(await makeTempFolder(t), name);
  await writeFile(path, content);
  const { columns, badLines } = await readRangeList(path);
  const ranges = new AddressRanges(columns);
  const has = (text: string): boolean => {
    const bytes = address(text);
    return ranges.has(bytes, 0, bytes.length);
  };
  return { ranges, badLines, has };
}

describe('a line of a list of addresses', () => {
  for (const [line, expected] of [
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7 # a note', '192.0.2.7'],
    ['1.10.16.0/20 ; SBL256894', '1.10.16.0/20'],
    ['  192.0.2.0 - 192.0.2.255  ', '192.0.2.0/24'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:db8::1-2001:db8::9', '2001:db8::1-2001:db8::9'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['Some company, Inc: a division-1.2.4.0-1.2.4.255', 'bad'],
    ['Some company, Inc: a division:1.2.4.0-1.2.4.255', '1.2.4.0/24'],
    ['http://example.org/a-b:3.0.0.4-3.0.0.4', '3.0.0.4'],
    ['Six:2001:db8::-2001:db8::ff', '2001:db8::/120'],
    ['001.002.003.004 - 001.002.003.008 , 000 , Some, name', '1.2.3.4-1.2.3.8'],
    ['1.2.3.4-1.2.3.8 ,100, name', '1.2.3.4-1.2.3.8'],
    ['1.2.3.4 - 1.2.3.8 , 200 , let through', 'nothing'],
    ['010.000.000.000/8', '10.0.0.0/8'],
    ['', 'nothing'],
    ['  \t', 'nothing'],
    ['# 10.0.0.0/8', 'nothing'],
    ['; 10.0.0.0/8', 'nothing'],
    ['// 10.0.0.0/8', 'nothing'],
    ['10.0.0.0/33', 'bad'],
    ['10.0.0.0/', 'bad'],
    ['10.0.0/8', 'bad'],
    ['256.0.0.1', 'bad'],
    ['1.2.3.8-1.2.3.4', 'bad'],
    ['1.2.3.4-2001:db8::1', 'bad'],
    ['::ffff:10.0.0.0/8', 'bad'],
    ['fe80::1%eth0', 'bad'],
    ['hello', 'bad'],
  ] as const)
    it(`${JSON.stringify(line)} is ${expected}`, () => {
      const range = readRangeLine(line);
      assert.equal(typeof range === 'string' ? range : formatAddressRange(range), expected);
    });
});

describe('a list of addresses', () => {
  const TEXT = 'Bad:1.2.3.4-1.2.3.8\r\nrubbish\r\n10.0.0.0/8\r\n2001:db8::/32';

  it('is read in a thread of its own, with all of its formats', async (t) => {
    const { ranges, badLines, has } = await listOf(t, `\ufeff${TEXT}`);
    assert.equal(ranges.size, 3);
    assert.deepEqual(badLines, { count: 1, first: [{ line: 2, text: '"rubbish"' }] });
    for (const denied of ['1.2.3.4', '1.2.3.8', '10.255.255.255', '2001:db8:ffff::1'])
      assert.ok(has(denied), denied);
    for (const free of ['1.2.3.3', '1.2.3.9', '11.0.0.0', '9.255.255.255', '2001:db9::'])
      assert.ok(!has(free), free);
  });

  it('may be packed with gzip, whatever its name is, and in several members', async (t) => {
    assert.equal((await listOf(t, gzipSync(TEXT), 'list.gz')).ranges.size, 3);
    const members = Buffer.concat([gzipSync('10.0.0.0/8\n'), gzipSync('11.0.0.1\n')]);
    assert.ok((await listOf(t, members)).has('11.0.0.1'));
  });

  it('that is empty, or has one byte, denies nobody', async (t) => {
    assert.equal((await listOf(t, '')).ranges.size, 0);
    assert.equal((await listOf(t, '\n')).ranges.size, 0);
  });

  it('that is missing, or badly packed, is an error that names it', async (t) => {
    await assert.rejects(readRangeList('/nowhere/list'), (error: Error) => {
      assert.ok(error instanceof AccessFileError);
      assert.equal(error.message, 'the access list /nowhere/list does not exist');
      return true;
    });
    await assert.rejects(listOf(t, gzipSync(TEXT).subarray(0, 40)), /list\.txt cannot be read/);
  });

  it('is given up when it is no longer wanted', async (t) => {
    const path = join(await makeTempFolder(t), 'list.txt');
    await writeFile(path, '10.0.0.0/8\n'.repeat(200_000));
    const stopping = new AbortController();
    const reading = readRangeList(path, stopping.signal);
    stopping.abort();
    await assert.rejects(reading, /its thread was stopped/);
  });

  it('of 300 000 ranges in any order is read while others work', async (t) => {
    const count = 300_000;
    const text = Array.from({ length: count }, (_, i) => {
      const n = (i * 7919) % count;
      const start = `${1 + ((n >> 16) & 0x7f)}.${(n >> 8) & 0xff}.${n & 0xff}`;
      return `name ${i}:${start}.0-${start}.${1 + (n % 200)}`;
    }).join('\n');
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { ranges, badLines, has } = await listOf(t, text);
    clearInterval(timer);
    assert.deepEqual([ranges.size, badLines.count], [count, 0]);
    assert.ok(ranges.bytesUsed <= count * 8);
    assert.ok(has('1.0.1.0') && !has('1.0.1.250'));
    assert.ok(turns > 10, `${turns} turns`);
  });
});
