import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type Listing, listFolder } from './list-folder.ts';
import { isBeingMade, isPassedOver } from './names.ts';
import { isOpenForWriting } from './open-for-writing.ts';
import { Refusals } from './refusals.ts';
import { Settling } from './settling.ts';

/** A torrent whose data lies directly in the folder. */
export interface WatchedTorrent {
  readonly infoHash: InfoHash;
  /** The name of its file or folder there. */
  readonly name: string;
  readonly addedAtSeconds: number;
  /** Its data is not what it was, or is gone. */
  readonly isFailed: boolean;
  /** Its data was not there when it was last looked for: the disk may be back now. */
  readonly isMissing: boolean;
  /** It is being fetched: its files are not all there yet. */
  readonly isFetched: boolean;
}

/** What lies there is, under the same name, published from another place already: two folders would take it from one another for ever. */
export class PublishedElsewhere extends Error {
  override readonly name = 'PublishedElsewhere';
  readonly infoHash: InfoHash;

  constructor(infoHash: InfoHash, place: string) {
    super(`it is the torrent ${infoHashToHex(infoHash)}, which is published from ${place}`);
    this.infoHash = infoHash;
  }
}

/** What a folder is watched with. */
export interface PublishFolderOptions {
  /** An absolute path. */
  readonly folder: string;
  /** What has not changed for so long is complete. */
  readonly settleMs: number;
  readonly nowMs: () => number;
  /** What is published from the folder now. */
  readonly torrents: () => readonly WatchedTorrent[];
  /**
   * Makes the torrent of a path and publishes it.
   * @throws {PublishedElsewhere} when the same is published from another place.
   */
  readonly publish: (path: string, signal: AbortSignal) => Promise<InfoHash>;
  /** Whether a torrent is published, and nothing is wrong with it. */
  readonly isPublished: (infoHash: InfoHash) => boolean;
  /** Looks again at the data of a torrent that was missing: what has not changed is not hashed. */
  readonly recheck: (infoHash: InfoHash) => void;
  /** Stops publishing a torrent; its data stays. */
  readonly remove: (infoHash: InfoHash) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * A folder whose contents are published: each file and folder in it when it has stopped growing, anew when it has changed, and no
 * more when it is gone. What is published from it is known from the torrents themselves, so that a restart finds it all again.
 */
export class PublishFolder {
  readonly #options: PublishFolderOptions;
  readonly #settling: Settling;
  readonly #refusals: Refusals;
  /** Names that are to be published, one after another, with their fingerprints. */
  readonly #ready = new Map<string, string>();
  /** What is published from another place, so that it is not hashed again while it is. */
  readonly #doubles = new Map<string, { readonly print: string; readonly infoHash: InfoHash }>();
  #publishing: Promise<void> | undefined;

  constructor(options: PublishFolderOptions) {
    this.#options = options;
    this.#settling = new Settling(options.settleMs, options.nowMs);
    this.#refusals = new Refusals(options.nowMs);
  }

  /**
   * Looks at the folder once. What is to be published is published later: see {@link PublishFolder.published}.
   * @throws {Error} the system's, when the folder is missing or cannot be read; the signal's reason.
   */
  async look(signal: AbortSignal): Promise<void> {
    const listing = await listFolder(this.#options.folder, signal);
    const known = this.#known();
    await this.#removeGone(listing, known);
    for (const name of listing.names) {
      signal.throwIfAborted();
      const torrents = known.get(name) ?? [];
      const isPublished = torrents.some(({ isFailed, isFetched }) => !isFailed || isFetched);
      if (isPublished || isPassedOver(name) || isBeingMade(name, listing.names)) this.#settling.forget(name);
      else if (!this.#ready.has(name)) await this.#lookAt(name, torrents, signal);
    }
    this.#settling.keepOnly(listing.names);
    this.#refusals.keepOnly(listing.names);
    for (const name of this.#doubles.keys()) if (!listing.names.has(name)) this.#doubles.delete(name);
    if (this.#ready.size > 0) this.#publishing ??= this.#publishAll(signal);
  }

  /** Resolves when all that was ready is published. Never rejects. */
  async published(): Promise<void> {
    await this.#publishing;
  }

  #known(): Map<string, WatchedTorrent[]> {
    const known = new Map<string, WatchedTorrent[]>();
    for (const torrent of this.#options.torrents())
      known.set(torrent.name, [...(known.get(torrent.name) ?? []), torrent]);
    return known;
  }

  async #lookAt(name: string, torrents: readonly WatchedTorrent[], signal: AbortSignal): Promise<void> {
    const path = join(this.#options.folder, name);
    let print: string | undefined;
    try {
      print = await fingerprintOf(path, signal);
    } catch (error) {
      signal.throwIfAborted();
      return this.#refuse(name, 'unreadable', error);
    }
    if (print === undefined) return this.#settling.forget(name);
    if (!this.#settling.isSettled(name, print) || this.#refusals.has(name, print)) return;
    const double = this.#doubles.get(name);
    if (double?.print === print && this.#options.isPublished(double.infoHash)) return;
    const missing = torrents.filter(({ isMissing }) => isMissing);
    for (const { infoHash } of missing) this.#options.recheck(infoHash);
    if (missing.length > 0) return; // should it be another now, the next looks will see a torrent that has failed for that
    if (!(await isOpenForWriting(path))) this.#ready.set(name, print);
  }

  async #removeGone(listing: Listing, known: ReadonlyMap<string, readonly WatchedTorrent[]>): Promise<void> {
    for (const [name, torrents] of known) {
      if (listing.names.has(name)) continue;
      for (const { infoHash, addedAtSeconds, isFetched } of torrents) {
        // A folder whose disk is not mounted is empty, but nothing was removed from it since.
        if (isFetched || listing.changedAtSeconds < addedAtSeconds) continue;
        if (!(await isGone(join(this.#options.folder, name)))) continue;
        await this.#options.remove(infoHash);
        this.#tell(infoHash, name, 'taken out of its watched folder: no longer published');
      }
    }
  }

  async #publishAll(signal: AbortSignal): Promise<void> {
    for (const [name, print] of this.#ready) {
      if (signal.aborted) break;
      try {
        await this.#publish(name, signal);
        this.#refusals.forget(name);
      } catch (error) {
        if (error instanceof PublishedElsewhere) this.#doubles.set(name, { print, infoHash: error.infoHash });
        if (!signal.aborted) this.#refuse(name, print, error);
      }
      this.#settling.forget(name);
      this.#ready.delete(name);
    }
    this.#publishing = undefined;
  }

  /** What is published anew takes the place of what was there before. */
  async #publish(name: string, signal: AbortSignal): Promise<void> {
    const infoHash = await this.#options.publish(join(this.#options.folder, name), signal);
    this.#tell(infoHash, name, 'published from its watched folder');
    const hash = infoHashToHex(infoHash);
    for (const before of this.#known().get(name) ?? []) {
      if (!before.isFailed || infoHashToHex(before.infoHash) === hash) continue;
      await this.#options.remove(before.infoHash);
      this.#tell(before.infoHash, name, 'replaced by what its file or folder is now');
    }
  }

  #refuse(name: string, print: string, error: unknown): void {
    const { message } = error as Error; // all that is called throws Errors
    if (!this.#refusals.add(name, print, message)) return;
    const { folder, logger } = this.#options;
    logger.warn({ folder, name, reason: message }, 'what lies in a watched folder cannot be published');
  }

  #tell(infoHash: InfoHash, name: string, what: string): void {
    const { folder, logger } = this.#options;
    logger.info({ infoHash: infoHashToHex(infoHash), folder, name }, what);
  }
}

async function isGone(path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
