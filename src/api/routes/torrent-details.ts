import { Router } from 'express';
import { type InfoHash, infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { SeedNode } from '../../seeder/seed-node.ts';
import type { Catalogue } from '../catalogue.ts';
import { CatalogueError } from '../catalogue-error.ts';
import type { Published } from '../catalogue-types.ts';
import { pageFrom } from '../paging.ts';
import { shownUrl } from '../shown-url.ts';
import {
  type ConnectionView,
  connectionView,
  type FileView,
  fileView,
  type TrackerView,
  trackerView,
} from '../torrent-details.ts';

/** What the routes about one torrent need. */
export interface TorrentDetailsOptions {
  readonly catalogue: Catalogue;
  readonly seedNode: Pick<SeedNode, 'files' | 'peers' | 'trackers'>;
}

/** What `GET /torrents/{infoHash}/files` answers. */
export interface FilesView {
  readonly files: readonly FileView[];
  /** How many there are in all, pad files left out. */
  readonly total: number;
}

/** What `GET /torrents/{infoHash}/connections` answers; how many there may be is bounded by the node. */
export interface ConnectionsView {
  readonly connections: readonly ConnectionView[];
}

/** What `GET /torrents/{infoHash}/trackers` answers. */
export interface TrackersView {
  readonly trackers: readonly TrackerView[];
}

const FILES = { limit: 1000, max: 10_000 };

/**
 * `/torrents/{infoHash}/files`, `/connections` and `/trackers`: what the seed node has of a torrent. Its connections are not the
 * peers that our tracker knows: those are the swarm, which its clients are told.
 */
export function torrentDetailsRoutes({ catalogue, seedNode }: TorrentDetailsOptions): Router {
  const router = Router();
  router.get('/torrents/:infoHash/files', (request, response) => {
    const { infoHash, published } = seededOf(catalogue, request.params.infoHash);
    const { skip, limit } = pageFrom(request.query, FILES);
    const files = seedNode.files(infoHash, { skip, count: limit }).map(fileView);
    response.json({ files, total: published.fileCount } satisfies FilesView);
  });
  router.get('/torrents/:infoHash/connections', (request, response) => {
    const { infoHash } = seededOf(catalogue, request.params.infoHash);
    response.json({ connections: seedNode.peers(infoHash).map(connectionView) } satisfies ConnectionsView);
  });
  router.get('/torrents/:infoHash/trackers', (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    const published = catalogue.require(infoHash);
    const foreign = published.seed === undefined ? [] : seedNode.trackers(infoHash).map(trackerView);
    const own = published.isTracked ? [ownTracker(catalogue.announceUrl, published)] : [];
    response.json({ trackers: [...own, ...foreign] } satisfies TrackersView);
  });
  return router;
}

function seededOf(catalogue: Catalogue, text: string): { infoHash: InfoHash; published: Published } {
  const infoHash = infoHashFromHex(text);
  const published = catalogue.require(infoHash);
  if (published.seed === undefined)
    throw new CatalogueError(
      'ERR_TORRENT_STATE',
      `the torrent ${text.toLowerCase()} has no data here: it is only tracked`,
    );
  return { infoHash, published };
}

/** Nothing is announced to it: it is in this process. */
function ownTracker(url: string, { row, swarm }: Published): TrackerView {
  return {
    url: shownUrl(url),
    infoHash: infoHashToHex(row.infoHash),
    tier: null,
    state: 'own',
    message: null,
    seeders: swarm.seeders,
    leechers: swarm.leechers,
    failures: 0,
    secondsSinceAnnounce: null,
    secondsUntilAnnounce: null,
  };
}
