import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { encodeInfo, encodeMetainfo } from '../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo } from '../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { makePeerId } from '../../src/bittorrent/peer-id.ts';
import { SeedNode } from '../../src/seeder/seed-node.ts';
import type { SeedNodeOptions } from '../../src/seeder/seed-node-types.ts';
import type { Torrent } from '../../src/seeder/torrent.ts';
import { randomBytesOf } from './data.ts';
import { withDeadline } from './eventually.ts';
import { type CleanupOwner, cleanup } from './scope.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A torrent with its data on disk. */
export interface TorrentFixture {
  readonly metainfo: Metainfo;
  readonly torrent: Uint8Array;
  readonly dataPath: string;
  /** The data as the pieces see it. */
  readonly data: Buffer;
}

/** What the fixture holds: one file of so many bytes, or a folder's files by their paths. */
export interface FixtureOptions {
  readonly content?: number | Readonly<Record<string, number>>;
  readonly pieceLength?: number;
  readonly announceTiers?: readonly (readonly string[])[];
  readonly isPrivate?: boolean;
}

/** Writes random data into a fresh folder and makes its torrent, in memory and without the builder. */
export async function makeTorrentFixture(
  owner: CleanupOwner,
  { content = 100_000, pieceLength = 32_768, announceTiers = [], isPrivate = false }: FixtureOptions = {},
): Promise<TorrentFixture> {
  const folder = await makeTempFolder(owner);
  const name = 'sample';
  const dataPath = join(folder, name);
  const files = typeof content === 'number' ? { '': content } : content;
  const parts: Buffer[] = [];
  for (const [path, length] of Object.entries(files)) {
    const bytes = Buffer.concat(blocks(parts.length + 1, length));
    parts.push(bytes);
    await mkdir(dirname(join(dataPath, path)), { recursive: true });
    await writeFile(join(dataPath, path), bytes);
  }
  const data = Buffer.concat(parts);
  const infoBytes = encodeInfo({
    name,
    pieceLength,
    pieces: hashes(data, pieceLength),
    isPrivate,
    files:
      typeof content === 'number'
        ? [{ path: [], length: content }]
        : Object.entries(content).map(([path, length]) => ({ path: path.split('/'), length })),
  });
  const torrent = encodeMetainfo({ infoBytes, announceTiers });
  return { metainfo: parseMetainfo(torrent), torrent, dataPath, data };
}

function blocks(seed: number, length: number): Buffer[] {
  const result: Buffer[] = [];
  for (let left = length; left > 0; left -= 1 << 20)
    result.push(randomBytesOf(seed * 1000 + result.length, Math.min(left, 1 << 20)));
  return result;
}

function hashes(data: Buffer, pieceLength: number): Uint8Array {
  const digests: Buffer[] = [];
  for (let at = 0; at < data.length; at += pieceLength)
    digests.push(
      createHash('sha1')
        .update(data.subarray(at, at + pieceLength))
        .digest(),
    );
  return Buffer.concat(digests);
}

/** Our own peer id in tests. */
export const testPeerId = makePeerId(new Uint8Array(12).fill(0x61));

/** A seed node on loopback that is stopped with its owner; not yet started. */
export function makeSeedNode(owner: CleanupOwner, options: Partial<SeedNodeOptions> = {}): SeedNode {
  const node = new SeedNode({
    host: '127.0.0.1',
    port: 0,
    peerId: testPeerId,
    clientVersion: 'Seedbed test',
    logger: pino({ level: 'silent' }),
    hashThreads: 1,
    ...options,
  });
  cleanup(owner, () => node.stop());
  return node;
}

/** Waits until a torrent has one of the states. Throws after the deadline. */
export async function torrentState(
  node: SeedNode,
  torrent: Torrent,
  ...states: readonly Torrent['state'][]
): Promise<void> {
  if (states.includes(torrent.state)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = (changed: Torrent): void => {
    if (changed === torrent && states.includes(torrent.state)) resolve();
  };
  node.on('stateChanged', listener);
  try {
    await withDeadline(`the state ${states.join(' or ')}, it is ${torrent.state}`, promise);
  } finally {
    node.off('stateChanged', listener);
  }
}

/** A started node that seeds one torrent. */
export async function seedFixture(
  owner: CleanupOwner,
  fixture: TorrentFixture,
  options: Partial<SeedNodeOptions> = {},
): Promise<{ node: SeedNode; torrent: Torrent; port: number }> {
  const node = makeSeedNode(owner, options);
  const { port } = await node.start();
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath: fixture.dataPath });
  await torrentState(node, torrent, 'seeding', 'failed');
  if (torrent.state === 'failed') throw new Error(torrent.failure);
  return { node, torrent, port };
}
