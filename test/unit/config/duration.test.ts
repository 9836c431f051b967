import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration, parseRatio } from '../../../src/config/duration.ts';
import { loadConfig } from '../../../src/config/load.ts';

it('times are seconds, minutes, hours, days or weeks', () => {
  const seconds = ['90s', '30m', '48h', '7d', '2w'].map(parseDuration);
  assert.deepEqual(seconds, [90, 1800, 172_800, 604_800, 1_209_600]);
});

it('what is no time is refused, and says what it takes', () => {
  for (const text of ['', '30', '-1h', '1.5h', '0s', 'h', '99999d', '1h30m', '٣h'])
    assert.throws(() => parseDuration(text), /it takes a time such as 90s, 30m, 48h or 7d/, text);
});

it('a ratio has up to three decimals', () => {
  assert.deepEqual(['2', '2.0', '0.75', '1000000'].map(parseRatio), [2, 2, 0.75, 1e6]);
  for (const text of ['', '0', '-1', '1e3', '0x2', 'NaN', '1000001', '1.2345'])
    assert.throws(() => parseRatio(text), /it takes a share ratio/, text);
});

it('any number of seconds comes back as it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (seconds) =>
      assert.equal(parseDuration(formatDuration(seconds)), seconds),
    ),
  );
});

it('settings of stop rules come as texts and numbers, and none lifts them', () => {
  const flags = { seedRatio: '2.0', seedTime: 'none', queueStalled: 'none' };
  const { config } = loadConfig({ environment: { SEEDBED_SEED_IDLE: '30m' }, flags });
  assert.deepEqual(
    [config.seedRatio, config.seedTime, config.seedIdle, config.queueStalled],
    [2, undefined, 1800, undefined],
  );
  assert.throws(() => loadConfig({ environment: {}, flags: { seedTime: 'long' } }), {
    message: '--seed-time is "long": it takes a time such as 90s, 30m, 48h or 7d',
  });
});
