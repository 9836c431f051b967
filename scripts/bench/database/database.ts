import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { pino } from 'pino';
import { openPersistence } from '../../../src/persistence/open.ts';
import { PeerBatch } from '../../../src/persistence/peer-batch.ts';
import type { Persistence } from '../../../src/persistence/persistence.ts';
import { WriteBehind } from '../../../src/persistence/write-behind.ts';
import { randomBytesOf } from '../../../test/support/data.ts';
import { startMariadb, whyNoMariadb } from '../../../test/support/mariadb.ts';
import { Scope } from '../../../test/support/scope.ts';
import type { Bench } from '../bench.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample, Subject } from '../report.ts';

/** Peers a batch: what write-behind puts into one transaction. */
const batchPeers = 10_000;
const logger = pino({ level: 'silent' });

/** What is measured of a database, in the order in which it is done. */
const steps = [
  'new peers, straight',
  'known peers, straight',
  'new peers, written behind',
  'known peers, written behind',
] as const;
type Step = (typeof steps)[number];

interface Database {
  readonly name: string;
  readonly missing: string | undefined;
  /** The name of a fresh database, removed when the scope ends. */
  readonly make: (scope: Scope) => Promise<string>;
}

const databases: readonly Database[] = [
  { name: 'SQLite', missing: undefined, make: makeSqlite },
  { name: 'MariaDB', missing: whyNoMariadb(), make: makeMariadb },
];

async function makeSqlite(scope: Scope): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seedbed-bench-'));
  scope.after(() => rm(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, 'a.db')}`;
}

/** As durable as a server is by default: the log is on the disk when a commit returns. */
async function makeMariadb(scope: Scope): Promise<string> {
  const args = ['--innodb-flush-log-at-trx-commit=1', '--innodb-flush-method=fsync'];
  const sizes = ['--innodb-buffer-pool-size=512M', '--innodb-log-file-size=256M'];
  const server = await startMariadb(scope, { args: [...args, ...sizes], isOnDisk: true });
  return server.freshDatabase(scope);
}

/** `count` peers in swarms of ten, from `first` on; the same numbers are the same peers. */
function peers(first: number, count: number): PeerBatch {
  const batch = new PeerBatch(count);
  const bytes = randomBytesOf(first, Math.ceil(count / 10) * 20);
  const now = Math.floor(Date.now() / 1_000);
  for (let index = 0; index < count; index++) {
    const row = batch.addRow();
    const swarm = Math.floor(index / 10) * 20;
    const infoHash = bytes.subarray(swarm, swarm + 20);
    const number = first + index;
    batch.setKey(row, infoHash, Uint8Array.of(10, number >>> 16, number >>> 8, number), 6_881);
    const state = {
      peerId: infoHash,
      key: number,
      uploaded: number * 1_000,
      downloaded: now * 1_000,
      left: 1_000_000,
    };
    batch.setPeer(row, state, now, now + 3_600);
  }
  return batch;
}

/** Runs the work and tells the rate, what it cost this process, and how long the event loop stood still at most. */
async function measured(rows: number, work: () => Promise<void>): Promise<Sample> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    value: rows / seconds,
    cpuMicroseconds: (user + system) / rows,
    note: `longest pause of the event loop ${(delay.max / 1e6).toFixed(0)} ms`,
  };
}

async function saveAll(persistence: Persistence, batches: readonly PeerBatch[]): Promise<void> {
  for (const batch of batches) await persistence.savePeers(batch);
}

async function writeBehind(persistence: Persistence, batches: readonly PeerBatch[]): Promise<void> {
  const journal = new WriteBehind({ persistence, logger });
  for (const batch of batches) {
    const { ports, lastSeen, expires } = batch.columns;
    for (let row = 0; row < batch.length; row++)
      journal.recordPeer(
        batch.infoHashAt(row),
        batch.addressAt(row),
        ports[row] ?? 0,
        batch.stateAt(row),
        lastSeen[row] ?? 0,
        expires[row] ?? 0,
      );
    await journal.flush();
  }
}

async function measure(database: Database, options: BenchOptions): Promise<Record<Step, Sample>> {
  const scope = new Scope();
  const count = options.smoke ? 1 : 20;
  const size = options.smoke ? 500 : batchPeers;
  const makeBatches = (first: number) =>
    Array.from({ length: count }, (_, index) => peers(first + index * size, size));
  try {
    const persistence = await openPersistence({ database: await database.make(scope), logger });
    scope.after(() => persistence.close());
    const [one, two] = [makeBatches(0), makeBatches(4_000_000)];
    const rows = count * size;
    return {
      'new peers, straight': await measured(rows, () => saveAll(persistence, one)),
      'known peers, straight': await measured(rows, () => saveAll(persistence, one)),
      'new peers, written behind': await measured(rows, () => writeBehind(persistence, two)),
      'known peers, written behind': await measured(rows, () => writeBehind(persistence, two)),
    };
  } finally {
    await scope.end();
  }
}

async function run(options: BenchOptions): Promise<Case[]> {
  const samples = new Map<string, Record<Step, Sample>[]>();
  for (let round = 0; round < options.rounds; round++)
    for (const database of databases) {
      if (database.missing !== undefined) continue;
      const rounds = samples.get(database.name) ?? [];
      samples.set(database.name, [...rounds, await measure(database, options)]);
    }
  return steps.map((step) => ({
    bench: 'database',
    name: step,
    unit: 'peers/s',
    work: 'peer',
    subjects: databases.map(({ name, missing }): Subject => {
      const found = (samples.get(name) ?? []).map((sample) => sample[step]);
      return missing === undefined ? { name, samples: found } : { name, samples: [], missing };
    }),
    notes: [
      `batches of ${batchPeers} peers, swarms of ten; MariaDB with its log on the disk at each commit, on this machine; CPU is that of our process`,
    ],
  }));
}

/** How quickly changed peers go into a database, and what that costs the process that answers announces. */
export const database: Bench = { name: 'database', run };
