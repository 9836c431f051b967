import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { sampleHash } from '../../../src/persistence/conformance/harness.ts';
import type { Persistence } from '../../../src/persistence/persistence.ts';
import { SqlitePersistence } from '../../../src/persistence/sqlite/sqlite-persistence.ts';
import { WriteBehind } from '../../../src/persistence/write-behind.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { FaultySink } from '../../unit/persistence/faulty-sink.ts';

const ADDRESSES = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2), new Uint8Array(16).fill(0x20)];
const NOW = Math.floor(Date.now() / 1_000);

const peer = { torrent: fc.nat(2), address: fc.nat(2), port: fc.integer({ min: 1, max: 3 }) };
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('announce' as const), ...peer, left: fc.maxSafeNat() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('gone' as const), ...peer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('completed' as const), ...peer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failed flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('overlapping flush' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the database must say at the end. */
interface Model {
  readonly peers: Map<string, number>;
  readonly completed: Map<string, number>;
}

async function openDatabase(t: TestContext): Promise<Persistence> {
  const folder = await makeTempFolder(t);
  const persistence = new SqlitePersistence({ path: join(folder, 'p.db'), nodeName: 'one' });
  await persistence.open();
  t.after(() => persistence.close());
  return persistence;
}

function keyOf(infoHash: Uint8Array, address: Uint8Array, port: number): string {
  return `${infoHashToHex(infoHash)} ${address.join('.')} ${port}`;
}

async function take(one: Step, journal: WriteBehind, sink: FaultySink, model: Model): Promise<void> {
  if (one.kind === 'flush') return journal.flush();
  if (one.kind === 'overlapping flush') {
    journal.flush().catch(() => {}); // the end of the run looks at the result
    return;
  }
  if (one.kind === 'failed flush') {
    sink.failuresLeft = 1;
    await journal.flush().catch(() => {}); // it fails when there was something to write
    sink.failuresLeft = 0;
    return;
  }
  const infoHash = sampleHash(one.torrent);
  const address = ADDRESSES[one.address] ?? new Uint8Array(4);
  const key = keyOf(infoHash, address, one.port);
  if (one.kind === 'gone') {
    journal.recordGone(infoHash, address, one.port);
    model.peers.delete(key);
  } else if (one.kind === 'completed') {
    const total = (model.completed.get(infoHashToHex(infoHash)) ?? 0) + 1;
    journal.recordCompleted(infoHash, total);
    model.completed.set(infoHashToHex(infoHash), total);
  } else {
    const state = { peerId: new Uint8Array(20), key: 0, uploaded: 0, downloaded: 0, left: one.left };
    journal.recordPeer(infoHash, address, one.port, state, NOW, NOW + 1_800);
    model.peers.set(key, one.left);
  }
}

async function contents(persistence: Persistence): Promise<Model> {
  const peers = new Map<string, number>();
  for await (const batch of persistence.loadPeers(NOW)) {
    for (let row = 0; row < batch.length; row++) {
      const key = keyOf(batch.infoHashAt(row), batch.addressAt(row), batch.columns.ports[row] ?? 0);
      peers.set(key, batch.stateAt(row).left);
    }
  }
  const totals = await persistence.loadCompleted();
  return { peers, completed: new Map(totals.map((one) => [infoHashToHex(one.infoHash), one.completed])) };
}

test('whatever announces, failures and flushes come, the database ends as the swarms are', async (t) => {
  const persistence = await openDatabase(t);
  // One database for all runs: what one run leaves behind is where the next begins.
  const model: Model = { peers: new Map(), completed: new Map() };
  const steps = fc.array(step, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (run, maxBatchPeers) => {
      const sink = new FaultySink(persistence);
      const journal = new WriteBehind({
        persistence: sink,
        logger: pino({ level: 'silent' }),
        maxBatchPeers,
      });
      for (const one of run) await take(one, journal, sink, model);
      assert.equal(await journal.stop(), true);
      assert.deepEqual(await contents(persistence), model);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
