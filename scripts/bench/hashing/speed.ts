import { join } from 'node:path';
import type { TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { Collection } from '../collection.ts';
import type { Case, Sample } from '../report.ts';
import { measureCpuLimit } from './cpu-limit.ts';
import { libtorrent, type Program } from './programs.ts';
import { type Run, runProgram } from './run-program.ts';

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** The files to hash. */
export interface Files {
  readonly folder: string;
  readonly large: string;
  readonly bytes: number;
  /** A few bytes, to see how long a program takes to start. */
  readonly tiny: string;
}

/** Who hashes what against whom. */
export interface SpeedCase {
  readonly version: TorrentVersion;
  readonly threads: number;
  /** Ours first. */
  readonly programs: readonly Program[];
  readonly rounds: number;
}

/** Making a torrent of a large file with several programs, and the CPU's own limit. */
export async function measureSpeed(files: Files, speedCase: SpeedCase): Promise<Case> {
  const { version, threads, programs, rounds } = speedCase;
  const collection = new Collection();
  for (let round = 0; round < rounds; round++) {
    for (const program of programs)
      await collection.attempt(program.name, () => measureProgram(files, program, version, threads));
    await collection.attempt('CPU limit', async () => ({
      value: (await measureCpuLimit(version, threads)) / gibibyte,
      note: 'openssl speed: in the cache, nothing read',
    }));
  }
  return {
    bench: 'hashing',
    name: `${version}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
    unit: 'GiB/s',
    work: 'MiB',
    subjects: collection.subjects,
    notes: [
      `one file of ${files.bytes / gibibyte} GiB in memory, wall time of the whole program, not pinned`,
    ],
  };
}

let outputs = 0;

async function measureProgram(
  { folder, large, tiny, bytes }: Files,
  program: Program,
  version: TorrentVersion,
  threads: number,
): Promise<Sample> {
  const run = (input: string): Promise<Run> =>
    runProgram(program, { input, output: join(folder, `${++outputs}.torrent`), version, threads });
  const { seconds, cpuSeconds, stdout } = await run(large);
  const startUp = await run(tiny);
  const ownThreads = program === libtorrent ? `; ${stdout.trim()} hashing thread, which is its default` : '';
  return {
    value: bytes / gibibyte / seconds,
    ...(cpuSeconds > 0 && { cpuMicroseconds: (cpuSeconds * 1e6) / (bytes / mebibyte) }),
    note: `start-up ${Math.round(startUp.seconds * 1_000)} ms included${ownThreads}`,
  };
}
