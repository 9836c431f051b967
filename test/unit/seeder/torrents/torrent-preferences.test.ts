import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkPreferences,
  DEFAULT_PREFERENCES,
  decodePreferences,
  encodePreferences,
} from '../../../../src/seeder/torrents/torrent-preferences.ts';

test('what was chosen comes back; the defaults are nothing to remember', () => {
  const chosen = { ...DEFAULT_PREFERENCES, isSequential: true, stepBack: 3 };
  assert.deepEqual(decodePreferences(encodePreferences(chosen)), chosen);
  assert.equal(encodePreferences(DEFAULT_PREFERENCES), null);
  assert.deepEqual(decodePreferences(null), DEFAULT_PREFERENCES);
});

test('an unknown name and a wrong value are refused, and say why', () => {
  assert.throws(() => checkPreferences({ isSequental: true }), {
    code: 'ERR_PREFERENCE',
    message: 'a torrent has no preference "isSequental"',
  });
  assert.throws(() => checkPreferences({ isSequential: 'yes' }), {
    code: 'ERR_PREFERENCE',
    message: '"isSequential" must be true or false',
  });
  for (const stepBack of [0, -1, 1.5, 100_001, '3', true, null])
    assert.throws(() => checkPreferences({ stepBack }), {
      code: 'ERR_PREFERENCE',
      message: '"stepBack" must be a whole number from 1 to 100000, "none", or "default"',
    });
});

test('a text that says nothing, or what a later version chose, is as if nobody had chosen', () => {
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"isSequential":1}',
    '{"isLater":true}',
    '{"stepBack":-1}',
  ])
    assert.deepEqual(decodePreferences(text), DEFAULT_PREFERENCES);
});

test('property: no text makes it throw, and what comes of it is always whole and valid', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const preferences = decodePreferences(text);
      assert.deepEqual(Object.keys(preferences), Object.keys(DEFAULT_PREFERENCES));
      checkPreferences({ ...preferences });
    }),
  );
});
