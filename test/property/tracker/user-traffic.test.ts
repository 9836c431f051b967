import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { MemoryPersistence } from '../../../src/persistence/memory/memory-persistence.ts';
import type { TrafficBatch } from '../../../src/persistence/traffic-store.ts';
import { TrafficWriter } from '../../../src/tracker/users/traffic-writer.ts';
import { peerId } from '../../unit/tracker/tracker-fixture.ts';
import { PrivateFixture } from '../../unit/tracker/users/private-fixture.ts';

/** One thing that happens; `client` is one of three. */
type Step =
  | { readonly do: 'move'; readonly client: number; readonly bytes: number }
  | { readonly do: 'announce' | 'announceTwice' | 'stop' | 'crashClient'; readonly client: number }
  | { readonly do: 'flush' | 'loseAnswer' | 'loseBatch' | 'crashTracker' | 'wait' };

const client = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('move' as const), client, bytes: fc.nat({ max: 1_000_000 }) }),
  fc.record({ do: fc.constantFrom('announce' as const, 'announceTwice' as const), client }),
  fc.record({ do: fc.constantFrom('stop' as const, 'crashClient' as const), client }),
  fc.record({
    do: fc.constantFrom(
      'flush' as const,
      'loseAnswer' as const,
      'loseBatch' as const,
      'crashTracker' as const,
      'wait' as const,
    ),
  }),
);

/** What is known of a run of a client: from which counter on it is counted, and up to which. */
interface Known {
  readonly base: number;
  readonly last: number;
}

/** A client that tells the truth. */
interface Client {
  run: number;
  /** Bytes of this run. */
  uploaded: number;
  hasStarted: boolean;
}

/** The tracker, its database, its users' clients; and beside it what should be counted, run by run. */
class World {
  readonly persistence = new MemoryPersistence('one');
  readonly clients: Client[] = [0, 1, 2].map((run) => ({ run, uploaded: 0, hasStarted: false }));
  moved = 0;
  #runs = 3;
  #tracker = new PrivateFixture({ maxPeersPerTorrent: 0 });
  #writer = this.#newWriter();
  #known = new Map<number, Known>();
  #durable = new Map<number, Known>();
  #nextSave: 'ok' | 'loseAnswer' | 'loseBatch' = 'ok';

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'move':
        this.clientAt(step.client).uploaded += step.bytes;
        this.moved += step.bytes;
        return;
      case 'announce':
        return this.announce(step.client);
      case 'announceTwice':
        this.announce(step.client);
        return this.announce(step.client);
      case 'stop':
        if (this.clientAt(step.client).hasStarted) this.announce(step.client, 'stopped');
        return this.restartClient(step.client);
      case 'crashClient':
        return this.restartClient(step.client);
      case 'wait':
        this.#tracker.now += 600;
        return;
      case 'flush':
        return this.flush();
      case 'loseAnswer':
      case 'loseBatch':
        this.#nextSave = step.do;
        return;
      case 'crashTracker':
        return this.#restartTracker();
    }
  }

  announce(index: number, event: 'none' | 'stopped' = 'none'): void {
    const one = this.clientAt(index);
    const isFirst = !one.hasStarted;
    one.hasStarted = true;
    this.#tracker.announce({
      peerId: peerId(one.run),
      port: one.run + 1,
      uploaded: one.uploaded,
      event: isFirst ? 'started' : event,
    });
    const known = this.#known.get(one.run);
    if (known !== undefined || event !== 'stopped')
      this.#known.set(one.run, { base: known?.base ?? one.uploaded, last: one.uploaded });
  }

  restartClient(index: number): void {
    this.clients[index] = { run: this.#runs++, uploaded: 0, hasStarted: false };
  }

  async flush(): Promise<void> {
    await this.#writer.flush().catch(() => undefined); // told to fail
  }

  async counted(): Promise<number> {
    const [totals] = await this.persistence.users.loadUserTotals([1]);
    return totals?.uploadedBytes ?? 0;
  }

  get expected(): number {
    return [...this.#durable.values()].reduce((sum, { base, last }) => sum + last - base, 0);
  }

  clientAt(index: number): Client {
    const one = this.clients[index];
    assert.ok(one);
    return one;
  }

  async #restartTracker(): Promise<void> {
    const { now } = this.#tracker;
    this.#tracker = new PrivateFixture({ maxPeersPerTorrent: 0 });
    this.#tracker.now = now;
    for (const row of await this.persistence.users.loadSessions(0, null, 1_000_000))
      this.#tracker.accounts.restore(row);
    this.#writer = this.#newWriter();
    this.#known = new Map(this.#durable);
    this.#nextSave = 'ok';
  }

  #noteDurable(run: number, last: number): void {
    const { base } = this.#known.get(run) ?? {};
    assert.ok(base !== undefined);
    this.#durable.set(run, { base, last });
  }

  #newWriter(): TrafficWriter {
    const { users } = this.persistence;
    return new TrafficWriter({
      accounts: this.#tracker.accounts,
      store: {
        lastTrafficBatch: () => users.lastTrafficBatch(),
        saveTraffic: (batch) => this.#save(batch),
      },
      logger: pino({ level: 'silent' }),
      maxBatch: 2,
    });
  }

  async #save(batch: TrafficBatch): Promise<void> {
    const fate = this.#nextSave;
    this.#nextSave = 'ok';
    if (fate !== 'loseBatch') {
      await this.persistence.users.saveTraffic(batch);
      for (const { peerId: id, uploaded } of batch.sessions)
        this.#noteDurable(Number(Buffer.from(id.subarray(8)).toString()), uploaded);
    }
    if (fate !== 'ok') throw new Error('the connection is lost');
  }
}

test('users are credited exactly what honest clients sent, whoever restarts or fails in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const world = new World();
      await world.persistence.open();
      for (const one of steps) {
        await world.take(one);
      }
      for (const index of [0, 1, 2]) world.announce(index);
      await world.flush();
      await world.flush();
      await world.flush();
      assert.equal(await world.counted(), world.expected);
      assert.ok((await world.counted()) <= world.moved);
    }),
    { numRuns: 400 },
  );
});

test('a crash before the flush loses at most what ended in that time, and doubles nothing', async () => {
  const world = new World();
  await world.persistence.open();
  const steps: Step[] = [
    { do: 'announce', client: 0 },
    { do: 'announce', client: 1 },
    { do: 'flush' },
    { do: 'move', client: 0, bytes: 100 },
    { do: 'move', client: 1, bytes: 10 },
    { do: 'announce', client: 0 },
    { do: 'stop', client: 1 },
    { do: 'crashTracker' },
    { do: 'move', client: 0, bytes: 5 },
    { do: 'announce', client: 0 },
    { do: 'flush' },
  ];
  for (const one of steps) await world.take(one);
  assert.equal(await world.counted(), 105);
});

test('counters that jump at will never make a negative sum, nor more than was claimed', () => {
  const announce = fc.record({
    uploaded: fc.maxSafeNat(),
    downloaded: fc.maxSafeNat(),
    left: fc.nat({ max: 1 }),
    event: fc.constantFrom('none' as const, 'started' as const, 'stopped' as const, 'completed' as const),
    wait: fc.nat({ max: 100_000 }),
  });
  fc.assert(
    fc.property(fc.array(announce, { maxLength: 20 }), (announces) => {
      const fixture = new PrivateFixture({ maxRate: 1_000_000 });
      let highest = 0;
      let elapsed = 0;
      for (const { wait, ...rest } of announces) {
        fixture.announce(rest, wait);
        highest += rest.uploaded;
        elapsed += wait + 1;
      }
      for (const row of fixture.take().traffic) {
        for (const value of Object.values(row)) assert.ok(typeof value !== 'number' || value >= 0);
        assert.ok(row.uploadedBytes <= highest && row.uploadedBytes <= elapsed * 1_000_000);
        assert.ok(row.seedingSeconds + row.leechingSeconds <= elapsed);
      }
    }),
  );
});
