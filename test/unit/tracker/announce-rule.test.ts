import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnnounceRule } from '../../../src/tracker/announce-rule.ts';
import { Fixture, infoHash } from './tracker-fixture.ts';

/** Refuses whoever sends from port 1, and remembers whom it saw get in. */
function ruleAgainstPort1(): AnnounceRule & { readonly accepted: (request: { port: number }) => void } & {
  readonly seen: number[];
} {
  const refusal = Object.freeze({ reason: 'not from port 1' });
  const seen: number[] = [];
  return {
    seen,
    refusalOf: ({ port }) => (port === 1 ? refusal : undefined),
    accepted: ({ port }) => void seen.push(port),
  };
}

describe('a rule for announces', () => {
  it('refuses an announce before it changes a swarm', () => {
    const fixture = new Fixture({ rules: [ruleAgainstPort1()] });
    assert.equal(fixture.refused({ from: '10.0.0.1', port: 1 }).reason, 'not from port 1');
    assert.equal(fixture.core.swarm(fixture.torrent)?.incomplete, 0);
    assert.equal(fixture.core.stats().counters.refusedByRule, 1);
  });

  it('is told of the announces that got in, and of no others', () => {
    const rule = ruleAgainstPort1();
    const fixture = new Fixture({ rules: [rule] });
    fixture.announce({ from: '10.0.0.1', port: 2 });
    fixture.refused({ from: '10.0.0.1', port: 1 });
    fixture.refused({ from: '10.0.0.1', port: 3, infoHash: infoHash(9) });
    assert.deepEqual(rule.seen, [2]);
  });
});
