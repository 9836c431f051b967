import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeMetainfo } from '../../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { writeRandomFile } from '../../../test/support/data.ts';
import { startNginx } from '../../../test/support/nginx.ts';
import { runProcess } from '../../../test/support/processes.ts';
import { Scope } from '../../../test/support/scope.ts';
import { makeSeedNode, torrentState } from '../../../test/support/seeded-torrent.ts';
import { findTool } from '../../../test/support/tools.ts';
import type { Bench } from '../bench.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample, Subject } from '../report.ts';

const MEBIBYTE = 1 << 20;
const BLOCK_BYTES = 16 * 1024;

/** What all measurements of one run share. */
interface Setting {
  readonly folder: string;
  readonly metainfo: Metainfo;
  readonly torrentPath: string;
}

/** From the start until all is checked and served. */
async function measureSeedbed({ folder, metainfo }: Setting): Promise<Sample> {
  const scope = new Scope();
  const dataPath = join(folder, 'ours.bin');
  try {
    const cpu = process.cpuUsage();
    const begin = performance.now();
    const node = makeSeedNode(scope);
    await node.start();
    const torrent = node.add({ metainfo, dataPath, isMirrored: true });
    await torrentState(node, torrent, 'seeding', 'failed');
    if (torrent.failure !== undefined) throw new Error(torrent.failure);
    const seconds = (performance.now() - begin) / 1000;
    const used = process.cpuUsage(cpu);
    const blocks = metainfo.info.length / BLOCK_BYTES;
    return {
      value: metainfo.info.length / MEBIBYTE / seconds,
      cpuMicroseconds: (used.user + used.system) / blocks,
    };
  } finally {
    await scope.end();
    await rm(dataPath, { force: true });
  }
}

/** From the start of the program to its end. */
async function measureAria2(program: string, { folder, metainfo, torrentPath }: Setting): Promise<Sample> {
  const args = ['-q', '--enable-dht=false', '--seed-time=0', '--file-allocation=none', '-d', folder];
  try {
    const begin = performance.now();
    await runProcess(program, [...args, torrentPath], { name: 'aria2c', deadlineMs: 300_000 });
    return { value: metainfo.info.length / MEBIBYTE / ((performance.now() - begin) / 1000) };
  } finally {
    await rm(join(folder, metainfo.info.name), { force: true });
  }
}

async function prepare(scope: Scope, nginx: string, size: number): Promise<Setting> {
  const folder = await makeFastFolder(scope, 2 * size);
  const root = await makeFastFolder(scope, size);
  const file = join(root, 'data.bin');
  await writeRandomFile(file, size);
  const url = await startNginx(scope, nginx, root);
  const { metainfo } = await createTorrent(file);
  const torrent = encodeMetainfo({ infoBytes: metainfo.infoBytes, announceTiers: [], webSeeds: [url] });
  const torrentPath = join(folder, 'data.torrent');
  await writeFile(torrentPath, torrent);
  return { folder, metainfo: parseMetainfo(torrent), torrentPath };
}

async function run({ smoke, rounds }: BenchOptions): Promise<Case[]> {
  const size = (smoke ? 32 : 512) * MEBIBYTE;
  const nginx = findTool('nginx');
  const aria2 = findTool('aria2c');
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  const scope = new Scope();
  try {
    if (nginx === undefined) return [toCase(size, [{ name: 'seedbed', samples: [], missing: 'no nginx' }])];
    const setting = await prepare(scope, nginx, size);
    if (!smoke) await measureSeedbed(setting); // warms the compiler up
    for (let round = 0; round < rounds; round++) {
      ours.push(await measureSeedbed(setting));
      if (aria2 !== undefined) theirs.push(await measureAria2(aria2, setting));
    }
  } finally {
    await scope.end();
  }
  const missing = aria2 === undefined ? { missing: 'not installed' } : {};
  return [
    toCase(size, [
      { name: 'seedbed', samples: ours },
      { name: 'aria2c', samples: theirs, ...missing },
    ]),
  ];
}

function toCase(size: number, subjects: readonly Subject[]): Case {
  return {
    bench: 'web-sources',
    name: 'one file from nginx',
    unit: 'MiB/s',
    work: 'block of 16 KiB',
    subjects,
    notes: [`${size / MEBIBYTE} MiB over loopback, to memory, hashing included; aria2c with its start`],
  };
}

/** A mirror through one web seed over loopback, against aria2c. */
export const webSources: Bench = { name: 'web-sources', run };
