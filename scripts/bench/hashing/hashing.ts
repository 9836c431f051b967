import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRandomFile } from '../../../test/support/data.ts';
import { runProcess } from '../../../test/support/processes.ts';
import { Scope } from '../../../test/support/scope.ts';
import { projectRoot } from '../../../test/support/source-tree.ts';
import { findTool } from '../../../test/support/tools.ts';
import type { Bench } from '../bench.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import { type Case, reasonOf, type Sample, type Subject } from '../report.ts';

const gibibyte = 2 ** 30;
/** What people install is compiled; from the sources a start takes 0.07 s longer. */
const compiledProgram = join(projectRoot, 'dist/src/cli/make-torrent.js');
const announceUrl = 'http://127.0.0.1:9/announce';

/** A program that makes a torrent of a file with a number of threads. */
interface Hasher {
  readonly name: string;
  /** The threads it can be told to use. */
  readonly threads: readonly number[];
  isThere(): boolean;
  command(input: string, output: string, threads: number): readonly string[];
}

const hashers: readonly Hasher[] = [
  {
    name: 'make-torrent',
    threads: [1, 2],
    isThere: () => true,
    command: (input, output, threads) => [
      process.execPath,
      ...[compiledProgram, input, '-a', announceUrl, '-o', output, '--threads', String(threads)],
    ],
  },
  {
    name: 'mktorrent',
    threads: [1, 2],
    isThere: () => findTool('mktorrent') !== undefined,
    command: (input, output, threads) => [
      findTool('mktorrent') ?? 'mktorrent',
      ...['-t', String(threads), '-l', '20', '-a', announceUrl, '-o', output, input],
    ],
  },
  {
    name: 'create-torrent',
    threads: [1],
    isThere: () => true,
    command: (input, output) => [
      process.execPath,
      fileURLToPath(new URL('./create-torrent.ts', import.meta.url)),
      input,
      output,
    ],
  },
];

let outputs = 0;

/** Wall time of one run in seconds, start of the program included. */
async function timed(folder: string, hasher: Hasher, input: string, threads: number): Promise<number> {
  const output = join(folder, `${++outputs}.torrent`);
  const [program = '', ...args] = hasher.command(input, output, threads);
  const began = performance.now();
  await runProcess(program, args, { name: hasher.name, deadlineMs: 300_000 });
  return (performance.now() - began) / 1_000;
}

async function measure(folder: string, hasher: Hasher, files: Files, threads: number): Promise<Sample> {
  const seconds = await timed(folder, hasher, files.large, threads);
  const startUp = await timed(folder, hasher, files.tiny, threads);
  return {
    value: files.bytes / gibibyte / seconds,
    note: `start-up ${Math.round(startUp * 1_000)} ms included`,
  };
}

interface Files {
  readonly large: string;
  readonly tiny: string;
  readonly bytes: number;
}

/** What the CPU can do at best: SHA-1 over bytes that lie in its cache. */
async function measureOpenssl(threads: number): Promise<Sample> {
  const openssl = findTool('openssl');
  if (openssl === undefined) throw new Error('openssl is not installed');
  const args = [
    'speed',
    '-mr',
    '-seconds',
    '1',
    '-bytes',
    '262144',
    '-multi',
    String(threads),
    '-evp',
    'sha1',
  ];
  const { stdout } = await runProcess(openssl, args, { deadlineMs: 30_000 });
  const bytesPerSecond = Number(/^\+F:\d+:[^:]+:([\d.]+)/m.exec(stdout)?.[1]);
  return { value: bytesPerSecond / gibibyte, note: 'in the cache, nothing read' };
}

async function measureCase(
  options: BenchOptions,
  folder: string,
  files: Files,
  threads: number,
): Promise<Case> {
  const chosen = hashers.filter((hasher) => hasher.threads.includes(threads));
  const results = new Map<string, { samples: Sample[]; missing?: string }>();
  const attempt = async (name: string, work: () => Promise<Sample>): Promise<void> => {
    const result = results.get(name) ?? { samples: [] };
    results.set(name, result);
    if (result.missing !== undefined) return;
    try {
      result.samples.push(await work());
    } catch (error) {
      result.missing = reasonOf(error);
    }
  };
  for (let round = 0; round < options.rounds; round++) {
    for (const hasher of chosen)
      await attempt(hasher.name, () => {
        if (!hasher.isThere()) throw new Error('not installed');
        return measure(folder, hasher, files, threads);
      });
    await attempt('openssl speed sha1', () => measureOpenssl(threads));
  }
  const subjects = [...results].map(([name, result]): Subject => ({ name, ...result }));
  return {
    bench: 'hashing',
    name: threads === 1 ? '1 thread' : `${threads} threads`,
    unit: 'GiB/s',
    subjects,
  };
}

async function run(options: BenchOptions): Promise<Case[]> {
  const scope = new Scope();
  try {
    await runProcess('npm', ['run', '-s', 'build'], { cwd: projectRoot, deadlineMs: 120_000 });
    const bytes = options.smoke ? gibibyte / 16 : 4 * gibibyte;
    const folder = await makeFastFolder(scope, bytes);
    const files: Files = { large: join(folder, 'large.bin'), tiny: join(folder, 'tiny.bin'), bytes };
    await writeRandomFile(files.large, bytes);
    await writeFile(files.tiny, 'tiny');
    const cases: Case[] = [];
    for (const threads of [1, 2]) cases.push(await measureCase(options, folder, files, threads));
    const note = `one file of ${bytes / gibibyte} GiB in memory, wall time of the whole program (compiled), not pinned`;
    return cases.map((result) => ({ ...result, notes: [note] }));
  } finally {
    await scope.end();
  }
}

/** Making a torrent of a large file against mktorrent with as many threads, and create-torrent. */
export const hashing: Bench = { name: 'hashing', run };
