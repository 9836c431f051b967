import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRandomFile } from '../../../test/support/data.ts';
import { Scope } from '../../../test/support/scope.ts';
import type { Bench } from '../bench.ts';
import { type Pinning, pinning } from '../cores.ts';
import { makeFastFolder } from '../fast-folder.ts';
import { compileLoad } from '../load/compile.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchOptions, warmUp } from '../options.ts';
import { type Case, reasonOf, type Sample, type Subject } from '../report.ts';
import { type Seeder, type SeedTorrent, startLibtorrentSeeder, startSeedbedSeeder } from './seeders.ts';

interface PeerFigures {
  readonly bytes: number;
  readonly blocks: number;
  readonly rejected: number;
  readonly wrong: number;
}

interface Running {
  readonly name: string;
  readonly seeder: Seeder | undefined;
  readonly missing?: string;
  readonly samples: Map<number, Sample[]>;
  wrongBlocks: number | undefined;
}

/** What all measurements of one run share. */
interface Setting {
  readonly options: BenchOptions;
  readonly pins: Pinning;
  readonly generator: string;
  readonly file: string;
}

const connectionCounts = [1, 4, 16];
const openRequests = 64;
const mebibyte = 1 << 20;

async function start(name: string, starter: () => Promise<Seeder>): Promise<Running> {
  const samples = new Map<number, Sample[]>(connectionCounts.map((count) => [count, []]));
  try {
    return { name, seeder: await starter(), samples, wrongBlocks: undefined };
  } catch (error) {
    const missing = reasonOf(error);
    return { name, seeder: undefined, missing, samples, wrongBlocks: undefined };
  }
}

async function load(setting: Setting, seeder: Seeder, connections: number, compareWith?: string) {
  const { torrent, port, pid } = seeder;
  const { size } = await stat(setting.file);
  const seconds = compareWith === undefined ? setting.options.seconds : 1;
  const numbers = [
    '127.0.0.1',
    port,
    torrent.infoHash,
    size,
    torrent.pieceLength,
    connections,
    seconds,
    openRequests,
  ];
  const command = [...setting.pins.load, setting.generator, ...numbers.map(String)];
  if (compareWith !== undefined) command.push(compareWith);
  return runLoad<PeerFigures>(command, pid, (seconds + 60) * 1_000);
}

async function measure(setting: Setting, seeder: Seeder, connections: number): Promise<Sample> {
  const { figures, serverCpuSeconds, otherLoad } = await load(setting, seeder, connections);
  return {
    value: figures.bytes / mebibyte / figures.seconds,
    cpuMicroseconds: (serverCpuSeconds / Math.max(1, figures.blocks)) * 1e6,
    serverLoad: serverCpuSeconds / figures.seconds,
    loadLoad: figures.loadCpuSeconds / figures.seconds,
    otherLoad,
    ...(figures.rejected > 0 ? { note: `${figures.rejected} requests rejected` } : {}),
  };
}

/** One round: every seeder with each number of connections. */
async function measureAll(
  setting: Setting,
  running: readonly Running[],
  counts: readonly number[],
  take: (one: Running, connections: number, sample: Sample) => void,
): Promise<void> {
  for (const connections of counts)
    for (const one of running)
      if (one.seeder !== undefined) take(one, connections, await measure(setting, one.seeder, connections));
}

function toCase(setting: Setting, size: number, running: readonly Running[], connections: number): Case {
  const compared = running
    .filter(({ wrongBlocks }) => wrongBlocks !== undefined)
    .map(({ name, wrongBlocks }) => `${name} ${wrongBlocks === 0 ? 'equal' : `${wrongBlocks} WRONG READS`}`);
  return {
    bench: 'seeding',
    name: `${connections} connection${connections === 1 ? '' : 's'}`,
    unit: 'MiB/s',
    work: 'block of 16 KiB',
    subjects: running.map(
      ({ name, missing, samples }): Subject =>
        missing === undefined
          ? { name, samples: samples.get(connections) ?? [] }
          : { name, samples: [], missing },
    ),
    notes: [
      `${size / mebibyte} MiB in memory, ${openRequests} requests open a connection, pieces in a different order each; ${setting.pins.note}`,
      `bytes compared in a run of their own: ${compared.join(', ')}`,
    ],
  };
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
    const setting: Setting = { options, pins: pinning(), generator, file };
    const prefix = setting.pins.server;
    const ours = await start('seedbed', () => startSeedbedSeeder(scope, { folder, file, prefix }));
    const torrent: SeedTorrent | undefined = ours.seeder?.torrent;
    const theirs = await start('libtorrent', () =>
      startLibtorrentSeeder(scope, { folder, file, prefix }, torrent),
    );
    const running = [ours, theirs];
    for (const one of running)
      if (one.seeder !== undefined)
        one.wrongBlocks = (await load(setting, one.seeder, 4, file)).figures.wrong;
    const warming = warmUp(options);
    if (warming !== undefined) await measureAll({ ...setting, options: warming }, running, [4], () => {});
    for (let round = 0; round < options.rounds; round++)
      await measureAll(setting, running, connectionCounts, (one, connections, sample) =>
        one.samples.get(connections)?.push(sample),
      );
    return connectionCounts.map((connections) => toCase(setting, size, running, connections));
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

/** Seeding throughput over loopback against libtorrent, at 1, 4 and 16 connections. */
export const seeding: Bench = { name: 'seeding', run };
