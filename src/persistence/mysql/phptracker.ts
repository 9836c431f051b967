import type { Knex } from 'knex';
import { parseMysqlUrl } from '../mysql-url.ts';
import { toPersistenceError } from './mysql-errors.ts';
import { mysqlKnex } from './mysql-knex.ts';

/** A row of `phptracker_torrents`. PHPTracker makes torrents of single files only. */
export interface PhpTrackerTorrent {
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** As it stands in the info dictionary, in whatever encoding. */
  readonly name: Uint8Array;
  readonly lengthBytes: number;
  /** Bytes. */
  readonly pieceLength: number;
  /** SHA-1 of each piece, 20 bytes each. */
  readonly pieces: Uint8Array;
  /** Where the file lay on its machine. */
  readonly path: string;
  /** Switched off by its owner. */
  readonly isActive: boolean;
}

/** A row of `phptracker_peers` that has not expired. */
export interface PhpTrackerPeer {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  /** IPv4, 4 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
  /** Bytes; so are the next two. */
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
  readonly expiresInSeconds: number;
}

/** A database of PHPTracker, open to be read. */
export interface PhpTrackerTables {
  /** Torrents in the order of their info-hashes. */
  torrents(): AsyncIterable<PhpTrackerTorrent>;
  peers(): AsyncIterable<PhpTrackerPeer>;
  close(): Promise<void>;
}

/** Rows a page: the pieces of a large file have a megabyte. */
const TORRENTS_A_PAGE = 50;
const PEERS_A_PAGE = 5_000;

interface TorrentRecord {
  readonly info_hash: Buffer;
  readonly name: Buffer;
  readonly length: number;
  readonly pieces_length: number;
  readonly pieces: Buffer;
  readonly path: string;
  readonly status: string;
}

interface PeerRecord {
  readonly info_hash: Buffer;
  readonly peer_id: Buffer;
  readonly ip_address: number;
  readonly port: number;
  readonly bytes_uploaded: number | null;
  readonly bytes_downloaded: number | null;
  readonly bytes_left: number | null;
  readonly expires_in: number | null;
}

/**
 * Opens the two tables of PHPTracker: nothing in them is changed.
 * @throws {PersistenceError} ERR_DATABASE_URL, and as of any database that cannot be reached; reading rejects in the same way.
 */
export function openPhpTracker(url: string): PhpTrackerTables {
  const target = parseMysqlUrl(url);
  const knex = mysqlKnex(target);
  const read = async <Row>(query: Knex.QueryBuilder): Promise<Row[]> => {
    try {
      return (await query) as Row[]; // the columns that the query names
    } catch (error) {
      throw toPersistenceError(error, target);
    }
  };
  return {
    async *torrents() {
      for (let after: Buffer | undefined; ; ) {
        const page: TorrentRecord[] = await read(torrentsAfter(knex, after));
        for (const record of page) yield toTorrent(record);
        after = page.at(-1)?.info_hash;
        if (page.length < TORRENTS_A_PAGE) break;
      }
    },
    async *peers() {
      for (let offset = 0; ; offset += PEERS_A_PAGE) {
        const page: PeerRecord[] = await read(peersFrom(knex, offset));
        for (const record of page) yield toPeer(record);
        if (page.length < PEERS_A_PAGE) break;
      }
    },
    close: () => knex.destroy(),
  };
}

/** The name as bytes: the column says latin1, but PHP wrote what it had. */
function torrentsAfter(knex: Knex, after: Buffer | undefined): Knex.QueryBuilder {
  const query = knex('phptracker_torrents')
    .select('info_hash', 'length', 'pieces_length', 'pieces', 'path', 'status')
    .select(knex.raw('convert(name using binary) as name'))
    .orderBy('info_hash')
    .limit(TORRENTS_A_PAGE);
  return after === undefined ? query : query.where('info_hash', '>', after);
}

function peersFrom(knex: Knex, offset: number): Knex.QueryBuilder {
  return knex('phptracker_peers')
    .select('info_hash', 'peer_id', 'ip_address', 'port', 'bytes_uploaded', 'bytes_downloaded', 'bytes_left')
    .select(knex.raw('timestampdiff(second, current_timestamp, expires) as expires_in'))
    .where('expires', '>', knex.raw('current_timestamp'))
    .orderBy([{ column: 'info_hash' }, { column: 'peer_id' }])
    .offset(offset)
    .limit(PEERS_A_PAGE);
}

function toTorrent(record: TorrentRecord): PhpTrackerTorrent {
  return {
    infoHash: record.info_hash,
    name: record.name,
    lengthBytes: record.length,
    pieceLength: record.pieces_length,
    pieces: record.pieces,
    path: record.path,
    isActive: record.status === 'active',
  };
}

/** PHPTracker writes what a peer uploaded into the column for what it downloaded, and the other way round. */
function toPeer(record: PeerRecord): PhpTrackerPeer {
  const address = Buffer.alloc(4);
  address.writeUInt32BE(record.ip_address);
  return {
    infoHash: record.info_hash,
    peerId: record.peer_id,
    address,
    port: record.port,
    uploaded: record.bytes_downloaded ?? 0,
    downloaded: record.bytes_uploaded ?? 0,
    left: record.bytes_left ?? 0,
    expiresInSeconds: record.expires_in ?? 0,
  };
}
