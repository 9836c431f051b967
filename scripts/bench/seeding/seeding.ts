import { join } from 'node:path';
import { writeRandomFile } from '../../../test/support/data.ts';
import { Scope } from '../../../test/support/scope.ts';
import type { Bench } from '../bench.ts';
import { pinning } from '../cores.ts';
import { makeFastFolder } from '../fast-folder.ts';
import { compileLoad } from '../load/compile.ts';
import { type BenchOptions, warmUp } from '../options.ts';
import { type Case, reasonOf, type Sample, type Subject } from '../report.ts';
import { type LoadSetting, loadSeeder, measureSeeder, type PeerLoad } from './peer-load.ts';
import { type Seeder, type SeedPlan, startLibtorrentSeeder, startSeedbedSeeder } from './seeders.ts';

/** One way of asking. */
interface Demand extends Omit<PeerLoad, 'seconds'> {
  readonly name: string;
}

interface Running {
  readonly name: string;
  readonly seeder: Seeder | undefined;
  /** Why there are no samples, of all or by the name of a demand. */
  readonly missing?: string;
  readonly failed: Map<string, string>;
  readonly samples: Map<string, Sample[]>;
  wrongBlocks: number | undefined;
}

const mebibyte = 1 << 20;
/** At this rate of blocks the leechers have 1 Gbit/s. */
const GIGABIT_IN_BYTES = 125_000_000;

const DEMANDS: readonly Demand[] = [
  { name: '1 connection', connections: 1, requests: 64, order: 'sequential' },
  { name: '4 connections', connections: 4, requests: 64, order: 'sequential' },
  { name: '16 connections', connections: 16, requests: 64, order: 'sequential' },
  { name: '1 connection, random pieces', connections: 1, requests: 64, order: 'random' },
  { name: '4 connections, random pieces', connections: 4, requests: 64, order: 'random' },
  { name: '16 connections, random pieces', connections: 16, requests: 64, order: 'random' },
  { name: '200 leechers, random pieces', connections: 200, requests: 16, order: 'random' },
];

const LIMITED: readonly Demand[] = [
  { name: '4 connections within a limit of 1 Gbit/s', connections: 4, requests: 64, order: 'random' },
];

async function start(
  name: string,
  demands: readonly Demand[],
  starter: () => Promise<Seeder>,
): Promise<Running> {
  const samples = new Map<string, Sample[]>(demands.map((demand) => [demand.name, []]));
  try {
    return { name, seeder: await starter(), failed: new Map(), samples, wrongBlocks: undefined };
  } catch (error) {
    const missing = reasonOf(error);
    return { name, seeder: undefined, missing, failed: new Map(), samples, wrongBlocks: undefined };
  }
}

function toCase(setting: LoadSetting, size: number, running: readonly Running[], demand: Demand): Case {
  const compared = running
    .filter(({ wrongBlocks }) => wrongBlocks !== undefined)
    .map(({ name, wrongBlocks }) => `${name} ${wrongBlocks === 0 ? 'equal' : `${wrongBlocks} WRONG READS`}`);
  return {
    bench: 'seeding',
    name: demand.name,
    unit: 'MiB/s',
    work: 'block of 16 KiB',
    subjects: running.map(
      ({ name, failed, missing = failed.get(demand.name), samples }): Subject =>
        missing === undefined
          ? { name, samples: samples.get(demand.name) ?? [] }
          : { name, samples: [], missing },
    ),
    notes: [
      `${size / mebibyte} MiB in memory, ${demand.requests} requests open a connection, each from a place of its own; ${setting.pins.note}`,
      `bytes compared in a run of their own: ${compared.join(', ')}`,
    ],
  };
}

/** Ours and theirs, measured in turn with every demand. */
async function compare(
  options: BenchOptions,
  { setting, plan, demands }: { setting: LoadSetting; plan: SeedPlan; demands: readonly Demand[] },
): Promise<Running[]> {
  const scope = new Scope();
  try {
    const ours = await start('seedbed', demands, () => startSeedbedSeeder(scope, plan));
    const theirs = await start('libtorrent', demands, () =>
      startLibtorrentSeeder(scope, plan, ours.seeder?.torrent),
    );
    const running = [ours, theirs];
    const [first] = demands;
    for (const one of running)
      if (one.seeder !== undefined && first !== undefined)
        one.wrongBlocks = (
          await loadSeeder(setting, one.seeder, { ...first, connections: 4, seconds: 1 }, setting.file)
        ).figures.wrong;
    const warming = warmUp(options);
    if (warming !== undefined) await measureAll(setting, running, demands.slice(0, 2), warming.seconds);
    for (const one of running) for (const samples of one.samples.values()) samples.length = 0;
    for (let round = 0; round < options.rounds; round++)
      await measureAll(setting, running, demands, options.seconds);
    return running;
  } finally {
    await scope.end();
  }
}

async function measureAll(
  setting: LoadSetting,
  running: readonly Running[],
  demands: readonly Demand[],
  seconds: number,
): Promise<void> {
  for (const { name, ...load } of demands)
    for (const one of running) {
      if (one.seeder === undefined || one.failed.has(name)) continue;
      try {
        one.samples.get(name)?.push(await measureSeeder(setting, one.seeder, { ...load, seconds }));
      } catch (error) {
        one.failed.set(name, reasonOf(error));
      }
    }
}

async function run(options: BenchOptions): Promise<Case[]> {
  const generator = await compileLoad('peer-load');
  if (generator === undefined) return [withoutCompiler()];
  const scope = new Scope();
  try {
    const size = (options.smoke ? 64 : 1024) * mebibyte;
    const folder = await makeFastFolder(scope, size);
    const file = join(folder, 'data.bin');
    await writeRandomFile(file, size);
    const setting = { pins: pinning(), generator, file };
    const plan = { folder, file, prefix: setting.pins.server };
    const free = await compare(options, { setting, plan, demands: DEMANDS });
    const held = { ...plan, uploadBytesPerSecond: GIGABIT_IN_BYTES };
    const limited = await compare(options, { setting, plan: held, demands: LIMITED });
    return [
      ...DEMANDS.map((demand) => toCase(setting, size, free, demand)),
      ...LIMITED.map((demand) => toCase(setting, size, limited, demand)),
    ];
  } finally {
    await scope.end();
  }
}

function withoutCompiler(): Case {
  const missing = 'no C compiler for the load generator (one in JavaScript would be the limit)';
  return {
    bench: 'seeding',
    name: 'all',
    unit: 'MiB/s',
    subjects: [{ name: 'seedbed', samples: [], missing }],
  };
}

/** Seeding throughput over loopback against libtorrent: few connections and many, pieces in order and at random, and within a limit. */
export const seeding: Bench = { name: 'seeding', run };
