import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Info, TorrentFile } from '../bittorrent/metainfo/metainfo.ts';
import type { Catalogue } from './catalogue.ts';
import type { Published } from './catalogue-types.ts';
import { filePath } from './web-seed/file-path.ts';
import { isWebSeeded, type WebSeedMode } from './web-seed/web-seed-urls.ts';

/** What the public may know of a torrent: no path, no reason of a failure. */
export interface PublicTorrent {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly lengthBytes: number;
  readonly fileCount: number;
  readonly availability: 'seeding' | 'standing by' | 'checking' | 'unavailable' | 'tracked';
  /** Part of the data that is checked, 0 to 1. */
  readonly checkedFraction: number;
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
  page(skip: number, count: number): PublicTorrent[];
  files(infoHash: InfoHash, skip: number, count: number, passkey?: string): PublicFiles | undefined;
  magnet(infoHash: InfoHash, origin: string, passkey?: string): string | undefined;
  torrentFile(
    infoHash: InfoHash,
    origin: string,
    passkey?: string,
  ): { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

/** Shows a catalogue to the pages; `mode` says who gets files over HTTP. */
export function publicListing(catalogue: Catalogue, mode: WebSeedMode): PublicListing {
  return {
    get size() {
      return catalogue.overview.publicSize;
    },
    page: (skip, count) => catalogue.overview.publicPage(skip, count).map(listed),
    files: (infoHash, skip, count, passkey) => {
      const published = catalogue.overview.isPublic(infoHash) ? catalogue.get(infoHash) : undefined;
      return published && filesOf(published, { skip, count, mode, passkey });
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

function listed({ row, fileCount, seed, swarm, traffic }: Published): PublicTorrent {
  return {
    infoHash: row.infoHash,
    name: row.name,
    lengthBytes: row.lengthBytes,
    fileCount,
    availability: availabilityOf(seed),
    checkedFraction: seed?.checkedFraction ?? 0,
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
  return { name, fileCount, files };
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

function availabilityOf(seed: Published['seed']): PublicTorrent['availability'] {
  if (seed === undefined) return 'tracked';
  const { state, serving } = seed;
  if (state === 'seeding')
    return serving === 'everybody' ? 'seeding' : serving === 'needy' ? 'standing by' : 'unavailable';
  return state === 'queued' || state === 'checking' ? 'checking' : 'unavailable';
}
