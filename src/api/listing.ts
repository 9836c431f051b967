import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Catalogue } from './catalogue.ts';
import type { Published } from './catalogue-types.ts';

/** What the public may know of a torrent: no path, no reason of a failure. */
export interface PublicTorrent {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly lengthBytes: number;
  readonly fileCount: number;
  readonly availability: 'seeding' | 'checking' | 'unavailable' | 'tracked';
  /** Part of the data that is checked, 0 to 1. */
  readonly checkedFraction: number;
  readonly seeders: number;
  readonly leechers: number;
  readonly completed: number;
}

/** The catalogue as strangers see it. */
export interface PublicListing {
  readonly size: number;
  page(skip: number, count: number): PublicTorrent[];
  magnet(infoHash: InfoHash, origin: string, passkey?: string): string | undefined;
  torrentFile(
    infoHash: InfoHash,
    origin: string,
    passkey?: string,
  ): { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

/** Shows a catalogue to the pages. */
export function publicListing(catalogue: Catalogue): PublicListing {
  return {
    get size() {
      return catalogue.size;
    },
    page: (skip, count) => catalogue.page(skip, count).map(listed),
    magnet: (infoHash, origin, passkey) => catalogue.magnet(infoHash, origin, passkey),
    torrentFile: (infoHash, origin, passkey) => {
      const name = catalogue.get(infoHash)?.row.name;
      const bytes = catalogue.torrentFile(infoHash, origin, passkey);
      return name === undefined || bytes === undefined ? undefined : { name, bytes };
    },
  };
}

function listed({ row, fileCount, seed, swarm }: Published): PublicTorrent {
  return {
    infoHash: row.infoHash,
    name: row.name,
    lengthBytes: row.lengthBytes,
    fileCount,
    availability: availabilityOf(seed?.state),
    checkedFraction: seed?.checkedFraction ?? 0,
    ...swarm,
  };
}

function availabilityOf(state: string | undefined): PublicTorrent['availability'] {
  if (state === undefined) return 'tracked';
  if (state === 'seeding') return 'seeding';
  return state === 'queued' || state === 'checking' ? 'checking' : 'unavailable';
}
