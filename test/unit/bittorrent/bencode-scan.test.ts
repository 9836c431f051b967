import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachBencodeElement, memberNamed, scanBencode } from '../../../src/bittorrent/bencode-scan.ts';

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const limits = { maxBytes: 1000, maxDepth: 4, maxItems: 10 };

function refuses(text: string, reason: RegExp): void {
  assert.throws(
    () => scanBencode(bytesOf(text), limits),
    (error: { code?: string; message: string }) => error.code === 'ERR_BENCODE' && reason.test(error.message),
    text,
  );
}

describe('scanBencode', () => {
  it('tells where the members of the outermost dictionary lie', () => {
    const bytes = bytesOf('d1:ai1e4:infod1:xi2ee1:zlee');
    const scan = scanBencode(bytes);
    assert.deepEqual(
      scan.members.map(({ key, start, end }) => [
        Buffer.from(key).toString(),
        bytes.toString('latin1', start, end),
      ]),
      [
        ['a', 'i1e'],
        ['info', 'd1:xi2ee'],
        ['z', 'le'],
      ],
    );
    assert.equal(memberNamed(scan, 'info')?.start, 13);
    assert.equal(memberNamed(scan, 'x'), undefined);
    assert.equal(scan.keyCount, 4);
  });

  it('finds no members in other values', () => {
    for (const text of ['i1e', '1:a', 'ld1:ai1eee']) assert.deepEqual(scanBencode(bytesOf(text)).members, []);
  });

  it('calls unsorted keys and leading zeros readable but not canonical', () => {
    const canonical = (text: string): boolean => scanBencode(bytesOf(text)).isCanonical;
    assert.equal(canonical('d1:ai1e1:bi0ee'), true);
    assert.equal(canonical('d1:bi1e1:ai0ee'), false);
    assert.equal(canonical('ld1:bi1e1:ai0eee'), false);
    assert.equal(canonical('i03e'), false);
    assert.equal(canonical('i-03e'), false);
    assert.equal(canonical('04:spam'), false);
  });

  it('refuses bytes behind the end', () => refuses('i1ei2e', /behind its end/));
  it('refuses nothing at all', () => refuses('', /empty/));
  it('refuses what is no bencode', () => {
    for (const text of ['x', 'e', '-1:a', '4 :spam', '<html>']) refuses(text, /malformed/);
  });
  it('refuses malformed numbers', () => {
    for (const text of ['ie', 'i-e', 'i--1e', 'i+1e', 'i1.5e', 'i1', 'i 1e', 'i1-e'])
      refuses(text, /malformed/);
    refuses('i-0e', /minus zero/);
    refuses('i-00e', /minus zero/);
  });
  it('refuses numbers beyond 64 bits', () => {
    refuses('i36893488147419103232e', /too large/);
    refuses(`i${'9'.repeat(400)}e`, /too large/);
    refuses(`${'9'.repeat(400)}:`, /too large/);
  });
  it('refuses strings that are longer than the message', () => {
    for (const text of ['5:spam', '999999999:', '18446744073709551615:x', 'd4:spam'])
      refuses(text, /longer|malformed/);
  });
  it('refuses containers that do not end', () => {
    for (const text of ['l', 'd', 'li1e', 'd1:a', 'd1:ai1e', 'lle']) refuses(text, /malformed/);
  });
  it('refuses a dictionary whose key is no string or has no value', () => {
    refuses('di1ei2ee', /malformed/);
    refuses('dlei2ee', /malformed/);
    refuses('d1:ae', /no value/);
  });
  it('refuses a key that comes twice in the outermost dictionary, wherever', () => {
    refuses('d1:ai1e1:ai2ee', /twice/);
    refuses('d1:bi1e1:ai2e1:bi3ee', /twice/);
  });
  it('holds its limits on bytes, depth and items', () => {
    refuses('x'.repeat(1001), /longer than 1000/);
    refuses('llllleeeee', /deeper than 4/);
    refuses('dd', /malformed/);
    refuses('li1ei1ei1ei1ei1ei1ei1ei1ei1ei1ee', /more than 10 items/);
    assert.equal(scanBencode(bytesOf('lllleeee'), limits).isCanonical, true);
  });
  it('refuses a dictionary with more members than any protocol has', () => {
    const members = Array.from({ length: 70_000 }, (_, i) => `5:${String(i).padStart(5, '0')}0:`).join('');
    assert.throws(() => scanBencode(bytesOf(`d${members}e`)), /more than 65536 keys/);
  });
});

describe('eachBencodeElement', () => {
  it('tells where each element lies, in order', () => {
    const bytes = bytesOf('li1e1:ald1:bi2eee1:ce');
    const found: string[] = [];
    const count = eachBencodeElement(bytes, { ...limits, maxItems: 20 }, (start, end) =>
      found.push(bytes.toString('latin1', start, end)),
    );
    assert.deepEqual(found, ['i1e', '1:a', 'ld1:bi2eee', '1:c']);
    assert.equal(count, 4);
  });

  it('gives undefined for what is no list, and 0 for an empty one', () => {
    assert.equal(
      eachBencodeElement(bytesOf('de'), limits, () => assert.fail('there is no element')),
      undefined,
    );
    assert.equal(
      eachBencodeElement(bytesOf('le'), limits, () => assert.fail('there is no element')),
      0,
    );
  });

  it('ends at what the visitor throws', () => {
    const bytes = bytesOf(`l${'0:'.repeat(8)}e`);
    let visited = 0;
    assert.throws(
      () =>
        eachBencodeElement(bytes, limits, () => {
          visited++;
          throw new RangeError('enough');
        }),
      /enough/,
    );
    assert.equal(visited, 1);
  });
});
