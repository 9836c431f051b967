import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readHashLine } from '../../../../src/tracker/access/hash-line.ts';
import { ListLines } from '../../../../src/tracker/access/list-lines.ts';

/** What a line is, said with a pattern. */
function slowly(line: string): string {
  const text = line.replace(/^\u00ef\u00bb\u00bf/, '').replace(/^[ \t]+/, '');
  if (text === '' || text.startsWith('#') || text.startsWith('-')) return 'nothing';
  const match = /^((?:[0-9a-f]{40})|(?:[0-9a-f]{64}))(?:$|[ \t#,;])/i.exec(text);
  return match === null ? 'bad' : (match[1] as string).slice(0, 40).toLowerCase();
}

function read(bytes: Uint8Array): string {
  const out = new Uint8Array(20);
  const kind = readHashLine(bytes, 0, bytes.length, out);
  return kind === 'hash' ? Buffer.from(out).toString('hex') : kind;
}

const digits = fc
  .oneof(fc.constantFrom(39, 40, 41, 63, 64, 65), fc.nat(70))
  .chain((length) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: length, maxLength: length }),
  );
const scrap = fc.string({
  unit: fc.constantFrom(' ', '\t', '#', '-', ',', ';', 'g', 'é', '\u0000'),
  maxLength: 3,
});
const line = fc.tuple(scrap, digits, scrap).map((parts) => parts.join(''));

describe('lines of a list of info-hashes', () => {
  it('are read as a pattern would read them', () => {
    fc.assert(
      fc.property(line, (text) => {
        const bytes = Buffer.from(text, 'latin1');
        assert.equal(read(bytes), slowly(bytes.toString('latin1')));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        assert.equal(read(bytes), slowly(Buffer.from(bytes).toString('latin1')));
      }),
    );
  });

  it('are the same however the file is cut into pieces', () => {
    const file = fc.array(fc.string({ maxLength: 12 }), { maxLength: 20 });
    fc.assert(
      fc.property(
        file,
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (lines, end, cuts) => {
          const text = Buffer.from(lines.map((one) => one.replace(/[\r\n]/g, '')).join(end));
          const told = (pieces: Uint8Array[]): string[] => {
            const seen: string[] = [];
            const cutter = new ListLines((bytes, start, stop, number) =>
              seen.push(`${number} ${Buffer.from(bytes.subarray(start, stop)).toString('hex')}`),
            );
            for (const piece of pieces) cutter.feed(piece);
            cutter.end();
            return seen;
          };
          const pieces: Uint8Array[] = [];
          let at = 0;
          for (const cut of cuts) {
            pieces.push(text.subarray(at, at + cut));
            at += cut;
          }
          pieces.push(text.subarray(at));
          const whole = told([text]);
          assert.deepEqual(told(pieces), whole);
          const expected = text.toString('latin1').split('\n');
          if (expected.at(-1) === '') expected.pop();
          assert.equal(whole.length, expected.length);
        },
      ),
    );
  });
});
