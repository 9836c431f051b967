import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLibtorrent } from './clients/libtorrent.ts';
import type { CleanupOwner } from './scope.ts';
import { makeTorrentFixture } from './seeded-torrent.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A node of libtorrent by which others on loopback may join a DHT of their own; it is about another torrent. Resolves with its UDP port. */
export async function startDhtRouter(owner: CleanupOwner): Promise<number> {
  const folder = await makeTempFolder(owner);
  const { torrent } = await makeTorrentFixture(owner, { content: 1000 });
  const path = join(folder, 'other.torrent');
  await writeFile(path, torrent);
  const { port } = await startLibtorrent(owner, { torrent: path, folder, dhtNodes: [] });
  return port;
}
