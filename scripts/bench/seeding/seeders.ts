import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { startLibtorrent } from '../../../test/support/clients/libtorrent.ts';
import { runProcess } from '../../../test/support/processes.ts';
import type { Scope } from '../../../test/support/scope.ts';
import { publish, startSeedbed } from '../../../test/support/seedbed.ts';
import { findTool } from '../../../test/support/tools.ts';

/** The torrent that all subjects seed. */
export interface SeedTorrent {
  readonly path: string;
  readonly infoHash: string;
  readonly pieceLength: number;
}

/** A seeder under load. */
export interface Seeder {
  readonly port: number;
  readonly pid: number;
  readonly torrent: SeedTorrent;
}

/** What is seeded, and the command before the seeder's that pins it to a core. */
export interface SeedPlan {
  readonly folder: string;
  readonly file: string;
  readonly prefix: readonly string[];
  /** Bound on the upload; none by default. */
  readonly uploadBytesPerSecond?: number;
}

async function readTorrent(path: string): Promise<SeedTorrent> {
  const { infoHash, info } = parseMetainfo(await readFile(path));
  return { path, infoHash: infoHashToHex(infoHash), pieceLength: info.pieceLength };
}

/** `seedbed serve`, with the file published. */
export async function startSeedbedSeeder(
  scope: Scope,
  { folder, file, prefix, uploadBytesPerSecond: limit }: SeedPlan,
): Promise<Seeder> {
  const dataDir = await mkdtemp(join(folder, 'seedbed-data-'));
  const args = ['--upload-slots', '200']; // as libtorrent's, whose default is 8
  if (limit !== undefined) args.push('--upload-limit', String(limit), '--limit-local');
  const running = await startSeedbed(scope, { dataDir, prefix, logLevel: 'warn', args });
  const { torrentPath } = await publish(dataDir, file);
  return { port: running.peerPort, pid: running.process.pid, torrent: await readTorrent(torrentPath) };
}

/** libtorrent in seed mode, with the settings that let it go at full speed; the same torrent as ours when there is one. */
export async function startLibtorrentSeeder(
  scope: Scope,
  { folder, file, prefix, uploadBytesPerSecond: limit }: SeedPlan,
  torrent: SeedTorrent | undefined,
): Promise<Seeder> {
  if (findTool('libtorrent') === undefined) throw new Error('python3-libtorrent is not installed');
  const used = torrent ?? (await makeWithMktorrent(folder, file));
  const limited = limit === undefined ? {} : { uploadLimitKiB: Math.round(limit / 1024) };
  const options = { torrent: used.path, folder, seedMode: true, fast: true, prefix, ...limited };
  const running = await startLibtorrent(scope, options);
  return { port: running.port, pid: running.pid, torrent: used };
}

async function makeWithMktorrent(folder: string, file: string): Promise<SeedTorrent> {
  const path = join(folder, 'mktorrent.torrent');
  await rm(path, { force: true }); // of an earlier round: it is not written over
  await runProcess('mktorrent', ['-l', '19', '-a', 'http://127.0.0.1:9/announce', '-o', path, file]);
  return readTorrent(path);
}
