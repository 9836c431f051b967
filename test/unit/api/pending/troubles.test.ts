import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Added } from '../../../../src/api/catalogue-types.ts';
import { Overview } from '../../../../src/api/overview.ts';
import { type Accepted, PendingMagnets } from '../../../../src/api/pending/pending-magnets.ts';
import { decodeLimits, encodeLimits } from '../../../../src/api/pending/stored-limits.ts';
import { PersistenceError } from '../../../../src/persistence/errors.ts';
import { openPersistence } from '../../../../src/persistence/open.ts';
import { eventually } from '../../../support/eventually.ts';
import { cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const LINK = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&tr=http%3A%2F%2Ft.example%2Fsecret%2Fannounce`;

/** Links whose metadata is there at once, and a catalogue that takes torrents as the test says. */
async function pendingWith(t: TestContext, add: () => Promise<Added>) {
  const logger = pino({ level: 'silent' });
  const persistence = await openPersistence({ database: 'memory', logger });
  cleanup(t, () => persistence.close());
  const { torrent } = await makeTorrentFixture(t);
  const lines: string[] = [];
  const log = (...args: unknown[]): void => void lines.push(JSON.stringify(args));
  const clock = new ManualClock();
  const pending = new PendingMagnets({
    store: persistence.magnets,
    catalogue: {
      add,
      get: () => undefined,
      overview: new Overview(new Map(), () => assert.fail('nothing is published')),
    },
    fetchMetadata: () => Promise.resolve(torrent),
    clock,
    nowSeconds: () => 0,
    logger: { error: log, warn: log },
  });
  cleanup(t, () => pending.stop());
  const give = (): Promise<Accepted> =>
    pending.add({ link: LINK, target: '/srv', isPaused: false, preferences: {}, limits: {} });
  return { pending, persistence, give, clock, lines };
}

test('a link whose torrent cannot be stored, for the database is away, is tried again after a minute', async (t) => {
  let calls = 0;
  const { pending, persistence, give, clock, lines } = await pendingWith(t, async () => {
    if (++calls > 1) return {} as Added; // nobody looks at it
    throw new PersistenceError('ERR_DATABASE_AWAY', 'the database does not answer');
  });
  const accepted = await give();
  await eventually('it to be told', () => lines.join().includes('tried again'), { intervalMs: 5 });
  assert.equal(accepted.pending.row.failure, null);
  clock.advance(60_000);
  await pending.settled(accepted.pending, AbortSignal.timeout(5_000));
  assert.equal(pending.size, 0);
  assert.deepEqual(await persistence.magnets.loadPendingMagnets(), []);
});

test('a fault of ours is told in the log, and to people as that', async (t) => {
  const { pending, give, lines } = await pendingWith(t, () =>
    Promise.reject(new TypeError('x is undefined')),
  );
  const accepted = await give();
  await assert.rejects(pending.settled(accepted.pending, AbortSignal.timeout(5_000)), TypeError);
  assert.equal(accepted.pending.row.failure?.code, 'ERR_INTERNAL');
  assert.doesNotMatch(accepted.pending.row.failure?.message ?? '', /undefined/);
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines.join(), /secret/);
});

test('limits of a torrent to come are kept, and what can be none is passed over', () => {
  for (const limits of [{}, { upload: 5000 }, { upload: null, download: 'default' }] as const)
    assert.deepEqual(decodeLimits(encodeLimits(limits)), limits);
  for (const text of ['{"upload":12}', '{"upload":"fast"}', '[1]', 'null', '{'])
    assert.deepEqual(decodeLimits(text), {});
});
