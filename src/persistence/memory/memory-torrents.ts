import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { TorrentRow, TransferRow } from '../persistence.ts';
import type { SharedTorrent, TorrentChanges } from '../torrent-store.ts';
import type { MemoryDatabase, StoredData, StoredTorrent } from './memory-database.ts';

/** What a node has of a torrent that another one published. */
const NO_DATA: StoredData = Object.freeze({
  dataPath: null,
  state: 'tracked',
  resume: null,
  preferences: null,
  transfers: null,
});

/** Saves a torrent as one node sees it. */
export function putTorrent(database: MemoryDatabase, nodeId: number, torrent: TorrentRow): void {
  const key = infoHashToHex(torrent.infoHash);
  const row = structuredClone(torrent);
  const { dataPath, state, resume, preferences, transfers } = row;
  const dataByNode = database.torrents.get(key)?.dataByNode ?? new Map<number, StoredData>();
  dataByNode.set(nodeId, { dataPath, state, resume, preferences, transfers });
  database.torrents.set(key, { row, dataByNode, sequence: ++database.revisions.torrents });
}

/** Changes what one node has of a torrent; false when there is none. */
export function changeData(
  database: MemoryDatabase,
  nodeId: number,
  infoHash: InfoHash,
  change: Partial<StoredData>,
): boolean {
  const key = infoHashToHex(infoHash);
  const torrent = database.torrents.get(key);
  if (torrent === undefined) return false;
  torrent.dataByNode.set(nodeId, { ...(torrent.dataByNode.get(nodeId) ?? NO_DATA), ...change });
  if (change.state !== undefined)
    database.torrents.set(key, { ...torrent, sequence: ++database.revisions.torrents });
  return true;
}

/** Changes what one node has moved of torrents that it has. */
export function putTransfers(database: MemoryDatabase, nodeId: number, rows: readonly TransferRow[]): void {
  for (const { infoHash, transfers } of rows) {
    const data = database.torrents.get(infoHashToHex(infoHash))?.dataByNode;
    const before = data?.get(nodeId);
    if (before !== undefined) data?.set(nodeId, { ...before, transfers });
  }
}

/** Forgets what a node has of torrents. */
export function dropDataOf(database: MemoryDatabase, nodeId: number): void {
  for (const [key, torrent] of database.torrents)
    if (torrent.dataByNode.delete(nodeId))
      database.torrents.set(key, { ...torrent, sequence: ++database.revisions.torrents });
}

/** A torrent as one node sees it. */
export function torrentFor(
  nodeId: number,
  { row, dataByNode }: StoredTorrent,
  completed: number,
): SharedTorrent {
  const holders = [...dataByNode].filter(([, { dataPath }]) => dataPath !== null).map(([id]) => id);
  return {
    torrent: { ...structuredClone(row), ...(dataByNode.get(nodeId) ?? NO_DATA), completed },
    holders: holders.sort((a, b) => a - b),
  };
}

/** Up to `limit` torrents that changed after `sequence`. */
export function changesOf(
  database: MemoryDatabase,
  sequence: number,
  limit: number,
  toShared: (stored: StoredTorrent) => SharedTorrent,
): TorrentChanges {
  const changed = [...database.torrents.values()]
    .filter((torrent) => torrent.sequence > sequence)
    .sort((a, b) => a.sequence - b.sequence)
    .slice(0, limit);
  const isMore = changed.length === limit;
  const last = isMore ? changed.at(-1)?.sequence : database.revisions.torrents;
  return { torrents: changed.map(toShared), lastSequence: Math.max(sequence, last ?? 0), isMore };
}
