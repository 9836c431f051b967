import { join } from 'node:path';
import type { Endpoint } from '../../src/bittorrent/endpoint.ts';
import { addressFromBytes } from '../../src/bittorrent/endpoint.ts';
import { makePeerId } from '../../src/bittorrent/peer-id.ts';
import type { SeedNode } from '../../src/seeder/seed-node.ts';
import type { SeedNodeOptions } from '../../src/seeder/seed-node-types.ts';
import type { Torrent } from '../../src/seeder/torrent.ts';
import type { CleanupOwner } from './scope.ts';
import { makeSeedNode, type TorrentFixture } from './seeded-torrent.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A peer on loopback. */
export function loopbackPeer(port: number, lastByte = 1): Endpoint {
  return { address: addressFromBytes(Uint8Array.of(127, 0, 0, lastByte)), port };
}

/** A started node with a peer id of its own. */
export async function startMirrorNode(
  owner: CleanupOwner,
  options: Partial<SeedNodeOptions> = {},
): Promise<SeedNode> {
  const node = makeSeedNode(owner, { peerId: makePeerId(new Uint8Array(12).fill(0x62)), ...options });
  await node.start();
  return node;
}

/** A node that mirrors a torrent into a fresh folder, from peers on loopback. */
export async function mirrorFixture(
  owner: CleanupOwner,
  { metainfo }: Pick<TorrentFixture, 'metainfo'>,
  peers: readonly Endpoint[],
  options: Partial<SeedNodeOptions> = {},
): Promise<{ node: SeedNode; torrent: Torrent; dataPath: string }> {
  const node = await startMirrorNode(owner, options);
  const dataPath = join(await makeTempFolder(owner), metainfo.info.name);
  const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers });
  return { node, torrent, dataPath };
}
