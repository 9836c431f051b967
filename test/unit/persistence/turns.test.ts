import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from '../../../src/persistence/turns.ts';

describe('changes by turns', () => {
  it('run one after another, in the order in which they came', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = turns.run(async () => {
      seen.push('first begins');
      await gate.promise;
      seen.push('first ends');
    });
    const second = turns.run(async () => void seen.push('second'));
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(seen, ['first begins', 'first ends', 'second']);
  });

  it('tell their caller alone that they failed, and the next has its turn', async () => {
    const turns = new Turns();
    const failed = turns.run(() => Promise.reject(new Error('no')));
    const next = turns.run(async () => 'done');
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'done');
  });

  it('reload once for all who ask before it begins, and again for who asks later', async () => {
    const turns = new Turns();
    const gate = Promise.withResolvers<void>();
    const change = turns.run(() => gate.promise);
    let reloads = 0;
    const reload = async (): Promise<void> => void reloads++;
    const all = [turns.reload(reload), turns.reload(reload)];
    gate.resolve();
    await Promise.all([change, ...all]);
    assert.equal(reloads, 1);
    await turns.reload(reload);
    assert.equal(reloads, 2);
  });
});
