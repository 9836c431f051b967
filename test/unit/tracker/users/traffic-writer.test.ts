import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrafficBatch } from '../../../../src/persistence/traffic-store.ts';
import { TrafficWriter } from '../../../../src/tracker/users/traffic-writer.ts';
import { ManualClock } from '../../persistence/manual-clock.ts';
import { peerId } from '../tracker-fixture.ts';
import { PrivateFixture } from './private-fixture.ts';

/** A writer over a store that fails on demand. */
function setUp(maxBatch = 100) {
  const fixture = new PrivateFixture({ maxPeersPerTorrent: 0 });
  const clock = new ManualClock();
  const saved: TrafficBatch[] = [];
  const store = { failuresLeft: 0, last: 41 };
  const lines: string[] = [];
  const log = (...args: readonly unknown[]): void => void lines.push(String(args[1]));
  const writer = new TrafficWriter({
    accounts: fixture.accounts,
    store: {
      lastTrafficBatch: async () => store.last,
      saveTraffic: async (batch) => {
        if (store.failuresLeft-- > 0) throw new Error('the database is away');
        saved.push(batch);
      },
    },
    logger: { warn: log, info: log, error: log },
    clock,
    maxBatch,
  });
  const announce = (i: number, uploaded = 0): void =>
    fixture.announce({ peerId: peerId(i), port: i, uploaded }, 1);
  return { fixture, clock, saved, store, lines, writer, announce };
}

describe('what users did is written', () => {
  it('in numbered batches that go on from the last one that is stored', async () => {
    const { saved, writer, announce } = setUp(2);
    for (const i of [1, 2, 3]) announce(i);
    await writer.flush();
    assert.deepEqual(
      saved.map(({ number, sessions }) => [number, sessions.length]),
      [
        [42, 2],
        [43, 1],
      ],
    );
    assert.equal(writer.pending, 0);
  });

  it('not at all when nothing happened', async () => {
    const { saved, writer } = setUp();
    await writer.flush();
    assert.deepEqual(saved, []);
  });

  it('again as it was when that failed, and what came meanwhile behind it', async () => {
    const { saved, store, writer, announce, lines } = setUp();
    announce(1, 0);
    announce(1, 10);
    store.failuresLeft = 2;
    await assert.rejects(writer.flush(), /away/);
    announce(1, 15);
    announce(2);
    await assert.rejects(writer.flush(), /away/);
    assert.equal(writer.pending, 3);
    await writer.flush();
    assert.deepEqual(
      saved.map(({ number, traffic }) => [number, traffic[0]?.uploadedBytes]),
      [
        [42, 10],
        [43, 5],
      ],
    );
    assert.deepEqual(lines, [
      'traffic of users cannot be saved; it is kept',
      'traffic of users is saved again',
    ]);
  });

  it('and it shows how long something has waited, while that fails', async () => {
    const { clock, store, writer, announce } = setUp();
    announce(1);
    assert.equal(writer.lagSeconds, 0);
    store.failuresLeft = 1;
    clock.advance(40_000);
    await assert.rejects(writer.flush());
    assert.equal(writer.lagSeconds, 40);
    await writer.flush();
    assert.equal(writer.lagSeconds, 0);
    clock.advance(5_000);
    announce(1);
    assert.equal(writer.lagSeconds, 5);
  });

  it('every second, and less often while the database is away', async () => {
    const { clock, store, writer, announce } = setUp();
    writer.start();
    assert.equal(clock.nextDelayMs, 1000);
    announce(1);
    store.failuresLeft = 1;
    clock.advance(1000);
    await writer.flush().catch(() => undefined); // behind the one that the clock began
    assert.ok((clock.nextDelayMs ?? 0) >= 1000);
    await writer.stop(100);
  });

  it('at the end, as often as it takes', async () => {
    const { clock, saved, store, writer, announce } = setUp();
    announce(1);
    store.failuresLeft = 1;
    const stopped = writer.stop(10_000);
    while (saved.length === 0) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(await stopped, true);
  });

  it('or is logged as lost when the database takes nothing until the deadline', async () => {
    const { clock, store, writer, announce, lines } = setUp();
    announce(1);
    store.failuresLeft = Number.POSITIVE_INFINITY;
    const stopped = writer.stop(500);
    clock.advance(500);
    assert.equal(await stopped, false);
    assert.equal(lines.at(-1), 'traffic of users was lost: the database took it no more');
  });
});
