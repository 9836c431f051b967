import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PersistenceError } from '../../../src/persistence/errors.ts';
import { HostRing } from '../../../src/persistence/mysql/host-ring.ts';
import {
  type FailureKind,
  failureKind,
  type RetryOptions,
  withRetry,
} from '../../../src/persistence/mysql/retry.ts';
import { whyTooOld } from '../../../src/persistence/mysql/server-version.ts';

function failure(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more });
}

/** How often work that always fails is done. */
async function attemptsWith(error: Error, options: Partial<RetryOptions> = {}): Promise<number> {
  let attempts = 0;
  const work = async (): Promise<never> => {
    attempts++;
    throw error;
  };
  const all = { isRepeatable: true, servers: 1, onFailure: () => {}, random: () => 0, ...options };
  await assert.rejects(withRetry(work, all), (thrown) => thrown === error);
  return attempts;
}

describe('a failure of MySQL', () => {
  for (const [error, kind] of [
    [failure('ER_LOCK_DEADLOCK'), 'undone'],
    [failure('ER_LOCK_WAIT_TIMEOUT'), 'undone'],
    [failure('ER_UNKNOWN_COM_ERROR'), 'unready'],
    [failure('ER_OPTION_PREVENTS_STATEMENT'), 'unready'],
    [failure('ECONNREFUSED', { syscall: 'connect' }), 'unreachable'],
    [failure('ETIMEDOUT', { syscall: 'connect' }), 'unreachable'],
    [failure('ETIMEDOUT'), 'lost'],
    [failure('PROTOCOL_CONNECTION_LOST'), 'lost'],
    [Object.assign(new Error('in closed state'), { fatal: true }), 'lost'],
    [new AggregateError([failure('ECONNREFUSED')], ''), 'unreachable'],
    [failure('ER_DUP_ENTRY'), 'final'],
    [failure('ER_ACCESS_DENIED_ERROR', { fatal: true }), 'final'],
    [new PersistenceError('ERR_DATABASE_CLOSED', 'closed'), 'final'],
    [new TypeError('a fault of ours'), 'final'],
    ['no error at all', 'final'],
  ] satisfies [unknown, FailureKind][])
    it(`${error} is ${kind}`, () => assert.equal(failureKind(error), kind));

  it('that left nothing behind is tried again, six times in all', async () => {
    for (const code of ['ER_LOCK_DEADLOCK', 'ER_UNKNOWN_COM_ERROR'])
      assert.equal(await attemptsWith(failure(code), { isRepeatable: false }), 6);
  });

  it('whose outcome is not known is tried again only where twice is the same as once', async () => {
    assert.equal(await attemptsWith(failure('ECONNRESET')), 6);
    assert.equal(await attemptsWith(failure('ECONNRESET'), { isRepeatable: false }), 1);
  });

  it('to reach a server is tried once for each server', async () => {
    assert.equal(await attemptsWith(failure('ECONNREFUSED')), 1);
    assert.equal(await attemptsWith(failure('ECONNREFUSED'), { servers: 3, isRepeatable: false }), 3);
  });

  it('of any other kind is told at once', async () => {
    assert.equal(await attemptsWith(failure('ER_DUP_ENTRY')), 1);
  });

  it('is told of before each new attempt, and success ends it', async () => {
    const kinds: FailureKind[] = [];
    let attempts = 0;
    const work = async (): Promise<string> => {
      if (++attempts < 3) throw failure('ER_LOCK_DEADLOCK');
      return 'done';
    };
    const options = { isRepeatable: false, servers: 1, onFailure: (kind: FailureKind) => kinds.push(kind) };
    assert.equal(await withRetry(work, options), 'done');
    assert.deepEqual(kinds, ['undone', 'undone']);
  });
});

describe('the servers of a cluster', () => {
  it('are used in turn, each until it fails; two who saw the same failure go on by one', () => {
    const hosts = ['a', 'b', 'c'].map((host) => ({ host, port: 3306 }));
    const ring = new HostRing(hosts);
    const [first] = hosts;
    assert.ok(first !== undefined);
    assert.equal(ring.current, first);
    ring.leave(first);
    ring.leave(first);
    assert.equal(ring.current.host, 'b');
    ring.leave(ring.current);
    ring.leave(ring.current);
    assert.equal(ring.current, first);
  });
});

describe('the version of a server', () => {
  for (const version of [
    '10.6.0-MariaDB',
    '10.11.19-MariaDB-0+deb12u1',
    '5.5.5-10.11.6-MariaDB',
    '11.4.2-MariaDB-log',
    '8.0.36',
    '8.4.0',
    '9.1.0',
    '8.0.11-TiDB-v7.5.0',
    '8.0.30-Vitess',
  ])
    it(`is new enough: ${version}`, () => assert.equal(whyTooOld(version), undefined));

  for (const [version, reason] of [
    ['10.5.29-MariaDB', 'is MariaDB 10.5, which is too old: MariaDB 10.6 or later is needed'],
    ['5.5.68-MariaDB', 'is MariaDB 5.5, which is too old: MariaDB 10.6 or later is needed'],
    ['5.7.44-log', 'is MySQL 5.7, which is too old: MySQL 8.0 or later is needed'],
    ['', 'tells no version ("")'],
    ['unknown', 'tells no version ("unknown")'],
  ] as const)
    it(`is too old, or none: "${version}"`, () => assert.equal(whyTooOld(version), reason));
});
