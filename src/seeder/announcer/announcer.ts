import { randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Torrent } from '../torrent.ts';
import { TaskLimit } from '../torrents/task-limit.ts';
import { ConnectionIdCache } from '../tracker-client/connection-id-cache.ts';
import { announcedNames } from './swarm-names.ts';
import { type AnnouncerOptions, TorrentAnnouncer } from './torrent-announcer.ts';
import { idleTrackers, type TrackerStatus } from './tracker-tiers.ts';

/** Announces under way at a time, for all torrents. */
const MAX_ANNOUNCES = 32;
/** Leave is taken of trackers for so long, then the node ends without. */
const STOP_DEADLINE_MS = 2500;

/** Announces the torrents of a node to the foreign trackers that they name. */
export class Announcer {
  readonly #options: AnnouncerOptions & { readonly logger: Logger };
  readonly #limit = new TaskLimit(MAX_ANNOUNCES);
  /** One a name of the torrent. */
  readonly #torrents = new Map<Torrent, readonly TorrentAnnouncer[]>();
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: Omit<AnnouncerOptions, 'connectionIds'> & { readonly logger: Logger }) {
    this.#options = { ...options, connectionIds: new ConnectionIdCache() };
  }

  /** Announces a torrent from now on, by each of its names. */
  start(torrent: Torrent): void {
    if (this.#torrents.has(torrent)) return;
    const key = randomInt(1, 2 ** 32);
    const announcers = announcedNames(torrent).map(
      (infoHash) => new TorrentAnnouncer({ torrent, infoHash, key }, this.#options, this.#limit),
    );
    this.#torrents.set(torrent, announcers);
    for (const announcer of announcers) announcer.start();
  }

  /** Tells its trackers at once that a torrent is complete, or is so no more. */
  completed(torrent: Torrent): void {
    for (const announcer of this.#torrents.get(torrent) ?? []) announcer.completed();
  }

  /** Announces a torrent no more; its trackers are told. */
  remove(torrent: Torrent): void {
    const announcers = this.#torrents.get(torrent);
    if (announcers === undefined) return;
    this.#torrents.delete(torrent);
    const deadline = AbortSignal.timeout(STOP_DEADLINE_MS);
    const all = Promise.all(announcers.map((announcer) => announcer.stop(deadline))).then(() => {});
    const leaving = all.finally(() => {
      this.#leaving.delete(leaving);
      this.#options.logger.debug({ infoHash: infoHashToHex(torrent.infoHash) }, 'torrent taken off trackers');
    });
    this.#leaving.add(leaving);
  }

  /** The trackers of a torrent and what came of them, for each name by which it is announced. */
  trackers(torrent: Torrent): readonly TrackerStatus[] {
    const announcers = this.#torrents.get(torrent);
    if (announcers !== undefined) return announcers.flatMap((announcer) => announcer.trackers());
    const { announceTiers, infoHash } = torrent.metainfo;
    return idleTrackers(announceTiers, infoHash);
  }

  /** Full copies beside ours that the trackers of a torrent count: they count us, too. The most that one of them says. */
  otherSeeds(torrent: Torrent): number {
    return Math.max(0, ...this.trackers(torrent).map(({ complete }) => (complete ?? 0) - 1));
  }

  /** Takes leave of all trackers, within a deadline. */
  async stop(): Promise<void> {
    for (const torrent of [...this.#torrents.keys()]) this.remove(torrent);
    await Promise.all(this.#leaving);
  }
}
