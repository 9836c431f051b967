import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localMinuteOfDay, scheduledAt } from '../../../../src/seeder/rates/rate-schedule.ts';

const day = { fromMinute: 480, toMinute: 1080, bytesPerSecond: 2_000_000 };
const night = { fromMinute: 1380, toMinute: 360, bytesPerSecond: null };

test('hours hold from their first minute to the one before their last', () => {
  assert.equal(scheduledAt([day], 479), undefined);
  assert.equal(scheduledAt([day], 480), day);
  assert.equal(scheduledAt([day], 1079), day);
  assert.equal(scheduledAt([day], 1080), undefined);
});

test('hours may go past midnight', () => {
  for (const minute of [1380, 1439, 0, 359]) assert.equal(scheduledAt([day, night], minute), night);
  for (const minute of [360, 1379]) assert.equal(scheduledAt([night], minute), undefined);
});

test('hours that end where they begin are the whole day', () => {
  const always = { fromMinute: 600, toMinute: 600, bytesPerSecond: 1024 };
  for (const minute of [0, 599, 600, 1439]) assert.equal(scheduledAt([always], minute), always);
});

test('of hours that overlap the first counts', () => {
  assert.equal(scheduledAt([day, { ...day, bytesPerSecond: null }], 600), day);
});

test('the minute of the day is one of the day', () => {
  const minute = localMinuteOfDay();
  assert.ok(Number.isInteger(minute) && minute >= 0 && minute < 1440);
});
