import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { makePeerId } from '../../../src/bittorrent/peer-id.ts';
import { SeedNode } from '../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../src/seeder/torrent.ts';
import { writeRandomFile } from '../../../test/support/data.ts';
import { runProcess } from '../../../test/support/processes.ts';
import { Scope } from '../../../test/support/scope.ts';
import { projectRoot } from '../../../test/support/source-tree.ts';
import type { Bench } from '../bench.ts';
import { Collection } from '../collection.ts';
import { makeFastFolder } from '../fast-folder.ts';
import { makeTorrent } from '../hashing/programs.ts';
import { runProgram } from '../hashing/run-program.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample } from '../report.ts';

const gibibyte = 2 ** 30;
const threads = availableParallelism();

interface Files {
  readonly folder: string;
  readonly large: string;
  readonly tiny: string;
  readonly bytes: number;
}

async function makeFiles(scope: Scope, bytes: number): Promise<Files> {
  const folder = await makeFastFolder(scope, bytes);
  const [large, tiny] = [join(folder, 'large.bin'), join(folder, 'tiny.bin')];
  await writeRandomFile(large, bytes);
  await writeFile(tiny, 'tiny');
  return { folder, large, tiny, bytes };
}

function torrentPath({ folder }: Files, version: TorrentVersion): string {
  return join(folder, `${version}.torrent`);
}

let outputs = 0;

/** The time that the program takes for the file, without what it takes to start. @param output the torrent of the file. */
async function measureBuilder(
  { folder, large, tiny, bytes }: Files,
  version: TorrentVersion,
  output = join(folder, `${++outputs}.torrent`),
): Promise<Sample> {
  const whole = await runProgram(makeTorrent, { input: large, output, version, threads });
  const other = join(folder, `${++outputs}.torrent`);
  const startUp = await runProgram(makeTorrent, { input: tiny, output: other, version, threads });
  const seconds = whole.seconds - startUp.seconds;
  return {
    value: bytes / gibibyte / seconds,
    note: `${Math.round(startUp.seconds * 1000)} ms of start-up left out`,
  };
}

/** From `recheck` until the torrent is seeded; its threads are there, as they are in a server that has checked something before. */
async function measureRecheck(files: Files, version: TorrentVersion): Promise<Sample> {
  const { large, bytes } = files;
  const metainfo = parseMetainfo(await readFile(torrentPath(files, version)));
  const node = new SeedNode({
    host: '127.0.0.1',
    port: 0,
    peerId: makePeerId(new Uint8Array(12)),
    clientVersion: 'bench',
    logger: pino({ level: 'silent' }),
    hashThreads: threads,
    isOwnTracker: () => true,
  });
  try {
    const torrent = node.add({ metainfo, dataPath: large });
    await seeding(node, torrent);
    const began = performance.now();
    node.recheck(metainfo.infoHash);
    await seeding(node, torrent);
    return { value: bytes / gibibyte / ((performance.now() - began) / 1000) };
  } finally {
    await node.stop();
  }
}

function seeding(node: SeedNode, torrent: Torrent): Promise<void> {
  return new Promise((resolve, reject) => {
    const listener = (): void => {
      if (torrent.state !== 'seeding' && torrent.state !== 'failed') return;
      node.off('stateChanged', listener);
      if (torrent.state === 'seeding') resolve();
      else reject(torrent.error);
    };
    node.on('stateChanged', listener);
  });
}

async function measure(files: Files, version: TorrentVersion, rounds: number): Promise<Case> {
  const collection = new Collection();
  for (let round = 0; round < rounds; round++) {
    if (round === 0) await measureBuilder(files, version, torrentPath(files, version));
    await collection.attempt('recheck', () => measureRecheck(files, version));
    await collection.attempt('make-torrent', () => measureBuilder(files, version));
  }
  return {
    bench: 'recheck',
    name: `${version}, ${threads} threads`,
    unit: 'GiB/s',
    subjects: collection.subjects,
    notes: [`one file of ${files.bytes / gibibyte} GiB in memory, pieces of 1 MiB, not pinned`],
  };
}

async function run({ smoke, rounds }: BenchOptions): Promise<Case[]> {
  const scope = new Scope();
  try {
    await runProcess('npm', ['run', '-s', 'build'], { cwd: projectRoot, deadlineMs: 120_000 });
    const files = await makeFiles(scope, smoke ? gibibyte / 16 : 4 * gibibyte);
    const cases: Case[] = [];
    for (const version of ['v1', 'v2', 'hybrid'] as const) cases.push(await measure(files, version, rounds));
    return cases;
  } finally {
    await scope.end();
  }
}

/** The seed node's recheck of a torrent beside the hashing of `make-torrent`: the same threads do both. */
export const recheck: Bench = { name: 'recheck', run };
