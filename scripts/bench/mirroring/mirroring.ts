import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { startLibtorrent } from '../../../test/support/clients/libtorrent.ts';
import { writeRandomFile } from '../../../test/support/data.ts';
import { peerAnswer, startFixedTracker } from '../../../test/support/fixed-tracker.ts';
import { freePort } from '../../../test/support/free-port.ts';
import { Scope } from '../../../test/support/scope.ts';
import { startSeedbed } from '../../../test/support/seedbed.ts';
import type { Bench } from '../bench.ts';
import { Collection } from '../collection.ts';
import { type Control, controlOf } from '../control.ts';
import { cpuSeconds, pinning } from '../cores.ts';
import { makeFastFolder } from '../fast-folder.ts';
import type { BenchOptions } from '../options.ts';
import type { Case, Sample } from '../report.ts';

const MEBIBYTE = 1 << 20;
const BLOCK = 16 * 1024;
const DEADLINE_MS = 300_000;
/** Between two questions whether the mirror is complete. */
const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 250;

/** What is downloaded, and from whom. */
interface Source {
  readonly torrent: string;
  readonly bytes: number;
  readonly folder: string;
}

/** A seed of libtorrent's at full speed, on a core of its own, that a tracker names. */
async function startSource(scope: Scope, bytes: number): Promise<Source> {
  const folder = await makeFastFolder(scope, 2 * bytes);
  const file = join(folder, 'data.bin');
  await writeRandomFile(file, bytes);
  const port = await freePort();
  const tracker = await startFixedTracker(scope, peerAnswer(port));
  const made = await createTorrent(file, { announceTiers: [[tracker.url]], creationDate: 'none' });
  const torrent = join(folder, 'data.torrent');
  await writeFile(torrent, made.torrent);
  const { load } = pinning();
  await startLibtorrent(scope, { torrent, folder, port, seedMode: true, fast: true, prefix: load });
  return { torrent, bytes, folder };
}

/** A server that mirrors, and the control of it. */
interface Mirror {
  readonly pid: number;
  readonly control: Control;
}

async function startMirror(scope: Scope, { folder }: Source): Promise<Mirror> {
  const dataDir = join(await mkdtemp(join(folder, 'seedbed-')), 'data');
  const server = await startSeedbed(scope, { dataDir, prefix: pinning().server });
  return { pid: server.process.pid, control: await controlOf(server) };
}

/** The time from the order to mirror until all is there and served. */
async function mirrorWithSeedbed({ torrent, bytes, folder }: Source, mirror: Mirror): Promise<Sample> {
  const { pid, control } = mirror;
  const target = await mkdtemp(join(folder, 'target-'));
  try {
    return await timed(pid, bytes, async () => {
      const { infoHash } = await control.mirror(torrent, target);
      await untilComplete(control, infoHash);
    });
  } finally {
    for (const { infoHash } of await control.list()) await control.remove(infoHash);
    await rm(target, { recursive: true, force: true });
  }
}

/** Asks seldom while much is left: each answer costs the server half a millisecond, which is no work of the mirror's. */
async function untilComplete(control: Control, infoHash: string): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const { state, progress } = await control.torrent(infoHash);
    if (state === 'seeding') return;
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > DEADLINE_MS) throw new Error(`the mirror is not complete after ${DEADLINE_MS} ms`);
    const leftMs = progress > 0 ? (elapsedMs * (1 - progress)) / progress : elapsedMs;
    await setTimeout(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, leftMs / 2)));
  }
}

async function mirrorWithLibtorrent({ torrent, bytes, folder }: Source): Promise<Sample> {
  const scope = new Scope();
  try {
    const target = await mkdtemp(join(folder, 'target-'));
    scope.after(() => rm(target, { recursive: true, force: true }));
    const options = {
      torrent,
      folder: target,
      fast: true,
      isHeld: true,
      reportMs: MAX_PAUSE_MS, // and at once when it is complete
      prefix: pinning().server,
    };
    const running = await startLibtorrent(scope, options);
    return await timed(running.pid, bytes, async () => {
      running.release();
      await running.finished(DEADLINE_MS);
    });
  } finally {
    await scope.end();
  }
}

async function timed(pid: number, bytes: number, work: () => Promise<void>): Promise<Sample> {
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(pid) - cpuBefore;
  return {
    value: bytes / MEBIBYTE / seconds,
    cpuMicroseconds: (cpu / (bytes / BLOCK)) * 1e6,
    note: `${Math.round((cpu / seconds) * 100)} % of a core`,
  };
}

async function run(options: BenchOptions): Promise<Case[]> {
  const scope = new Scope();
  try {
    const bytes = (options.smoke ? 64 : 1024) * MEBIBYTE;
    const collection = new Collection();
    const source = await startSource(scope, bytes);
    const mirror = await startMirror(scope, source);
    if (!options.smoke) await mirrorWithSeedbed(source, mirror); // a round that warms up is thrown away
    for (let round = 0; round < options.rounds; round++) {
      await collection.attempt('seedbed', () => mirrorWithSeedbed(source, mirror));
      await collection.attempt('libtorrent', () => mirrorWithLibtorrent(source));
    }
    return [
      {
        bench: 'mirroring',
        name: `${bytes / MEBIBYTE} MiB from one seed`,
        unit: 'MiB/s',
        work: 'block of 16 KiB, hashed and written',
        subjects: collection.subjects,
        notes: [
          'from the order until all is there; the seed is libtorrent, in memory as the target is',
          `${pinning().note}`,
        ],
      },
    ];
  } finally {
    await scope.end();
  }
}

/** Downloading, hashing and writing against libtorrent, from the same seed. */
export const mirroring: Bench = { name: 'mirroring', run };
