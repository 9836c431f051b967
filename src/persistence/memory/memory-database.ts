import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { PeerState } from '../peer-journal.ts';
import type { TorrentRow } from '../persistence.ts';
import type { SharedData } from '../revision-store.ts';
import { MemoryAccessTables } from './memory-access-store.ts';
import { MemoryPendingMagnetTable } from './memory-pending-magnet-store.ts';
import { MemoryRateLimitTable } from './memory-rate-limit-store.ts';
import { MemoryUserTables } from './memory-user-store.ts';

/** A peer as the memory driver keeps it. */
export interface StoredPeer extends PeerState {
  readonly infoHash: Uint8Array;
  readonly address: Uint8Array;
  readonly port: number;
  readonly lastSeenSeconds: number;
  readonly expiresAtSeconds: number;
  readonly isGone: boolean;
  readonly nodeId: number;
  readonly sequence: number;
}

/** What one node has of a torrent. */
export interface StoredData {
  readonly dataPath: string | null;
  readonly state: string;
  readonly resume: string | null;
  readonly preferences: string | null;
  readonly transfers: string | null;
}

/** A torrent as the memory driver keeps it. */
export interface StoredTorrent {
  readonly row: TorrentRow;
  readonly dataByNode: Map<number, StoredData>;
  /** The revision of torrents when it was changed last. */
  readonly sequence: number;
}

/** A torrent's counts, by node. */
export interface StoredCounts {
  readonly infoHash: InfoHash;
  readonly byNode: Map<number, number>;
  /** The number of each node's last raise. */
  readonly sequences: Map<number, number>;
}

/** The tables of the memory driver. Several {@link MemoryPersistence} may share them, as nodes share a database. */
export class MemoryDatabase {
  readonly torrents = new Map<string, StoredTorrent>();
  /** In sequence order: a changed peer moves to the end. */
  readonly peers = new Map<string, StoredPeer>();
  readonly counts = new Map<string, StoredCounts>();
  readonly settings = new Map<string, Uint8Array>();
  /** By number. */
  readonly nodes = new Map<number, { readonly name: string; heartbeatAtSeconds: number }>();
  /** The last number that was given to a node. */
  lastNodeId = 0;
  readonly revisions: Record<SharedData, number> = { torrents: 0, access: 0, users: 0 };
  readonly access = new MemoryAccessTables();
  readonly limits = new MemoryRateLimitTable();
  readonly magnets = new MemoryPendingMagnetTable();
  readonly users = new MemoryUserTables();
  /** Of the latest change of a peer. */
  sequence = 0;
  /** Of the latest raise of a count. */
  counterSequence = 0;
  /** Unix milliseconds. */
  readonly clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.clock = clock;
  }
}
