import { existsSync } from 'node:fs';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { printableLine } from '../../bittorrent/text.ts';
import type { PhpTrackerPeer, PhpTrackerTorrent } from '../../persistence/mysql/phptracker.ts';
import type { ImportItem } from './import-item.ts';
import { rebuildTorrent } from './phptracker-torrent.ts';

const PEERS_A_CALL = 1000;

/** What PHPTracker's two tables hold: torrents, as far as they are active, and peers that have not expired. */
export async function* fromPhpTracker(
  url: string,
  { seed }: { readonly seed: boolean },
): AsyncGenerator<ImportItem> {
  const { openPhpTracker } = await import('../../persistence/mysql/phptracker.ts'); // Knex: no other command waits for it
  const tables = openPhpTracker(url);
  try {
    for await (const torrent of tables.torrents()) yield itemOf(torrent, seed);
    let peers: PhpTrackerPeer[] = [];
    for await (const peer of tables.peers()) {
      peers.push(peer);
      if (peers.length < PEERS_A_CALL) continue;
      yield { kind: 'peers', peers };
      peers = [];
    }
    if (peers.length > 0) yield { kind: 'peers', peers };
  } finally {
    await tables.close();
  }
}

function itemOf(torrent: PhpTrackerTorrent, seed: boolean): ImportItem {
  const name = Buffer.from(torrent.name).toString();
  const infoHash = infoHashToHex(torrent.infoHash);
  if (!torrent.isActive)
    return { kind: 'bad', what: `${infoHash} ${printableLine(name)}`, why: 'it is switched off' };
  const file = rebuildTorrent(torrent);
  if (file === undefined) return { kind: 'bare', infoHash, name, lengthBytes: torrent.lengthBytes };
  const dataPath = seed && existsSync(torrent.path) ? torrent.path : null;
  return { kind: 'torrent', torrent: file, dataPath, label: name };
}
