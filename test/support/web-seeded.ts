import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metainfo } from '../../src/bittorrent/metainfo/metainfo.ts';
import type { SeedNode } from '../../src/seeder/seed-node.ts';
import type { SeedNodeOptions } from '../../src/seeder/seed-node-types.ts';
import type { Torrent } from '../../src/seeder/torrent.ts';
import { mirrorFixture } from './mirrored-torrent.ts';
import type { CleanupOwner } from './scope.ts';
import { type FixtureOptions, makeTorrentFixture, type TorrentFixture } from './seeded-torrent.ts';

/** What a web server has of a torrent: its files by the paths at which a web seed at `/` has them. */
export async function filesOf({
  dataPath,
  metainfo,
}: Pick<TorrentFixture, 'dataPath' | 'metainfo'>): Promise<Record<string, Buffer>> {
  const { name, isMultiFile } = metainfo.info;
  if (!isMultiFile) return { [`/${name}`]: await readFile(dataPath) };
  const files: Record<string, Buffer> = {};
  for (const entry of await readdir(dataPath, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[`/${name}${path.slice(dataPath.length)}`] = await readFile(path);
  }
  return files;
}

/** A torrent, and what a web server has of it. */
export async function webSeedFixture(
  owner: CleanupOwner,
  options: FixtureOptions = {},
): Promise<{ fixture: TorrentFixture; files: Record<string, Buffer> }> {
  const fixture = await makeTorrentFixture(owner, options);
  return { fixture, files: await filesOf(fixture) };
}

/** A node that mirrors a torrent from web seeds alone. */
export function mirrorFromWeb(
  owner: CleanupOwner,
  metainfo: Metainfo,
  seeds: Partial<Pick<Metainfo, 'webSeeds' | 'httpSeeds'>>,
  options: Partial<SeedNodeOptions> = {},
): Promise<{ node: SeedNode; torrent: Torrent; dataPath: string }> {
  return mirrorFixture(owner, { metainfo: { ...metainfo, ...seeds } }, [], options);
}
