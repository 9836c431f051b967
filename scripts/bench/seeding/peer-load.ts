import { stat } from 'node:fs/promises';
import type { Pinning } from '../cores.ts';
import { type LoadResult, runLoad } from '../load/run-load.ts';
import type { Sample } from '../report.ts';
import type { Seeder } from './seeders.ts';

const MEBIBYTE = 1 << 20;

/** What the leecher of `load/peer-load.c` counts. */
export interface PeerFigures {
  readonly bytes: number;
  readonly blocks: number;
  readonly rejected: number;
  readonly wrong: number;
}

/** What all measurements of one run share. */
export interface LoadSetting {
  readonly pins: Pinning;
  /** The compiled load generator. */
  readonly generator: string;
  /** The file that is seeded. */
  readonly file: string;
}

/** How much is asked for, and in which order. */
export interface PeerLoad {
  readonly connections: number;
  /** Requests open on each connection. */
  readonly requests: number;
  /** Pieces one after the other, or any after any. */
  readonly order: 'sequential' | 'random';
  readonly seconds: number;
}

/** Downloads for a while; with `compareWith` the bytes are compared with a file, which costs the load generator time. */
export async function loadSeeder(
  { pins, generator, file }: LoadSetting,
  { torrent, port, pid }: Seeder,
  { connections, requests, order, seconds }: PeerLoad,
  compareWith?: string,
): Promise<LoadResult<PeerFigures>> {
  const { size } = await stat(file);
  const { infoHash, pieceLength } = torrent;
  const numbers = ['127.0.0.1', port, infoHash, size, pieceLength, connections, seconds, requests, order];
  const command = [...pins.load, generator, ...numbers.map(String)];
  if (compareWith !== undefined) command.push(compareWith);
  return runLoad<PeerFigures>(command, pid, (seconds + 60) * 1_000);
}

/** Downloads for a while; the sample is in MiB a second. */
export async function measureSeeder(setting: LoadSetting, seeder: Seeder, load: PeerLoad): Promise<Sample> {
  const { figures, serverCpuSeconds, otherLoad } = await loadSeeder(setting, seeder, load);
  return {
    value: figures.bytes / MEBIBYTE / figures.seconds,
    cpuMicroseconds: (serverCpuSeconds / Math.max(1, figures.blocks)) * 1e6,
    serverLoad: serverCpuSeconds / figures.seconds,
    loadLoad: figures.loadCpuSeconds / figures.seconds,
    otherLoad,
    ...(figures.rejected > 0 ? { note: `${figures.rejected} requests rejected` } : {}),
  };
}
