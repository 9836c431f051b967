import type { ListedTorrent, Listing } from '../web/listing.ts';
import type { Catalogue, Published } from './catalogue.ts';

/** The catalogue as the pages see it. */
export function catalogueListing(catalogue: Catalogue): Listing {
  return {
    list: () => catalogue.list().map(listed),
    magnet: (infoHash, origin) => catalogue.magnet(infoHash, origin),
    torrentFile: (infoHash, origin) => {
      const name = catalogue.get(infoHash)?.row.name;
      const bytes = catalogue.torrentFile(infoHash, origin);
      return name === undefined || bytes === undefined ? undefined : { name, bytes };
    },
  };
}

function listed({ row, metainfo, seed, swarm }: Published): ListedTorrent {
  return {
    infoHash: row.infoHash,
    name: row.name,
    lengthBytes: row.lengthBytes,
    fileCount: metainfo.info.files.filter((file) => !file.isPadding).length,
    availability: availabilityOf(seed?.state),
    checkedFraction: seed?.checkedFraction ?? 0,
    ...swarm,
  };
}

function availabilityOf(state: string | undefined): ListedTorrent['availability'] {
  if (state === undefined) return 'tracked';
  if (state === 'seeding') return 'seeding';
  return state === 'queued' || state === 'checking' ? 'checking' : 'unavailable';
}
