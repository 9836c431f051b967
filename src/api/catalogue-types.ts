import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { SharedTorrent, TorrentRow, TorrentStore } from '../persistence/persistence.ts';
import type { Deletion } from '../seeder/disk/delete-files.ts';
import type { Torrent } from '../seeder/torrent.ts';
import type { TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';
import type { TransferRecord } from '../seeder/torrents/transfer-totals.ts';
import type { AnnounceUrls } from './announce-urls.ts';
import type { RateLimits, WantedTorrentLimits } from './rate-limits.ts';
import type { SwarmTraffic, SwarmTrafficSource } from './swarm-traffic.ts';
import type { TorrentFolder } from './torrent-folder.ts';
import type { WebSeedUrls } from './web-seed/web-seed-urls.ts';

/** The part of the tracker that the catalogue needs. */
export interface SwarmRegistry {
  registerTorrent(
    infoHash: InfoHash,
    known: CompletedCounts & { readonly alias?: InfoHash | undefined },
  ): void;
  unregisterTorrent(infoHash: InfoHash): void;
  /** Whether the access rules let it be announced. */
  isTracked(infoHash: InfoHash): boolean;
  swarm(
    infoHash: InfoHash,
  ): { readonly complete: number; readonly incomplete: number; readonly downloaded: number } | undefined;
}

/** How often a torrent was completed: over all nodes, and the part that this node counted (all of it when left out). */
export interface CompletedCounts {
  readonly completed: number;
  readonly completedHere?: number;
}

/** The part of the seed node that the catalogue needs. */
export interface Seeding {
  add(torrent: {
    readonly metainfo: Metainfo;
    readonly dataPath: string;
    readonly resume: string | null;
    readonly isMirrored: boolean;
    readonly isPaused: boolean;
    readonly isStopped: boolean;
    readonly peers?: readonly Endpoint[];
    readonly preferences: TorrentPreferences;
    readonly transfers?: TransferRecord | undefined;
    readonly isRestored?: boolean;
  }): Torrent;
  remove(infoHash: InfoHash): boolean;
  torrents(): Torrent[];
  /** @throws {SeederError} ERR_PLACE_SHARED when another torrent is, contains or lies in its place. */
  removeWithData(infoHash: InfoHash): Promise<Deletion>;
  torrent(infoHash: InfoHash): Torrent | undefined;
  /** @throws {SeederError} ERR_TORRENT_UNKNOWN; so do the next two. */
  startTorrent(infoHash: InfoHash, options: { readonly resume: string | null }): void;
  /** @throws {SeederError} ERR_TORRENT_STATE when it has failed. */
  pauseTorrent(infoHash: InfoHash, options: { readonly resume: string | null }): void;
  stopTorrent(infoHash: InfoHash): void;
  /** @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_PREFERENCE. */
  setPreferences(infoHash: InfoHash, change: Partial<TorrentPreferences>): TorrentPreferences;
  /** Where a torrent's own limits are forgotten with it. */
  readonly pacer: { setTorrentLimit(infoHash: InfoHash, bytesPerSecond: undefined): void };
  readonly downloadPacer: { setTorrentLimit(infoHash: InfoHash, bytesPerSecond: undefined): void };
  /**
   * Checks data that is not seeded; resolves with the record of the check.
   * @throws {SeederError} when a part of it is missing or does not match.
   */
  inspect(metainfo: Metainfo, dataPath: string, resume: string | null): Promise<string>;
}

/** How a torrent comes to the seed node, beside what its row says. */
export type Entering = Pick<Parameters<Seeding['add']>[0], 'peers' | 'isRestored'>;

/** What the catalogue is made of. */
export interface CatalogueParts {
  readonly store: TorrentStore;
  readonly tracker: SwarmRegistry;
  readonly seedNode: Seeding;
  readonly folder: TorrentFolder;
  readonly urls: AnnounceUrls;
  readonly webSeedUrls: WebSeedUrls;
  /** Keeps the limits that torrents have of their own. */
  readonly limits: Pick<RateLimits, 'changeTorrent'>;
  /** Our own folder, which is never published. */
  readonly dataDir: string;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  /** Left out: nobody knows what peers fetched. */
  readonly followed?: SwarmTrafficSource;
  /** Called when a torrent has come, with or without data here. */
  readonly onEntered?: (metainfo: Metainfo) => void;
}

/** A torrent to publish. */
export interface Publication {
  /** The `.torrent` file. */
  readonly torrent: Uint8Array;
  /** The file or folder, or a folder that contains it; null: track it only, or seed it from where its data is known to lie. */
  readonly dataPath: string | null;
  /** The seed node's record of a check that was just made, null to have it checked. */
  readonly resume: string | null;
  /** It is to be fetched from peers; `dataPath` and `resume` are null then. */
  readonly mirror?: MirrorPlace;
}

/** Where and how a torrent is mirrored. */
export interface MirrorPlace {
  /** The folder into which its file or folder goes. */
  readonly target: string;
  readonly isPaused: boolean;
  /** Peers to try at once. */
  readonly peers: readonly Endpoint[];
  /** What a person chose for it; what is left out has its default. */
  readonly preferences: Partial<TorrentPreferences>;
  /** Its own; what is left out stays as it is. */
  readonly limits: WantedTorrentLimits;
}

/** What came of publishing or registering a torrent. */
export interface Added {
  readonly published: Published;
  /** False: it was published here already, or registered. */
  readonly isNew: boolean;
}

/** What a catalogue takes in from the database: see `Catalogue.follow`. */
export interface CatalogueChanges {
  /**
   * A torrent was saved, perhaps by this node.
   * @throws {ProtocolError} ERR_METAINFO when its `.torrent` file cannot be read.
   */
  take(shared: SharedTorrent): Promise<void>;
  /** Forgets, here, the torrents that are not among these info-hashes (40 hexadecimal digits each). */
  keepOnly(infoHashes: ReadonlySet<string>): Promise<void>;
  /** How many are known here. */
  count(): number;
}

/** A published torrent. */
export interface Published {
  /** Its `metainfo` is null when only the info-hash is known. */
  readonly row: TorrentRow;
  /** Undefined when only the info-hash is known. */
  readonly metainfo: Metainfo | undefined;
  /** Pad files left out. */
  readonly fileCount: number;
  /** Numbers of the nodes that have the data; empty where nodes share no database. */
  readonly holders: readonly number[];
  /** Undefined when it is tracked only. */
  readonly seed: Torrent | undefined;
  /** Whether the tracker lets it be announced. */
  readonly isTracked: boolean;
  readonly swarm: { readonly seeders: number; readonly leechers: number; readonly completed: number };
  readonly traffic: SwarmTraffic;
}
