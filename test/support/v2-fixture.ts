import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TorrentVersion } from '../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { makeBytes } from '../unit/bittorrent/metainfo/v2-fixtures.ts';
import { randomBytesOf } from './data.ts';
import type { CleanupOwner } from './scope.ts';
import type { TorrentFixture } from './seeded-torrent.ts';
import { makeTempFolder } from './temp-folder.ts';

/** Files of random data by their paths, or one file; and the torrent of them. */
export interface V2FixtureOptions {
  readonly content: number | Readonly<Record<string, number>>;
  readonly pieceLength?: number;
  readonly version?: TorrentVersion;
}

/** Writes random data into a fresh folder and makes its v2 or hybrid torrent, without the builder. `data` has the pads of pieces. */
export async function makeV2Fixture(
  owner: CleanupOwner,
  { content, pieceLength = 65_536, version = 'v2' }: V2FixtureOptions,
): Promise<TorrentFixture> {
  const dataPath = join(await makeTempFolder(owner), 'sample');
  const lengths = typeof content === 'number' ? { '': content } : content;
  const contents = Object.fromEntries(
    Object.entries(lengths).map(([path, length], at) => [path, randomFile(at + 1, length)]),
  );
  for (const [path, bytes] of Object.entries(contents)) {
    await mkdir(dirname(join(dataPath, path)), { recursive: true });
    await writeFile(join(dataPath, path), bytes);
  }
  const torrent = makeBytes(contents, { name: 'sample', pieceLength, version });
  const metainfo = parseMetainfo(torrent);
  const data = Buffer.alloc(metainfo.info.length);
  for (const { path, offset } of metainfo.info.files) data.set(contents[path.join('/')] ?? [], offset);
  return { metainfo, torrent, dataPath, data };
}

function randomFile(seed: number, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let left = length; left > 0; left -= 1 << 20)
    parts.push(randomBytesOf(seed * 1000 + parts.length, Math.min(left, 1 << 20)));
  return Buffer.concat(parts);
}
