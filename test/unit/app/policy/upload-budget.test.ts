import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { budgetMonthOf } from '../../../../src/app/policy/budget-month.ts';
import { UploadBudget } from '../../../../src/app/policy/upload-budget.ts';

const at = (text: string): number => Date.parse(text);

/** A node that sends, and its clock. */
class Sender {
  nowMs = at('2026-01-15T12:00:00Z');
  sentBytes = 0;

  budget(day = 1, limitBytes = 1000): UploadBudget {
    return new UploadBudget({
      limitBytes,
      day,
      nowMs: () => this.nowMs,
      uploadedBytes: () => this.sentBytes,
    });
  }
}

describe('the month of a budget', () => {
  for (const [now, day, from, until] of [
    ['2026-01-15T12:00:00Z', 1, '2026-01-01', '2026-02-01'],
    ['2026-01-01T00:00:00Z', 1, '2026-01-01', '2026-02-01'],
    ['2025-12-31T23:59:59Z', 1, '2025-12-01', '2026-01-01'],
    ['2026-01-14T23:59:59Z', 15, '2025-12-15', '2026-01-15'],
    ['2026-03-27T00:00:00Z', 28, '2026-02-28', '2026-03-28'],
    ['2028-02-29T00:00:00Z', 28, '2028-02-28', '2028-03-28'],
  ] as const)
    it(`at ${now} is ${from} to ${until} when it begins on day ${day}`, () => {
      const { startMs, endMs } = budgetMonthOf(at(now), day);
      assert.deepEqual([startMs, endMs], [at(`${from}T00:00:00Z`), at(`${until}T00:00:00Z`)]);
    });

  it('holds every time, and the next begins where it ends', () => {
    const times = fc.integer({ min: 0, max: at('2100-01-01') });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 28 }), (nowMs, day) => {
        const { startMs, endMs } = budgetMonthOf(nowMs, day);
        assert.ok(startMs <= nowMs && nowMs < endMs);
        assert.equal(budgetMonthOf(endMs, day).startMs, endMs);
        assert.equal(budgetMonthOf(endMs - 1, day).startMs, startMs);
      }),
    );
  });
});

describe('a budget of uploads', () => {
  it('is spent when so much was sent, and not before', () => {
    const sender = new Sender();
    const budget = sender.budget();
    sender.sentBytes = 999;
    assert.equal(budget.look(), false);
    sender.sentBytes = 1000;
    assert.equal(budget.look(), true);
    assert.deepEqual(budget.view(), {
      limitBytes: 1000,
      spentBytes: 1000,
      isSpent: true,
      from: '2026-01-01T00:00:00.000Z',
      until: '2026-02-01T00:00:00.000Z',
    });
  });

  it('does not count what was sent before there was one', () => {
    const sender = new Sender();
    sender.sentBytes = 5000;
    assert.equal(sender.budget().look(), false);
  });

  it('begins anew with the month', () => {
    const sender = new Sender();
    const budget = sender.budget();
    sender.sentBytes = 1000;
    budget.look();
    sender.nowMs = at('2026-02-01T00:00:00Z');
    assert.equal(budget.look(), false);
    assert.equal(budget.view().spentBytes, 0);
    sender.sentBytes = 1400;
    budget.look();
    assert.equal(budget.view().spentBytes, 400);
  });

  it('goes on after a restart in the same month', () => {
    const sender = new Sender();
    const before = sender.budget();
    sender.sentBytes = 700;
    before.look();
    const again = new Sender();
    const budget = again.budget();
    assert.equal(budget.restore(before.record()), true);
    again.sentBytes = 299;
    assert.equal(budget.look(), false);
    again.sentBytes = 300;
    assert.equal(budget.look(), true);
  });

  it('forgets an earlier month after a restart', () => {
    const sender = new Sender();
    const before = sender.budget();
    sender.sentBytes = 1000;
    before.look();
    sender.nowMs = at('2026-02-03T00:00:00Z');
    const budget = sender.budget();
    budget.restore(before.record());
    assert.equal(budget.look(), false);
    assert.equal(budget.view().spentBytes, 0);
  });

  it('keeps what was spent by a clock that was ahead, and is not stuck in its month', () => {
    const sender = new Sender();
    sender.nowMs = at('2040-06-06T00:00:00Z');
    const before = sender.budget();
    sender.sentBytes = 600;
    before.look();
    sender.nowMs = at('2026-01-20T00:00:00Z');
    const budget = sender.budget();
    budget.restore(before.record());
    assert.equal(budget.view().spentBytes, 600);
    sender.nowMs = at('2026-02-01T00:00:00Z');
    budget.look();
    assert.equal(budget.view().spentBytes, 0);
  });

  it('does not begin anew when the clock goes back', () => {
    const sender = new Sender();
    const budget = sender.budget();
    sender.sentBytes = 1000;
    budget.look();
    sender.nowMs = at('2025-11-11T00:00:00Z');
    assert.equal(budget.look(), true);
  });

  it('refuses a record that it cannot read, whatever it is', () => {
    const budget = new Sender().budget();
    for (const text of [
      '',
      'null',
      '[]',
      '{"startMs":1}',
      '{"startMs":"1","spentBytes":2}',
      '{"startMs":1,"spentBytes":-2}',
    ])
      assert.equal(budget.restore(Buffer.from(text)), false, text);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        budget.restore(bytes);
        assert.equal(budget.view().spentBytes, 0);
      }),
    );
  });
});
