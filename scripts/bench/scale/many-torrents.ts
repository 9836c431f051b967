import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { resumeFor } from '../../../src/seeder/torrents/resume.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { startProcess } from '../../../test/support/processes.ts';
import { Scope } from '../../../test/support/scope.ts';
import { type RunningSeedbed, startSeedbed } from '../../../test/support/seedbed.ts';
import { findTool, systemPython } from '../../../test/support/tools.ts';
import { Collection } from '../collection.ts';
import { controlOf } from '../control.ts';
import { cpuSeconds, residentBytes } from '../cores.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample } from '../report.ts';

const FILE_BYTES = 20_000;
const DEADLINE_MS = 300_000;
const script = fileURLToPath(new URL('./libtorrent-many.py', import.meta.url));

interface Torrents {
  readonly folder: string;
  readonly count: number;
}

/** Small files with a torrent each: `N.torrent` in `torrents`, `N.bin` in `data`. */
async function makeTorrents(scope: Scope, count: number): Promise<Torrents> {
  const folder = await makeFastFolder(scope, 3 * count * FILE_BYTES);
  await mkdir(join(folder, 'data'));
  await mkdir(join(folder, 'torrents'));
  for (let index = 0; index < count; index++) {
    const path = join(folder, 'data', `${index}.bin`);
    await writeFile(path, Buffer.alloc(FILE_BYTES, `${index} `));
    const { torrent } = await createTorrent(path, { announceTiers: [['http://127.0.0.1:9/announce']] });
    await writeFile(join(folder, 'torrents', `${index}.torrent`), torrent);
  }
  return { folder, count };
}

/** Publishes all in a data folder, for a server that starts later. */
async function publishAll(scope: Scope, { folder, count }: Torrents, dataDir: string): Promise<void> {
  const server = await startSeedbed(scope, { dataDir, logLevel: 'warn' });
  const control = await controlOf(server);
  for (let index = 0; index < count; index++) {
    const path = join(folder, 'data', `${index}.bin`);
    const { torrent, metainfo } = await createTorrent(path, { creationDate: 'none' });
    await control.publish(torrent, path, await resumeFor(metainfo, path));
  }
  await server.process.stop(30_000);
}

/** From the start of the program until every torrent is seeded. */
async function startAgain(dataDir: string, count: number): Promise<Sample> {
  const scope = new Scope();
  try {
    const startedAt = performance.now();
    const server = await startSeedbed(scope, { dataDir, logLevel: 'warn' });
    await untilSeeding(server, count);
    return sampleOf(server.process.pid, startedAt);
  } finally {
    await scope.end();
  }
}

async function untilSeeding(server: RunningSeedbed, count: number): Promise<void> {
  const control = await controlOf(server);
  const isDone = async (): Promise<boolean> =>
    (await control.list()).filter(({ state }) => state === 'seeding').length === count;
  await eventually('all torrents to be seeded', isDone, { deadlineMs: DEADLINE_MS, intervalMs: 250 });
}

/** libtorrent, told to trust the data. */
async function startLibtorrent({ folder, count }: Torrents): Promise<Sample> {
  if (findTool('libtorrent') === undefined) throw new Error('python3-libtorrent is not installed');
  const scope = new Scope();
  try {
    const startedAt = performance.now();
    const child = startProcess(scope, systemPython, [script, folder, String(count)], { name: 'libtorrent' });
    await child.waitForOutput(/^seeding$/m, DEADLINE_MS);
    return sampleOf(child.pid, startedAt);
  } finally {
    await scope.end();
  }
}

function sampleOf(pid: number, startedAt: number): Sample {
  const memory = Math.round(residentBytes(pid) / 2 ** 20);
  const note = `${memory} MiB resident, ${cpuSeconds(pid).toFixed(1)} s of CPU`;
  return { value: (performance.now() - startedAt) / 1_000, note };
}

/** The start of a server with very many torrents, and the memory that they take. */
export async function manyTorrents({ smoke, rounds }: BenchOptions): Promise<Case> {
  const scope = new Scope();
  const count = smoke ? 100 : 10_000;
  try {
    const torrents = await makeTorrents(scope, count);
    const dataDir = join(torrents.folder, 'seedbed');
    await publishAll(scope, torrents, dataDir);
    const collection = new Collection();
    for (let round = 0; round < rounds; round++) {
      await collection.attempt('seedbed', () => startAgain(dataDir, count));
      await collection.attempt('libtorrent', () => startLibtorrent(torrents));
    }
    return {
      bench: 'scale',
      name: `start with ${count} torrents, until all are seeded`,
      unit: 's',
      lowerIsBetter: true,
      subjects: collection.subjects,
      notes: ['ours tracks them too, and has looked at every file; libtorrent trusts the data (seed mode)'],
    };
  } finally {
    await scope.end();
  }
}
