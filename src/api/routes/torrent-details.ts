import { Router } from 'express';
import { type InfoHash, infoHashFromHex, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { SeedNode } from '../../seeder/seed-node.ts';
import type { Torrent } from '../../seeder/torrent.ts';
import type { Catalogue } from '../catalogue.ts';
import { CatalogueError } from '../catalogue-error.ts';
import type { Published } from '../catalogue-types.ts';
import { BadRequest } from '../errors.ts';
import { pageFrom } from '../paging.ts';
import { shownUrl } from '../shown-url.ts';
import {
  type ConnectionView,
  connectionView,
  connectionViewsWithPieces,
  type FileView,
  fileView,
  type PiecesView,
  piecesView,
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
 * `/torrents/{infoHash}/files`, `/pieces`, `/connections` and `/trackers`: what the seed node has of a torrent. Its connections are
 * not the peers that our tracker knows: those are the swarm, which its clients are told.
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
    const peers = seedNode.peers(infoHash);
    const connections = isWanted(request.query, 'bitfields')
      ? connectionViewsWithPieces(peers)
      : peers.map(connectionView);
    response.json({ connections } satisfies ConnectionsView);
  });
  router.get('/torrents/:infoHash/pieces', (request, response) => {
    const { seed } = seededOf(catalogue, request.params.infoHash);
    response.json(piecesView(seed) satisfies PiecesView);
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

/** @throws {BadRequest} when a flag of a query is neither true nor false. */
function isWanted(query: Readonly<Record<string, unknown>>, name: string): boolean {
  const text = query[name] ?? 'false';
  if (text !== 'true' && text !== 'false') throw new BadRequest(`"${name}" must be true or false`);
  return text === 'true';
}

function seededOf(
  catalogue: Catalogue,
  text: string,
): { infoHash: InfoHash; published: Published; seed: Torrent } {
  const infoHash = infoHashFromHex(text);
  const published = catalogue.require(infoHash);
  if (published.seed === undefined)
    throw new CatalogueError(
      'ERR_TORRENT_STATE',
      `the torrent ${text.toLowerCase()} has no data here: it is only tracked`,
    );
  return { infoHash, published, seed: published.seed };
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
    peers: [],
    failures: 0,
    lastError: null,
    secondsSinceError: null,
    secondsSinceAnnounce: null,
    secondsUntilAnnounce: null,
  };
}
