import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  judgeFileAnswer,
  parseContentRange,
  parseRetryAfter,
  requirePieceAnswer,
} from '../../../../../src/seeder/download/web-source/answer.ts';
import type { FilePart } from '../../../../../src/seeder/download/web-source/source-places.ts';

const part: FilePart = { kind: 'file', url: 'http://x/', file: 0, start: 10, length: 5, fileLength: 100 };

function fileAnswer(status: number, headers: Record<string, string>): string {
  return judgeFileAnswer({ status, headers }, part);
}

test('takes the range that was asked for', () => {
  assert.equal(fileAnswer(206, { 'content-range': 'bytes 10-14/100', 'content-length': '5' }), 'range');
  assert.equal(fileAnswer(206, { 'content-range': 'bytes 10-14/*' }), 'range');
  assert.equal(fileAnswer(200, { 'content-length': '100' }), 'whole');
});

for (const [what, status, headers, code] of [
  ['another range', 206, { 'content-range': 'bytes 0-4/100' }, 'ERR_ANSWER'],
  ['a shorter range', 206, { 'content-range': 'bytes 10-13/100' }, 'ERR_ANSWER'],
  ['a range without bounds', 206, {}, 'ERR_ANSWER'],
  ['several ranges', 206, { 'content-type': 'multipart/byteranges; boundary=x' }, 'ERR_ANSWER'],
  [
    'a body of another length',
    206,
    { 'content-range': 'bytes 10-14/100', 'content-length': '6' },
    'ERR_ANSWER',
  ],
  ['a longer file', 206, { 'content-range': 'bytes 10-14/101' }, 'ERR_FILE_DIFFERS'],
  ['a whole file of another length', 200, { 'content-length': '99' }, 'ERR_FILE_DIFFERS'],
  ['a packed body', 206, { 'content-range': 'bytes 10-14/100', 'content-encoding': 'gzip' }, 'ERR_ANSWER'],
  ['a packed file', 200, { 'content-encoding': 'br' }, 'ERR_ANSWER'],
  ['no such range', 416, {}, 'ERR_FILE_DIFFERS'],
  ['no such file', 404, {}, 'ERR_FILE_MISSING'],
  ['forbidden', 403, {}, 'ERR_FILE_MISSING'],
  ['too many requests', 429, {}, 'ERR_BUSY'],
  ['no time', 503, { 'retry-after': '7' }, 'ERR_BUSY'],
  ['a fault of the server', 500, {}, 'ERR_STATUS'],
  ['a redirect without a place', 302, {}, 'ERR_STATUS'],
] as const)
  test(`refuses ${what}`, () => {
    assert.throws(() => fileAnswer(status, headers), { code });
  });

test('says how long a busy server wants to be left alone', () => {
  assert.throws(() => fileAnswer(503, { 'retry-after': '7' }), { retryAfterMs: 7000 });
  assert.throws(() => requirePieceAnswer({ status: 503, headers: {} }, 5, '30\r\n'), {
    retryAfterMs: 30_000,
  });
  assert.throws(() => requirePieceAnswer({ status: 503, headers: {} }, 5, '<html>'), { code: 'ERR_BUSY' });
});

test('an HTTP seed sends the bytes and nothing else', () => {
  requirePieceAnswer({ status: 200, headers: { 'content-length': '5' } }, 5, '');
  for (const headers of [{ 'content-length': '6' }, { 'content-encoding': 'gzip' }])
    assert.throws(() => requirePieceAnswer({ status: 200, headers }, 5, ''), { code: 'ERR_ANSWER' });
  assert.throws(() => requirePieceAnswer({ status: 404, headers: {} }, 5, ''), { code: 'ERR_FILE_MISSING' });
});

test('reads a Retry-After of seconds, and of a date by the clock of the server', () => {
  const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
  assert.equal(parseRetryAfter({ 'retry-after': '120' }), 120_000);
  assert.equal(parseRetryAfter({ 'retry-after': 'Wed, 21 Oct 2015 07:29:00 GMT', date }), 60_000);
  assert.equal(parseRetryAfter({ 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', date }), 0);
  assert.equal(parseRetryAfter({ 'retry-after': 'Wed, 21 Oct 2015 07:29:00 GMT' }), undefined);
  assert.equal(parseRetryAfter({ 'retry-after': '999999999' }), 86_400_000);
  assert.equal(parseRetryAfter({}), undefined);
});

test('a Retry-After of any text is nothing, or at most a day', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, date) => {
      const ms = parseRetryAfter({ 'retry-after': text, date });
      return ms === undefined || (ms >= 0 && ms <= 86_400_000);
    }),
  );
});

test('reads every Content-Range that makes sense, and no other', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (first, more, rest) => {
      const last = first + more;
      const total = last + 1 + rest;
      assert.deepEqual(parseContentRange(`bytes ${first}-${last}/${total}`), { first, last, total });
      assert.equal(parseContentRange(`bytes ${first}-${last}/${last}`), undefined);
      assert.equal(parseContentRange(`bytes ${last + 1}-${first}/*`), undefined);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const range = parseContentRange(text);
      return range === undefined || range.first <= range.last;
    }),
  );
});
