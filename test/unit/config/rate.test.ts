import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRate, parseRate } from '../../../src/config/rate.ts';
import { parseRateSchedule } from '../../../src/config/rate-schedule.ts';
import {
  isRateLimit,
  MAX_RATE_BYTES_PER_SECOND,
  MIN_RATE_BYTES_PER_SECOND,
} from '../../../src/seeder/rates/rate-limits.ts';

test('a rate is bytes by 1024, or bits by 1000', () => {
  for (const [text, bytes] of [
    ['65536', 65_536],
    ['800K', 819_200],
    ['5M', 5_242_880],
    ['5m', 5_242_880],
    ['1.5 MiB/s', 1_572_864],
    ['2MB', 2_097_152],
    ['1G', 1_073_741_824],
    ['4096B/s', 4096],
    ['10mbit', 1_250_000],
    ['10 Mbit/s', 1_250_000],
    ['1gbit', 125_000_000],
    ['16384bit', 2048],
    ['100kbps', 12_500],
    ['none', null],
  ] as const)
    assert.equal(parseRate(text), bytes, text);
});

test('what is no rate, or could be read in two ways, is refused', () => {
  for (const text of [
    '',
    'fast',
    '-5M',
    '5X',
    '10Mb',
    '5 M B',
    '1e9',
    '0x10',
    '5M/h',
    '5..2M',
    'None',
    '1,5M',
  ])
    assert.throws(() => parseRate(text), /it takes bytes a second such as 800K/, text);
  for (const text of ['0', '1023', '999999G', '0.001K'])
    assert.throws(() => parseRate(text), /it takes a rate from 1K/, text);
});

test('whatever is a rate can be a limit of the seed node', () => {
  assert.equal(parseRate(`${MIN_RATE_BYTES_PER_SECOND}`), MIN_RATE_BYTES_PER_SECOND);
  assert.equal(parseRate(`${MAX_RATE_BYTES_PER_SECOND}`), MAX_RATE_BYTES_PER_SECOND);
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', 'K', 'M', 'mbit'), (text, unit) => {
      for (const rate of [text, `${text.length}${text}${unit}`, `${text.length * 3000}${unit}`]) {
        let bytes: number | null;
        try {
          bytes = parseRate(rate);
        } catch {
          continue;
        }
        assert.ok(bytes === null || (Number.isInteger(bytes) && isRateLimit(bytes)), rate);
      }
    }),
  );
});

test('rates are shown in units of 1024', () => {
  assert.deepEqual([null, 0, 1023, 2_097_152, 1_250_000, 1_073_741_824, 5e12].map(formatRate), [
    'no limit',
    '0 B/s',
    '1023 B/s',
    '2 MiB/s',
    '1.2 MiB/s',
    '1 GiB/s',
    '4656.6 GiB/s',
  ]);
});

test('a schedule is hours and rates', () => {
  assert.deepEqual(parseRateSchedule('08:00-18:00 2M; 22:30 - 6:00 none;18:00-24:00 10mbit'), [
    { fromMinute: 480, toMinute: 1080, bytesPerSecond: 2_097_152 },
    { fromMinute: 1350, toMinute: 360, bytesPerSecond: null },
    { fromMinute: 1080, toMinute: 1440, bytesPerSecond: 1_250_000 },
  ]);
  assert.deepEqual(parseRateSchedule(''), []);
});

test('what is wrong in a schedule is named', () => {
  for (const [text, reason] of [
    ['8-18 2M', /"8-18 2M" does not look like 08:00-18:00 2M/],
    ['08:00-18:00', /does not look like/],
    ['08:00-25:00 2M', /names a time that no day has/],
    ['24:00-06:00 2M', /names a time that no day has/],
    ['08:60-18:00 2M', /names a time that no day has/],
    ['08:00-18:00 2M; 18:00-20:00 slow', /"slow" in "18:00-20:00 slow": it takes bytes a second/],
    ['00:00-01:00 1M;'.repeat(51), /50 entries at most/],
  ] as const)
    assert.throws(() => parseRateSchedule(text), reason, text);
});
