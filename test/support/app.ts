import { join } from 'node:path';
import { pino } from 'pino';
import { type App, type AppParts, startApp } from '../../src/app.ts';
import { type CreatedTorrent, createTorrent } from '../../src/builder/create-torrent.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/settings.ts';
import { resumeFor } from '../../src/seeder/torrents/resume.ts';
import { writeRandomFile } from './data.ts';
import { type CleanupOwner, cleanup } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';
import './no-dht.ts';

/** Settings for a server of a test: loopback, free ports, quiet. */
export function testConfig(dataDir: string, flags: Partial<Config> = {}): Config {
  const { config } = loadConfig({
    environment: {},
    flags: { dataDir, host: '127.0.0.1', httpPort: 0, peerPort: 0, threads: 1, dht: false, ...flags },
  });
  return config;
}

/** A running Seedbed on loopback that is stopped when the test ends. */
export async function startTestApp(
  owner: CleanupOwner,
  flags: Partial<Config> = {},
  parts: Partial<AppParts> = {},
): Promise<App & { readonly dataDir: string; readonly url: string }> {
  const dataDir = flags.dataDir ?? (await makeTempFolder(owner));
  const app = await startApp(testConfig(dataDir, flags), { logger: pino({ level: 'silent' }), ...parts });
  cleanup(owner, () => app.stop());
  return { ...app, dataDir, url: `http://127.0.0.1:${app.httpPort}` };
}

/** A torrent made of a file of random bytes, with the record that it is checked. */
export interface MadeTorrent extends CreatedTorrent {
  readonly path: string;
  readonly resume: string;
}

/** Makes a file of `length` bytes and its torrent. */
export async function makeFileTorrent(
  owner: CleanupOwner,
  name = 'film.mkv',
  length = 100_000,
): Promise<MadeTorrent> {
  const path = join(await makeTempFolder(owner), name);
  await writeRandomFile(path, length);
  const created = await createTorrent(path, { creationDate: 'none' });
  return { ...created, path, resume: await resumeFor(created.metainfo, path) };
}
