import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { writeRandomFile } from '../../../test/support/data.ts';
import { runProcess } from '../../../test/support/processes.ts';
import { Scope } from '../../../test/support/scope.ts';
import { projectRoot } from '../../../test/support/source-tree.ts';
import type { Bench } from '../bench.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import type { Case } from '../report.ts';
import { measureMemory } from './memory.ts';
import { createTorrent, libtorrent, makeTorrent, mktorrent } from './programs.ts';
import { type Files, measureSpeed, type SpeedCase } from './speed.ts';

const gibibyte = 2 ** 30;

/** libtorrent's creator has a thread of its own choice, so it stands beside ours with one thread and with two. */
function speedCases({ rounds, smoke }: BenchOptions): SpeedCase[] {
  const cases: SpeedCase[] = [
    { version: 'v1', threads: 1, programs: [makeTorrent, mktorrent, createTorrent], rounds },
    { version: 'v1', threads: 2, programs: [makeTorrent, mktorrent], rounds },
    { version: 'v2', threads: 1, programs: [makeTorrent, libtorrent], rounds },
    { version: 'v2', threads: 2, programs: [makeTorrent, libtorrent], rounds },
    { version: 'hybrid', threads: 1, programs: [makeTorrent, libtorrent], rounds },
    { version: 'hybrid', threads: 2, programs: [makeTorrent, libtorrent], rounds },
  ];
  return smoke ? cases.filter(({ threads }) => threads === 1) : cases;
}

async function makeFiles(scope: Scope, bytes: number): Promise<Files> {
  const folder = await makeFastFolder(scope, bytes);
  const files: Files = {
    ...{ folder, bytes },
    ...{ large: join(folder, 'large.bin'), tiny: join(folder, 'tiny.bin') },
  };
  await writeRandomFile(files.large, bytes);
  await writeFile(files.tiny, 'tiny');
  return files;
}

async function run(options: BenchOptions): Promise<Case[]> {
  const scope = new Scope();
  try {
    await runProcess('npm', ['run', '-s', 'build'], { cwd: projectRoot, deadlineMs: 120_000 });
    const files = await makeFiles(scope, options.smoke ? gibibyte / 16 : 8 * gibibyte);
    const cases: Case[] = [];
    for (const speedCase of speedCases(options)) cases.push(await measureSpeed(files, speedCase));
    const bytes = options.smoke ? gibibyte / 64 : gibibyte;
    for (const version of ['v1', 'v2', 'hybrid'] as const)
      cases.push(await measureMemory(files.folder, version, { threads: availableParallelism(), bytes }));
    return cases;
  } finally {
    await scope.end();
  }
}

/**
 * Making a torrent of a large file: v1 against mktorrent with as many threads and create-torrent, v2 and hybrid against
 * libtorrent, all against what the CPU can do; and the memory that it takes.
 */
export const hashing: Bench = { name: 'hashing', run };
