import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Metainfo, TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { peer6Answer, peerAnswer, startFixedTracker } from '../fixed-tracker.ts';
import { freePort } from '../free-port.ts';
import type { CleanupOwner } from '../scope.ts';
import { makeTorrentFixture } from '../seeded-torrent.ts';
import { makeTempFolder } from '../temp-folder.ts';
import type { Client, RunningClient } from './client.ts';

const FOLDER = { 'a.bin': 1_500_001, 'deep/er/b.bin': 6_000_000, 'Ünïcödé/名.bin': 70_000, 'z.bin': 16_384 };
const DEADLINE_MS = 60_000;

/** A client that seeds a folder named `sample`, and what it seeds. */
export interface Seeding {
  readonly seed: RunningClient;
  readonly metainfo: Metainfo;
  /** The originals. */
  readonly dataPath: string;
  /** By info-hash and tracker. */
  readonly magnet: string;
}

/** Has a client seed a folder, named by a tracker that knows it alone. */
export async function seedWith(
  owner: CleanupOwner,
  client: Client,
  { version = 'v1', address = '127.0.0.1' }: { version?: TorrentVersion; address?: '127.0.0.1' | '::1' } = {},
): Promise<Seeding> {
  const port = await freePort(address);
  const tracker = await startFixedTracker(owner, address === '::1' ? peer6Answer(port) : peerAnswer(port));
  const { dataPath } = await makeTorrentFixture(owner, { content: FOLDER });
  const made = await createTorrent(dataPath, {
    version,
    announceTiers: [[tracker.url]],
    pieceLength: 65_536,
  });
  const folder = await makeTempFolder(owner);
  await cp(dataPath, join(folder, basename(dataPath)), { recursive: true });
  const torrent = join(await makeTempFolder(owner), 'sample.torrent');
  await writeFile(torrent, made.torrent);
  const seed = await client.start(owner, { torrent, folder, port, address });
  await seed.finished(DEADLINE_MS);
  const { infoHash } = made.metainfo;
  const magnet = `magnet:?xt=urn:btih:${Buffer.from(infoHash).toString('hex')}&tr=${encodeURIComponent(tracker.url)}`;
  return { seed, metainfo: made.metainfo, dataPath, magnet };
}
