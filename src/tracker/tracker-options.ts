import type { Address } from '../bittorrent/endpoint.ts';
import { nullJournal, type PeerJournal } from '../persistence/peer-journal.ts';
import type { AccessMode } from './access/access-mode.ts';
import { AddressRule } from './access/address-rule.ts';
import { TorrentAccess } from './access/torrent-access.ts';
import type { AnnounceRule } from './announce-rule.ts';
import type { SwarmStoreLimits } from './store/swarm-store.ts';

/** What a tracker core is made of. Everything has a default. */
export interface TrackerCoreOptions {
  /** Unix seconds. */
  readonly clock?: () => number;
  /** In [0, 1): chooses peers and spreads intervals. */
  readonly random?: () => number;
  /** Who is told what announces change. */
  readonly journal?: PeerJournal;
  /** Bounds of the swarm store; when it is full, the least valuable makes room: see Eviction. */
  readonly limits?: Partial<SwarmStoreLimits>;
  /** What is tracked: a mode, or a mode with its lists, which may change while the tracker runs; `registered`. */
  readonly access?: AccessMode | TorrentAccess;
  /** Seconds between two announces of a peer; see AnnounceIntervals for when they are fewer or more. */
  readonly intervalSeconds?: number;
  /** The fewest that peers are told, those of young swarms. */
  readonly minIntervalSeconds?: number;
  /** The most, however much there is to do. */
  readonly maxIntervalSeconds?: number;
  /** The usual for peers that come over a WebSocket, where only an announce brings new ones; never above that of the others. */
  readonly webIntervalSeconds?: number;
  /** Peers in a reply when the client does not say. */
  readonly defaultNumWant?: number;
  readonly maxNumWant?: number;
  /** Give half of a reply's places to peers of the seeker's own network (/24, /48) where there are such. */
  readonly prefersNearPeers?: boolean;
  /** Answer a scrape without info-hashes with every swarm. */
  readonly isFullScrapeAllowed?: boolean;
  /** Where our own seed node is reached from outside; empty: at the address by which the client reached us. */
  readonly publicAddresses?: readonly Address[];
  /** Whose `ip` parameter counts; left out: nobody's. */
  readonly trustsIpParameterOf?: (source: Address) => boolean;
  /** Who may not take part, by address: asked before all other rules. Its addresses may change while the tracker runs. */
  readonly deniedAddresses?: AddressRule;
  /** What announces have to pass, in this order. */
  readonly rules?: readonly AnnounceRule[];
}

/** {@link TrackerCoreOptions} with every default filled in. */
export type TrackerSettings = Required<Omit<TrackerCoreOptions, 'access' | 'deniedAddresses'>> & {
  readonly access: TorrentAccess;
  readonly deniedAddresses: AddressRule;
};

/** Every half hour: what public trackers and their lists hold to be polite. */
export const DEFAULT_INTERVAL_SECONDS = 1800;

/** Every two minutes: what WebTorrent's public trackers say. */
export const DEFAULT_WEB_INTERVAL_SECONDS = 120;

/** The options with their defaults. */
export function settingsFrom({
  access,
  deniedAddresses = new AddressRule(),
  rules = [],
  ...options
}: TrackerCoreOptions): TrackerSettings {
  const settings = {
    clock: () => Math.floor(Date.now() / 1000),
    random: Math.random,
    journal: nullJournal,
    limits: {},
    access: access instanceof TorrentAccess ? access : new TorrentAccess(access),
    intervalSeconds: DEFAULT_INTERVAL_SECONDS,
    minIntervalSeconds: 300, // lists of public trackers take 5 minutes to 3 hours
    maxIntervalSeconds: 10_800,
    webIntervalSeconds: DEFAULT_WEB_INTERVAL_SECONDS,
    defaultNumWant: 50,
    maxNumWant: 200,
    prefersNearPeers: false,
    isFullScrapeAllowed: false,
    publicAddresses: [],
    trustsIpParameterOf: () => false,
    deniedAddresses,
    rules: [deniedAddresses, ...rules],
    ...options,
  };
  const webIntervalSeconds = Math.min(settings.webIntervalSeconds, settings.intervalSeconds);
  return Object.freeze({ ...settings, webIntervalSeconds });
}
