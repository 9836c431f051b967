import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StepBack, type StepBackRules, type SwarmLook } from '../../../../src/app/policy/step-back.ts';

const DELAY_MS = 600_000;
const RULES: StepBackRules = { seeders: 4, delayMs: DELAY_MS };

/** A swarm that is looked at as time goes by. */
class Watched {
  nowMs = 1_000_000;
  readonly #stepBack = new StepBack();
  readonly #rules: StepBackRules;

  constructor(rules: StepBackRules = RULES) {
    this.#rules = rules;
  }

  after(ms: number, otherSeeds: number, standstillMs?: number): boolean {
    this.nowMs += ms;
    const swarm: SwarmLook = { otherSeeds, standstillMs };
    return this.#stepBack.look(swarm, this.#rules, this.nowMs);
  }

  /** Has it stand by. */
  standBy(): this {
    this.after(0, 4);
    assert.equal(this.after(DELAY_MS, 4), true);
    return this;
  }
}

describe('stepping back', () => {
  it('waits until enough others have been there for the whole delay', () => {
    const watched = new Watched();
    assert.equal(watched.after(0, 4), false);
    assert.equal(watched.after(DELAY_MS - 1, 9), false);
    assert.equal(watched.after(1, 4), true);
  });

  it('begins to wait anew when there were too few in between', () => {
    const watched = new Watched();
    watched.after(0, 4);
    watched.after(DELAY_MS - 1, 3);
    assert.equal(watched.after(1, 4), false);
    assert.equal(watched.after(DELAY_MS, 4), true);
  });

  it('never happens when it is off', () => {
    const watched = new Watched({ ...RULES, seeders: 0 });
    watched.after(0, 1000);
    assert.equal(watched.after(10 * DELAY_MS, 1000), false);
  });

  it('goes on while a few less are there than it takes to step back', () => {
    const watched = new Watched().standBy();
    assert.equal(watched.after(5 * DELAY_MS, 3), true);
  });

  it('ends when few have been there for the delay', () => {
    const watched = new Watched().standBy();
    assert.equal(watched.after(1, 2), true);
    assert.equal(watched.after(DELAY_MS - 1, 2), true);
    assert.equal(watched.after(1, 2), false);
  });

  it('ends at once when nobody else has a full copy', () => {
    assert.equal(new Watched().standBy().after(1, 0), false);
  });

  it('ends at once when a leecher stands still, and for six delays', () => {
    const watched = new Watched().standBy();
    assert.equal(watched.after(1, 9, watched.nowMs + 1), false);
    assert.equal(watched.after(6 * DELAY_MS - 1, 9), false);
    assert.equal(watched.after(1, 9), true);
  });

  it('is not ended by a leecher that stood still before it', () => {
    const watched = new Watched().standBy();
    assert.equal(watched.after(1, 4, watched.nowMs - 1), true);
  });

  it('ends at once when it is switched off', () => {
    const stepBack = new StepBack();
    const swarm = { otherSeeds: 4, standstillMs: undefined };
    stepBack.look(swarm, RULES, 0);
    assert.equal(stepBack.look(swarm, RULES, DELAY_MS), true);
    assert.equal(stepBack.look(swarm, { ...RULES, seeders: 0 }, DELAY_MS), false);
  });

  it('takes one other seeder where one is enough', () => {
    const watched = new Watched({ seeders: 1, delayMs: DELAY_MS });
    watched.after(0, 1);
    assert.equal(watched.after(DELAY_MS, 1), true);
    assert.equal(watched.after(1, 0), false);
  });

  it('never leaves a swarm in which nobody else has a full copy, and changes once a delay at most when somebody has', () => {
    const step = fc.record({ ms: fc.nat(2 * DELAY_MS), otherSeeds: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, seeders) => {
        const watched = new Watched({ seeders, delayMs: DELAY_MS });
        let was = false;
        let changedAtMs = Number.NEGATIVE_INFINITY;
        for (const { ms, otherSeeds } of steps) {
          const is = watched.after(ms, otherSeeds);
          if (otherSeeds === 0) assert.equal(is, false);
          if (is !== was && otherSeeds > 0) assert.ok(watched.nowMs - changedAtMs >= DELAY_MS);
          if (is !== was) changedAtMs = watched.nowMs;
          was = is;
        }
      }),
    );
  });
});
