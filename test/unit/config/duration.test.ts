import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import { parseDuration, parseRatio } from '../../../src/config/duration.ts';
import { describeConfig, loadConfig } from '../../../src/config/load.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

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

it('any text is whole seconds within bounds, or refused', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'y')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      let seconds = 1;
      try {
        seconds = parseDuration(text);
      } catch (error) {
        assert.match((error as Error).message, /^it takes a time/);
      }
      assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 1e9);
    }),
  );
});

it('settings that are shown can be read again', async (t) => {
  const shown = describeConfig(
    loadConfig({ environment: {}, flags: { seedRatio: '1.5', seedTime: '48h', queueStalled: 'none' } }),
  );
  const lines = shown.split('\n').filter((line) => /^(seed-|queue-)/.test(line));
  const file = join(await makeTempFolder(t), 'seedbed.toml');
  await writeFile(file, lines.join('\n'));
  const { config } = loadConfig({ environment: {}, flags: {}, file });
  assert.deepEqual(
    [config.seedRatio, config.seedTime, config.seedIdle, config.queueStalled],
    [1.5, 172_800, 0, 0],
  );
});

it('settings of stop rules come as texts and numbers, and none lifts them', () => {
  const flags = { seedRatio: '2.0', seedTime: 'none', queueStalled: 'none' };
  const { config } = loadConfig({ environment: { SEEDBED_SEED_IDLE: '30m' }, flags });
  assert.deepEqual(
    [config.seedRatio, config.seedTime, config.seedIdle, config.queueStalled],
    [2, 0, 1800, 0],
  );
  assert.throws(() => loadConfig({ environment: {}, flags: { seedTime: 'long' } }), {
    message: '--seed-time is "long": it takes a time such as 90s, 30m, 48h or 7d',
  });
});
