import type { Logger } from 'pino';
import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { PeerId } from '../bittorrent/peer-id.ts';
import type { Clock } from './clock.ts';
import type { SeederCounters } from './counters.ts';
import type { DiscoverySettings } from './discovery/discovery.ts';
import type { Disk } from './disk/disk.ts';
import type { SeederError } from './errors.ts';
import type { PieceSelection } from './integrity/piece-selection.ts';
import type { SeederLimits } from './limits.ts';
import type { PacerOptions } from './rates/rate-pacer.ts';
import type { SuperSeedingMode } from './super-seeding/super-seeding.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import type { TorrentState } from './torrents/torrent-state.ts';
import type { EncryptionMode } from './wire/encryption/encryption.ts';

/** How a seed node is made. */
export interface SeedNodeOptions {
  /** The address to listen on for peers; `::` is every address of both families. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly peerId: PeerId;
  /** What peers are told we are, such as "Seedbed 0.1.0". */
  readonly clientVersion: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Threads that check data: 1 to 64, default one a core. */
  readonly hashThreads?: number;
  readonly limits?: Partial<SeederLimits>;
  /** Limits on what is uploaded, and their hours; none by default. */
  readonly rates?: Omit<PacerOptions, 'clock'>;
  /** The same for blocks that are fetched; none by default. */
  readonly downloadRates?: Omit<PacerOptions, 'clock'>;
  readonly counters?: SeederCounters;
  /** What `AddTorrent.checksOnServe` is when it is left out; default false. */
  readonly checksOnServe?: boolean;
  /**
   * Pieces that went bad are fetched and written again also in files that we did not write; default false. Only where the file has
   * the size and time of its last check, or was never hashed, and lies in the place of no other torrent.
   */
  readonly repair?: boolean;
  /** Looks again at what is seeded while the node is idle; never by default. */
  readonly scrub?: ScrubOptions;
  /** What files are read and written with; the system's own by default. Another may be put around that. */
  readonly disk?: Disk;
  /** Whether peers of a torrent of which nobody else has a full copy are shown its pieces one by one (BEP 16); default `off`. */
  readonly superSeeding?: SuperSeedingMode;
  /** Full copies of a torrent beside ours that whoever runs a tracker in this process knows of. */
  readonly otherSeeds?: (torrent: Torrent) => number;
  /** Whether connections may, must or must not be encrypted; default `allow`. */
  readonly encryption?: EncryptionMode;
  /** How peers are found beside trackers; by default by other peers only. */
  readonly discovery?: DiscoverySettings;
  /** Announce URLs for which this is true are left to whoever runs that tracker in this process. */
  readonly isOwnTracker?: (url: string) => boolean;
  /** URLs of web seeds for which this is true lead to files that this process serves; nothing is fetched from them. */
  readonly isOwnWebSeed?: (url: string) => boolean;
}

/** How what is seeded is looked at again. */
export interface ScrubOptions {
  /** 0: never. */
  readonly bytesPerSecond: number;
  /** Where it was in an earlier run: what the event `scrubbed` brought last. */
  readonly position?: string;
}

/** A torrent to be seeded. */
export interface AddTorrent {
  readonly metainfo: Metainfo;
  /** The file, or for a folder's torrent the folder that holds its files. */
  readonly dataPath: string;
  /** What was remembered of an earlier check (event `resumeChanged`, or `resumeFor`); null or left out: check everything. */
  readonly resume?: string | null;
  /** What is missing is fetched from peers; else it is an error. Then `dataPath` need not be there, but the folder around it. */
  readonly isMirrored?: boolean;
  /**
   * Files of which nothing is remembered are believed when they have their lengths: the torrent is seeded at once, and each piece is
   * hashed before its first byte leaves, all others while the node is idle. Not for a torrent that is mirrored.
   */
  readonly checksOnServe?: boolean;
  /** Once it is checked it is `paused`. */
  readonly isPaused?: boolean;
  /** Peers to try at once, beside those that the trackers name. */
  readonly peers?: readonly Endpoint[];
  /** What a person chose for it; the defaults when left out. */
  readonly preferences?: TorrentPreferences;
}

/** What is to be rechecked. */
export interface RecheckOptions {
  /** What was remembered of an earlier check: files that did not change since then are believed. Of a check of all only. */
  readonly resume?: string | null;
  /** Only these pieces; all when left out. */
  readonly pieces?: PieceSelection | undefined;
}

/** The events of a seed node. A listener is called synchronously and must not throw. */
export interface SeedNodeEvents {
  stateChanged: [torrent: Torrent, before: TorrentState];
  /** The fraction is from 0 to 1. */
  checkProgress: [torrent: Torrent, fraction: number];
  /** To be kept and given back to `add` after a restart. */
  resumeChanged: [infoHash: InfoHash, resume: string];
  /** A piece was hashed and is good: in a check, a recheck or a download. In a check of all, in no order. */
  piecePassed: [torrent: Torrent, piece: number];
  /** A piece was looked at, or fetched, and is not good; or it was to be rechecked and is not there. */
  pieceFailed: [torrent: Torrent, piece: number];
  /** Where the scrub is, to be given to the next run: every half minute while it moves, and at the end. */
  scrubbed: [position: string];
  /** A recheck of chosen pieces has ended, with so many of each. */
  rechecked: [torrent: Torrent, passed: number, failed: number];
  /** A torrent that was mirrored is complete, and on the disk; after `stateChanged`. */
  finished: [torrent: Torrent];
  /** After `stateChanged`. */
  failed: [torrent: Torrent, error: SeederError];
}
