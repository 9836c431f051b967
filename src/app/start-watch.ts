import { basename, dirname, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Catalogue } from '../api/catalogue.ts';
import { makePublication } from '../api/make-publication.ts';
import type { Mirrors } from '../api/mirrors.ts';
import { intentOf } from '../api/torrent-intent.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Config } from '../config/settings.ts';
import type { Clock } from '../seeder/clock.ts';
import type { SeedNode } from '../seeder/seed-node.ts';
import type { StartedParts } from './started-parts.ts';
import { requireNoLinks } from './watch/no-links.ts';
import { PublishedElsewhere, PublishFolder, type WatchedTorrent } from './watch/publish-folder.ts';
import { TorrentDrop } from './watch/torrent-drop.ts';
import { WatchLoop } from './watch/watch-loop.ts';

/** What watched folders are wired to. */
export interface WatchParts {
  readonly catalogue: Catalogue;
  readonly mirrors: Mirrors;
  readonly seedNode: Pick<SeedNode, 'torrent' | 'recheck'>;
  /** Tracking is switched on again for what is removed: published once more, it begins anew. */
  readonly forgetSwitch: (infoHash: InfoHash) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Begins to watch the folders that the settings name. */
export function startWatch(config: Config, parts: WatchParts, started: StartedParts): void {
  const { clock, logger } = parts;
  const settleMs = 1000 * config.watchSettle;
  const watch = (
    folder: string,
    look: (signal: AbortSignal) => Promise<void>,
    settled: () => Promise<void>,
  ) => {
    const loop = new WatchLoop({ folder, intervalMs: settleMs / 2, clock, look, settled, logger });
    started.onStop(() => loop.stop());
    loop.start();
  };
  for (const path of config.watch) {
    const folder = publishFolder(resolve(path), config, parts);
    watch(
      resolve(path),
      (signal) => folder.look(signal),
      () => folder.published(),
    );
  }
  if (config.watchTorrents === undefined) return;
  const drop = torrentDrop(resolve(config.watchTorrents), config, parts);
  watch(
    resolve(config.watchTorrents),
    (signal) => drop.look(signal),
    () => drop.taken(),
  );
}

function publishFolder(folder: string, config: Config, parts: WatchParts): PublishFolder {
  const { catalogue, seedNode, clock, logger } = parts;
  return new PublishFolder({
    folder,
    settleMs: 1000 * config.watchSettle,
    nowMs: () => clock.nowMs(),
    torrents: () => torrentsIn(folder, parts),
    publish: async (path, signal) => {
      const made = await makePublication(path, {
        version: config.torrentVersion,
        isPrivate: config.privateTracker, // else DHT and peer exchange would let strangers in
        links: 'skip',
        ...(config.threads > 0 && { threads: config.threads }),
        signal,
      });
      await requireNoLinks(folder, made.files);
      const place = placeOf(made.infoHash, parts);
      if (place !== undefined && dirname(place) !== folder)
        throw new PublishedElsewhere(made.infoHash, place);
      await catalogue.add(made);
      return made.infoHash;
    },
    isPublished: (infoHash) => placeOf(infoHash, parts) !== undefined,
    recheck: (infoHash) => {
      const resume = catalogue.get(infoHash)?.row.resume ?? null;
      if (seedNode.torrent(infoHash) !== undefined) seedNode.recheck(infoHash, { resume });
    },
    remove: async (infoHash) => {
      await catalogue.remove(infoHash);
      await parts.forgetSwitch(infoHash);
    },
    logger,
  });
}

/** Where the data of a torrent lies with which nothing is wrong. */
function placeOf(infoHash: InfoHash, { seedNode }: WatchParts): string | undefined {
  const torrent = seedNode.torrent(infoHash);
  return torrent === undefined || torrent.state === 'failed' ? undefined : torrent.dataPath;
}

function torrentsIn(folder: string, { catalogue, seedNode }: WatchParts): WatchedTorrent[] {
  const found: WatchedTorrent[] = [];
  for (const { infoHash, dataPath, state, createdAtSeconds } of catalogue.overview.rows()) {
    if (dataPath === null || dirname(dataPath) !== folder) continue;
    const torrent = seedNode.torrent(infoHash);
    found.push({
      infoHash,
      name: basename(dataPath),
      addedAtSeconds: createdAtSeconds,
      isFailed: torrent?.state === 'failed',
      isMissing: torrent?.error?.code === 'ERR_STORAGE_MISSING',
      isFetched: intentOf(state).isMirrored,
    });
  }
  return found;
}

function torrentDrop(folder: string, config: Config, { mirrors, clock, logger }: WatchParts): TorrentDrop {
  return new TorrentDrop({
    folder,
    settleMs: 1000 * config.watchSettle,
    nowMs: () => clock.nowMs(),
    mirror: async (source, signal) => {
      const target = resolve(config.watchTarget ?? folder);
      await mirrors.add({ source, target, isPaused: false, preferences: {}, limits: {} }, signal);
    },
    logger,
  });
}
