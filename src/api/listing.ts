import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Info, TorrentFile } from '../bittorrent/metainfo/metainfo.ts';
import type { Catalogue } from './catalogue.ts';
import type { Published } from './catalogue-types.ts';
import { progressOf } from './torrent-view.ts';
import { filePath } from './web-seed/file-path.ts';
import { isWebSeeded, type WebSeedMode } from './web-seed/web-seed-urls.ts';

/** What our own seed node does with a torrent, as the public may know it. */
export interface PublicStatus {
  /** `standing by`: others seed it. `unavailable`: its data is not what it should be, or cannot be read. */
  readonly availability:
    | 'seeding'
    | 'standing by'
    | 'checking'
    | 'downloading'
    | 'paused'
    | 'stopped'
    | 'unavailable'
    | 'tracked';
  /** Part of the data that is checked, while it is being checked; else the part that is here. 0 to 1. */
  readonly progress: number;
  /** Undefined: that is nobody's business. */
  readonly rates:
    | { readonly uploadBytesPerSecond: number; readonly downloadBytesPerSecond: number }
    | undefined;
}

/** What the public may know of a torrent: no path, no reason of a failure. */
export interface PublicTorrent extends PublicStatus {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly lengthBytes: number;
  readonly fileCount: number;
  readonly seeders: number;
  readonly leechers: number;
  readonly completed: number;
  /** Bytes that peers fetched since the server started, by their own word, and what of it they gave each other. */
  readonly downloadedBytes: number;
  readonly savedBytes: number;
  /** Whether there is a list of its files: its data lies here. */
  readonly hasFileList: boolean;
}

/** A part of the list of a torrent's files. */
export interface PublicFiles {
  readonly status: PublicStatus;
  readonly name: string;
  readonly fileCount: number;
  readonly files: readonly {
    readonly path: string;
    readonly lengthBytes: number;
    /** Relative to the origin; undefined when it is not to be had over HTTP now. */
    readonly url: string | undefined;
  }[];
}

/** The catalogue as strangers see it: without the private torrents that trackers of others guard. */
export interface PublicListing {
  readonly size: number;
  /** Magnet links that wait for their metadata: nobody knows yet which of them are private. */
  readonly pending: number;
  page(skip: number, count: number): PublicTorrent[];
  files(infoHash: InfoHash, skip: number, count: number, passkey?: string): PublicFiles | undefined;
  magnet(infoHash: InfoHash, origin: string, passkey?: string): string | undefined;
  torrentFile(
    infoHash: InfoHash,
    origin: string,
    passkey?: string,
  ): { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

/** What is shown of a catalogue, and to whom. */
export interface PublicListingOptions {
  /** Who gets files over HTTP. */
  readonly mode: WebSeedMode;
  /** How fast torrents are sent and fetched is everybody's business. */
  readonly showsRates: boolean;
  /** How many magnet links wait for their metadata. */
  readonly pending: () => number;
}

/** Shows a catalogue to the pages. */
export function publicListing(
  catalogue: Catalogue,
  { mode, showsRates, pending }: PublicListingOptions,
): PublicListing {
  return {
    get size() {
      return catalogue.overview.publicSize;
    },
    get pending() {
      return pending();
    },
    page: (skip, count) =>
      catalogue.overview.publicPage(skip, count).map((entry) => listed(entry, showsRates)),
    files: (infoHash, skip, count, passkey) => {
      const published = catalogue.overview.isPublic(infoHash) ? catalogue.get(infoHash) : undefined;
      return published && filesOf(published, { skip, count, mode, passkey, showsRates });
    },
    magnet: (infoHash, origin, passkey) =>
      catalogue.overview.isPublic(infoHash) ? catalogue.magnet(infoHash, origin, passkey) : undefined,
    torrentFile: (infoHash, origin, passkey) => {
      if (!catalogue.overview.isPublic(infoHash)) return undefined;
      const name = catalogue.get(infoHash)?.row.name;
      const bytes = catalogue.torrentFile(infoHash, origin, passkey);
      return name === undefined || bytes === undefined ? undefined : { name, bytes };
    },
  };
}

function listed({ row, fileCount, seed, swarm, traffic }: Published, showsRates: boolean): PublicTorrent {
  return {
    infoHash: row.infoHash,
    name: row.name,
    lengthBytes: row.lengthBytes,
    fileCount,
    ...statusOf(seed, showsRates),
    ...swarm,
    ...traffic,
    hasFileList: seed !== undefined,
  };
}

interface FilesWanted {
  readonly skip: number;
  readonly count: number;
  readonly mode: WebSeedMode;
  readonly passkey: string | undefined;
  readonly showsRates: boolean;
}

/** Links of the torrent (BEP 47) have no data of their own. */
function filesOf({ seed, fileCount }: Published, wanted: FilesWanted): PublicFiles | undefined {
  if (seed === undefined) return undefined;
  const { metainfo, name, infoHash, state } = seed;
  const isServed = state === 'seeding' && seed.serving === 'everybody' && isWebSeeded(metainfo, wanted.mode);
  const member = wanted.mode === 'members' ? wanted.passkey : undefined;
  const files = someFiles(metainfo.info, wanted).map(({ path, length, linkTarget }) => ({
    path: path.length === 0 ? name : path.join('/'),
    lengthBytes: length,
    url: isServed && linkTarget === undefined ? filePath(infoHash, [name, ...path], member) : undefined,
  }));
  return { name, fileCount, files, status: statusOf(seed, wanted.showsRates) };
}

/** There may be a million: no more of them are copied than are shown. */
function someFiles({ files }: Info, { skip, count }: FilesWanted): TorrentFile[] {
  const some: TorrentFile[] = [];
  let passed = 0;
  for (const file of files) {
    if (file.isPadding) continue;
    if (passed++ < skip) continue;
    some.push(file);
    if (some.length === count) break;
  }
  return some;
}

function statusOf(seed: Published['seed'], showsRates: boolean): PublicStatus {
  return {
    availability: availabilityOf(seed),
    progress: progressOf(seed),
    rates: showsRates && seed !== undefined ? ratesOf(seed) : undefined,
  };
}

function ratesOf(seed: NonNullable<Published['seed']>): NonNullable<PublicStatus['rates']> {
  return {
    uploadBytesPerSecond: Math.round(seed.uploadRateBytesPerSecond),
    downloadBytesPerSecond: Math.round(seed.downloadRateBytesPerSecond),
  };
}

function availabilityOf(seed: Published['seed']): PublicStatus['availability'] {
  if (seed === undefined) return 'tracked';
  if (seed.state === 'queued') return seed.isWaiting ? 'stopped' : 'checking';
  if (seed.state === 'seeding' && seed.serving !== 'everybody')
    return seed.serving === 'needy' ? 'standing by' : 'unavailable';
  return seed.state === 'failed' ? 'unavailable' : seed.state;
}
