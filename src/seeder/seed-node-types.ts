import type { Logger } from 'pino';
import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { PeerId } from '../bittorrent/peer-id.ts';
import type { Serving } from './choking/serving.ts';
import type { Clock } from './clock.ts';
import type { SeederCounters } from './counters.ts';
import type { SeederError } from './errors.ts';
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
  /** Whether peers of a torrent of which nobody else has a full copy are shown its pieces one by one (BEP 16); default `off`. */
  readonly superSeeding?: SuperSeedingMode;
  /** Full copies of a torrent beside ours that whoever runs a tracker in this process knows of. */
  readonly otherSeeds?: (torrent: Torrent) => number;
  /** Whether connections may, must or must not be encrypted; default `allow`. */
  readonly encryption?: EncryptionMode;
  /** Announce URLs for which this is true are left to whoever runs that tracker in this process. */
  readonly isOwnTracker?: (url: string) => boolean;
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
  /** Once it is checked it is `paused`. */
  readonly isPaused?: boolean;
  /** Peers to try at once, beside those that the trackers name. */
  readonly peers?: readonly Endpoint[];
  /** What a person chose for it; the defaults when left out. */
  readonly preferences?: TorrentPreferences;
}

/** The events of a seed node. A listener is called synchronously and must not throw. */
export interface SeedNodeEvents {
  stateChanged: [torrent: Torrent, before: TorrentState];
  /** After somebody changed whom a torrent is served to. */
  servingChanged: [torrent: Torrent, before: Serving];
  /** The fraction is from 0 to 1. */
  checkProgress: [torrent: Torrent, fraction: number];
  /** To be kept and given back to `add` after a restart. */
  resumeChanged: [infoHash: InfoHash, resume: string];
  /** A torrent that was mirrored is complete, and on the disk; after `stateChanged`. */
  finished: [torrent: Torrent];
  /** After `stateChanged`. */
  failed: [torrent: Torrent, error: SeederError];
}
