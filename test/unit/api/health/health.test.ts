import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Health } from '../../../../src/api/health/health.ts';
import { checkJournal, checkTraffic } from '../../../../src/app/database-check.ts';

const COUNTERS = {
  flushed: 0,
  failedFlushes: 0,
  failuresInRow: 0,
  flushes: 0,
  flushSeconds: 0,
  pending: 0,
  lagSeconds: 0,
  dropped: 0,
};

describe('the health of a server', () => {
  it('is ready between its start and its stop', () => {
    const health = new Health();
    assert.equal(health.readiness().isReady, false);
    health.started();
    assert.equal(health.readiness().isReady, true);
    health.stopping();
    assert.equal(health.readiness().isReady, false);
    health.started();
    assert.equal(health.readiness().isReady, false, 'a server that stops does not start again');
  });

  it('is not ready while a check fails, and says which', () => {
    const health = new Health();
    health.started();
    let isOk = false;
    health.addCheck('disk', () => ({ isOk, detail: 'full' }));
    const { isReady, checks } = health.readiness();
    assert.equal(isReady, false);
    assert.deepEqual(checks['disk'], { isOk: false, detail: 'full' });
    isOk = true;
    assert.equal(health.readiness().isReady, true);
  });

  it('tells a database that refuses, and one that falls behind', () => {
    assert.equal(checkJournal(COUNTERS).isOk, true);
    assert.equal(checkJournal({ ...COUNTERS, pending: 9, lagSeconds: 2 }).isOk, true);
    assert.match(checkJournal({ ...COUNTERS, pending: 9, failuresInRow: 1 }).detail ?? '', /9 records wait/);
    assert.match(checkJournal({ ...COUNTERS, pending: 9, lagSeconds: 40 }).detail ?? '', /40 s behind/);
  });

  it('tells traffic of users that is not written, while short waits are usual', () => {
    assert.deepEqual(checkTraffic({ pending: 5, lagSeconds: 30 }), { isOk: true });
    assert.match(checkTraffic({ pending: 5, lagSeconds: 31 }).detail ?? '', /31 s ago; 5 clients wait/);
  });
});
