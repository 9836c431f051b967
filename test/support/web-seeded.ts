import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metainfo } from '../../src/bittorrent/metainfo/metainfo.ts';
import type { WebSourceStatus } from '../../src/seeder/download/web-source/web-source-status.ts';
import type { SeedNode } from '../../src/seeder/seed-node.ts';
import type { SeedNodeOptions } from '../../src/seeder/seed-node-types.ts';
import type { Torrent } from '../../src/seeder/torrent.ts';
import { eventually } from './eventually.ts';
import { mirrorFixture } from './mirrored-torrent.ts';
import type { CleanupOwner } from './scope.ts';
import { type FixtureOptions, makeTorrentFixture, type TorrentFixture } from './seeded-torrent.ts';
import type { ManualClock } from './seeder-clock.ts';

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

/** Moves the clock on, second by second, until something holds. */
export function passTime(clock: ManualClock, what: string, holds: () => boolean): Promise<unknown> {
  return eventually(
    what,
    () => {
      if (holds()) return true;
      clock.advance(1000);
      return false;
    },
    { intervalMs: 5 },
  );
}

/** The only web seed of a torrent that is fetched. */
export function onlySource(torrent: Torrent): WebSourceStatus {
  const [source] = torrent.webSources;
  assert.ok(source);
  return source;
}
