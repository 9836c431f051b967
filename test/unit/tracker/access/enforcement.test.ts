import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Enforcement } from '../../../../src/tracker/access/enforcement.ts';
import { eventually } from '../../../support/eventually.ts';

describe('the enforcement of access rules', () => {
  it('works until there is nothing more to do, and lets others have their turn between the steps', async (t) => {
    const order: string[] = [];
    let steps = 0;
    const enforcement = new Enforcement(() => {
      order.push('step');
      return ++steps < 5;
    });
    t.after(() => enforcement.stop());
    enforcement.start();
    enforcement.wake();
    const other = (): void => {
      order.push('other');
      if (steps < 5) setImmediate(other);
    };
    setImmediate(other);
    await eventually('five steps', () => steps === 5);
    assert.match(order.join(' '), /^step( other)* step( other)+ step/);
    assert.ok(order.filter((what) => what === 'other').length >= 4, order.join(' '));
  });

  it('finds by itself that there is something to do', async (t) => {
    let steps = 0;
    const enforcement = new Enforcement(() => ++steps < 0);
    t.after(() => enforcement.stop());
    enforcement.start();
    await eventually('a step that nobody asked for', () => steps > 0);
  });

  it('does nothing before it is started and after it is stopped', async () => {
    const enforcement = new Enforcement(() => assert.fail('a step'));
    enforcement.wake();
    enforcement.start();
    enforcement.wake();
    enforcement.stop();
    enforcement.wake();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  });
});
