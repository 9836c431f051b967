import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnounceTally, TALLY_EVENTS } from '../../../../src/tracker/announce/announce-tally.ts';
import { Fixture, infoHash } from '../tracker-fixture.ts';

describe('the tally of announces', () => {
  it('counts by protocol, event and outcome', () => {
    const fixture = new Fixture();
    fixture.announce({ from: '10.0.0.1', event: 'started' });
    fixture.announce({ from: '10.0.0.1' });
    fixture.refused({ from: '10.0.0.1', infoHash: infoHash(9) });
    assert.deepEqual(
      [...fixture.core.tally.entries()].map(({ event, outcome, count }) => `${event} ${outcome} ${count}`),
      ['none answered 1', 'none refused 1', 'started answered 1'],
    );
    assert.equal(fixture.core.tally.total('other'), 3);
  });

  it('tells all events apart', () => {
    const tally = new AnnounceTally();
    for (const event of TALLY_EVENTS) tally.end(0, 'http', event, true);
    assert.deepEqual(
      [...tally.entries()].map(({ event, count }) => `${event} ${count}`),
      TALLY_EVENTS.map((event) => `${event} 1`),
    );
  });

  it('times one announce in sixty-four', () => {
    const tally = new AnnounceTally();
    for (let i = 0; i < 640; i++) tally.end(tally.begin(), 'udp', 'none', true);
    const { counts, sumSeconds } = tally.durations('udp');
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      10,
    );
    assert.ok(sumSeconds >= 0);
    assert.equal(tally.total('udp'), 640);
    assert.equal(tally.total('http'), 0);
  });
});
