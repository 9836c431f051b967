import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetadataTurns } from '../../../../src/seeder/metadata/metadata-turns.ts';

test('four fetches run at a time, and who gives up while it waits takes no turn', async () => {
  const turns = new MetadataTurns();
  const { signal } = new AbortController();
  const held = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const running = held.map(({ promise }) => turns.run(() => promise, signal));
  const impatient = new AbortController();
  const givenUp = turns.run(() => Promise.resolve(), impatient.signal);
  let hasStarted = false;
  const last = turns.run(async () => {
    hasStarted = true;
  }, signal);
  impatient.abort();
  await assert.rejects(givenUp, { name: 'AbortError' });
  assert.equal(hasStarted, false);
  held[0]?.resolve();
  await last;
  for (const { resolve } of held) resolve();
  await Promise.all(running);
  await turns.run(() => Promise.resolve(), signal);
});
