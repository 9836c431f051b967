import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A row of the view `readable_peers` of a data folder's database. */
export interface ReadablePeer {
  readonly address: string;
  readonly port: number;
  readonly is_seeder: number;
}

/** The peers of a swarm as the database holds them now; read beside the running server, as people do. */
export function readablePeers(dataDir: string, infoHash: string): ReadablePeer[] {
  const path = join(dataDir, 'seedbed.db');
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    const query =
      'SELECT address, port, is_seeder FROM readable_peers WHERE lower(info_hash) = ? ORDER BY address';
    return database.prepare(query).all(infoHash) as unknown as ReadablePeer[];
  } finally {
    database.close();
  }
}

/** Times a torrent was completed, as the database holds it. */
export function storedCompleted(dataDir: string, infoHash: string): number {
  const database = new DatabaseSync(join(dataDir, 'seedbed.db'), { readOnly: true, timeout: 5_000 });
  try {
    const query = 'SELECT completed FROM readable_torrents WHERE lower(info_hash) = ?';
    return Number(database.prepare(query).get(infoHash)?.['completed'] ?? 0);
  } finally {
    database.close();
  }
}
