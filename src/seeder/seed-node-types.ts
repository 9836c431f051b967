import type { Logger } from 'pino';
import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { PeerId } from '../bittorrent/peer-id.ts';
import type { Serving } from './choking/serving.ts';
import type { Clock } from './clock.ts';
import type { CloseReason, SeederCounters } from './counters.ts';
import type { DiscoverySettings } from './discovery/discovery.ts';
import type { Disk } from './disk/disk.ts';
import type { SeederError } from './errors.ts';
import type { StopRuleSettings } from './goals/stop-rules.ts';
import type { PieceSelection } from './integrity/piece-selection.ts';
import type { SeederLimits } from './limits.ts';
import type { NodeStatistics } from './node-statistics.ts';
import type { ConnectedPeer } from './peers/connected-peer.ts';
import type { SuggestMode } from './peers/suggestions.ts';
import type { TorrentLimits } from './rates/rate-limits.ts';
import type { PacerOptions } from './rates/rate-pacer.ts';
import type { SuperSeedingMode } from './super-seeding/super-seeding.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import type { TorrentState } from './torrents/torrent-state.ts';
import type { StopRule, TransferRecord } from './torrents/transfer-totals.ts';
import type { EncryptionMode } from './wire/encryption/encryption.ts';

/** How a seed node is made. */
export interface SeedNodeOptions {
  /** The address to listen on for peers; `::`, the default, is every address of both families. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Ours in every swarm; by default one is made. */
  readonly peerId?: PeerId;
  /** What peers are told we are, such as "Seedbed 0.1.0". */
  readonly clientVersion?: string;
  /** Without it nothing is logged. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Threads that check data: 1 to 64, default one a core. */
  readonly hashThreads?: number;
  /** Files that are fetched bear names with `.part` behind them until they are complete; default false. */
  readonly usesPartNames?: boolean;
  /** Whether files take their room on the disk before anything is fetched (`full`), or as pieces come; default `sparse`. */
  readonly allocation?: 'sparse' | 'full';
  readonly limits?: Partial<SeederLimits>;
  /** Limits on what is uploaded, and their hours; none by default. */
  readonly rates?: Omit<PacerOptions, 'clock'>;
  /** The same for blocks that are fetched; none by default. */
  readonly downloadRates?: Omit<PacerOptions, 'clock'>;
  readonly counters?: SeederCounters;
  /** When torrents are stopped that have no rules of their own; never, when left out. */
  readonly stopRules?: StopRuleSettings;
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
  /**
   * Whether peers are told of pieces that were just read for another (BEP 6); `auto`: of torrents longer than the cache. It spares a
   * slow disk, but who has the same pieces has nothing to trade: default `off`.
   */
  readonly suggestions?: SuggestMode;
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
  /** It is `stopped`, with what `resume` remembers: nothing is looked at until it is started. */
  readonly isStopped?: boolean;
  /** Peers to try at once, beside those that the trackers name. */
  readonly peers?: readonly Endpoint[];
  /** What a person chose for it; the defaults when left out. */
  readonly preferences?: TorrentPreferences;
  /** How fast it is sent and fetched, from its first byte on, beside the limits of the node; what is left out stays as `setLimits` made it. */
  readonly limits?: TorrentLimits;
  /** What it moved in earlier runs; a torrent that a rule has stopped stays `stopped`. */
  readonly transfers?: TransferRecord | undefined;
  /** It was here in an earlier run: when its place is another's now it is `failed`, until that one is gone and it is resumed. */
  readonly isRestored?: boolean;
}

/** What is to be rechecked. */
export interface RecheckOptions {
  /** What was remembered of an earlier check: files that did not change since then are believed. Of a check of all only. */
  readonly resume?: string | null;
  /** Only these pieces; all when left out. */
  readonly pieces?: PieceSelection | undefined;
}

/** How a torrent is started that was stopped or has failed. */
export interface StartOptions {
  /** What is remembered of its data, from an earlier run; left out or null: what this node knows of it. */
  readonly resume?: string | null;
}

/** The events of a seed node. A listener is called synchronously and must not throw. */
export interface SeedNodeEvents {
  /** A torrent was taken in. */
  added: [torrent: Torrent];
  /** The metadata of a magnet link came (BEP 9); it is a `.torrent` file. */
  metadata: [infoHash: InfoHash, torrent: Uint8Array];
  stateChanged: [torrent: Torrent, before: TorrentState];
  /** After somebody changed whom a torrent is served to. */
  servingChanged: [torrent: Torrent, before: Serving];
  /** After `stateChanged`; so are the next two. */
  seeding: [torrent: Torrent];
  paused: [torrent: Torrent];
  stopped: [torrent: Torrent];
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
  /** A piece of so many bytes came from peers, is good and written; after `piecePassed`. */
  downloaded: [torrent: Torrent, piece: number, bytes: number];
  /** A torrent that was mirrored is complete, and on the disk; after `stateChanged`. */
  finished: [torrent: Torrent];
  /** Its data lies at `dataPath` now, and `preferences.moveTo` is null again: both are to be kept. */
  moved: [torrent: Torrent];
  /** Its data could not be moved, and stays where it is; why is `moveError` of the torrent. */
  moveFailed: [torrent: Torrent, error: SeederError];
  /** After `stateChanged`. */
  failed: [torrent: Torrent, error: SeederError];
  /** A torrent is stopped, since it was seeded as it was to be; after `stateChanged`. */
  stopRuleReached: [torrent: Torrent, rule: StopRule];
  /** A torrent was let go; it is `stopped`. */
  removed: [torrent: Torrent];
  /** Handshakes with a peer were made; it is among `SeedNode.peers` from then on. */
  peerConnected: [torrent: Torrent, peer: ConnectedPeer];
  peerGone: [torrent: Torrent, peer: ConnectedPeer, reason: CloseReason];
  /** Once a second, while somebody listens. */
  statistics: [statistics: NodeStatistics];
}
