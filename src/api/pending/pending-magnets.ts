import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { type Magnet, parseMagnet } from '../../bittorrent/magnet.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { PersistenceError } from '../../persistence/errors.ts';
import type { PendingMagnetRow, PendingMagnetStore } from '../../persistence/persistence.ts';
import { Turns } from '../../persistence/turns.ts';
import type { Clock } from '../../seeder/clock.ts';
import {
  decodePreferences,
  encodePreferences,
  type TorrentPreferences,
} from '../../seeder/torrents/torrent-preferences.ts';
import type { Catalogue } from '../catalogue.ts';
import { CatalogueError } from '../catalogue-error.ts';
import type { Added } from '../catalogue-types.ts';
import type { WantedState } from '../torrent-intent.ts';
import { becomeMirror, hereOf } from './become-mirror.ts';
import { asSourceError, failureOf } from './failure.ts';
import { knownTorrent } from './known-torrent.ts';
import { mergedLink, PendingMagnet } from './pending-magnet.ts';
import { type MagnetRequest, pendingRow } from './pending-row.ts';

/** Links that may wait at a time: each is in memory, with addresses of peers. */
const MAX_PENDING = 1000;
/** When the database is away, a link is tried again after so long. */
const RETRY_MS = 60_000;

/** What is being changed has so long at the end; what is cut off then is put right by the next run. */
const STOP_MS = 1000;

/** What pending magnet links are made with. */
export interface PendingMagnetsOptions {
  readonly store: PendingMagnetStore;
  readonly catalogue: Pick<Catalogue, 'add' | 'get' | 'overview'>;
  /** See `SeedNode.fetchMetadata`. */
  readonly fetchMetadata: (magnet: Magnet, signal: AbortSignal, maxRunningMs: number) => Promise<Uint8Array>;
  readonly clock: Clock;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
}

/** What came of naming a magnet link: it waits for its metadata. `isNew` is false when it did so before. */
export interface Accepted {
  readonly pending: PendingMagnet;
  readonly isNew: boolean;
}

/**
 * The magnet links of this node whose metadata is not here yet: kept in the database before they are accepted, fetched until they are
 * there, and then mirrors of the catalogue. What is wrong with a link, or with the torrent that comes of it, makes it fail; it stays
 * until it is removed, tried again, or named anew. Changes run one after another.
 */
export class PendingMagnets {
  readonly #options: PendingMagnetsOptions;
  readonly #pending = new Map<string, PendingMagnet>();
  readonly #turns = new Turns();
  readonly #stopping = new AbortController();

  constructor(options: PendingMagnetsOptions) {
    this.#options = options;
  }

  /** Takes up the links of an earlier run. Rejects when the database does. */
  async restore(): Promise<void> {
    for (const row of await this.#options.store.loadPendingMagnets()) {
      try {
        this.#pending.set(infoHashToHex(row.infoHash), new PendingMagnet(row));
      } catch (err) {
        const infoHash = infoHashToHex(row.infoHash);
        this.#options.logger.error({ err, infoHash }, 'a stored magnet link cannot be read and is left out');
      }
    }
    for (const pending of this.#pending.values()) this.#begin(pending);
  }

  /** All of them, newest first. */
  list(): PendingMagnet[] {
    return [...this.#pending.values()].reverse();
  }

  get size(): number {
    return this.#pending.size;
  }

  /** The one that goes by this info-hash, by either name of a hybrid. */
  get(infoHash: InfoHash): PendingMagnet | undefined {
    return this.#pending.get(infoHashToHex(infoHash)) ?? this.#find({ infoHash });
  }

  /**
   * Accepts a link; it is stored when the promise resolves. One that waits already stays as it is, and takes the trackers, web seeds and
   * peers of this one; one that has failed is tried again, as it is named now.
   * @throws {ProtocolError} ERR_MAGNET; {@link CatalogueError} ERR_TOO_MANY_MAGNETS.
   */
  add(request: MagnetRequest): Promise<Accepted> {
    const magnet = parseMagnet(request.link);
    return this.#turns.run(async () => {
      const before = this.#find(magnet);
      if (before !== undefined && before.row.failure === null) return this.#merge(before, magnet);
      if (before === undefined && this.#pending.size >= MAX_PENDING)
        throw new CatalogueError(
          'ERR_TOO_MANY_MAGNETS',
          `${MAX_PENDING} magnet links wait for their metadata already: remove some, or wait`,
        );
      const row = pendingRow(request, before?.row.infoHash ?? magnet.infoHash, this.#options.nowSeconds());
      await this.#options.store.savePendingMagnet(row);
      const pending = new PendingMagnet(row);
      this.#pending.delete(infoHashToHex(row.infoHash)); // named again, it is the newest
      this.#pending.set(infoHashToHex(row.infoHash), pending);
      this.#begin(pending);
      return { pending, isNew: before === undefined };
    });
  }

  async #merge(pending: PendingMagnet, magnet: Magnet): Promise<Accepted> {
    const link = mergedLink(pending.magnet, magnet);
    if (link === undefined) return { pending, isNew: false };
    const merged = parseMagnet(link);
    await this.#save(pending, { link, infoHashV2: merged.infoHashV2 ?? null });
    pending.magnet = merged;
    this.#restart(pending);
    return { pending, isNew: false };
  }

  /** Resolves when a link has become a torrent. @throws why it failed or was removed; the signal's reason, which changes nothing. */
  async settled({ outcome }: PendingMagnet, signal: AbortSignal): Promise<Added> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    return Promise.race([outcome.promise, aborted.promise]).finally(() =>
      signal.removeEventListener('abort', abort),
    );
  }

  /**
   * Changes what a link is to do, and what is chosen for its torrent; a state has it tried again where it failed. Resolves false when
   * there is no such link (any more).
   * @throws {CatalogueError} ERR_TORRENT_STATE when it is to be paused and has failed.
   */
  change(
    infoHash: InfoHash,
    {
      state,
      preferences = {},
    }: { readonly state?: WantedState; readonly preferences?: Partial<TorrentPreferences> },
  ): Promise<boolean> {
    return this.#turns.run(async () => {
      const pending = this.get(infoHash);
      if (pending === undefined) return false;
      const { row } = pending;
      if (state === 'paused' && row.failure !== null)
        throw new CatalogueError('ERR_TORRENT_STATE', 'the magnet link has failed: start it to try it again');
      const chosen = encodePreferences({ ...decodePreferences(row.preferences), ...preferences });
      const failure = state === undefined ? row.failure : null;
      await this.#save(pending, { preferences: chosen, state: state ?? row.state, failure });
      if (row.failure !== null && failure === null) pending.renew();
      if (!pending.isWanted) pending.cancel(new Error('the magnet link was stopped'));
      else if (pending.fetching === undefined) this.#begin(pending);
      return true;
    });
  }

  /** Forgets a link. Resolves false when there is none. */
  remove(infoHash: InfoHash): Promise<boolean> {
    return this.#turns.run(async () => {
      const pending = this.get(infoHash);
      if (pending === undefined) return false;
      await this.#options.store.removePendingMagnet(pending.row.infoHash);
      this.#leave(pending);
      pending.outcome.reject(new CatalogueError('ERR_NO_TORRENT', 'the magnet link was removed'));
      return true;
    });
  }

  /** A torrent is in the catalogue: links that name it need not be fetched. */
  entered(metainfo: Metainfo): void {
    for (const pending of this.#pending.values())
      if (pending.isNamed(metainfo))
        this.#turns.run(() => this.#takeKnown(pending, metainfo)).catch((err: unknown) => this.#tell(err));
  }

  /** Ends all fetches; they are taken up by the next run. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server stops'));
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(STOP_MS, () => late.resolve());
    await Promise.race([this.#turns.run(async () => {}), late.promise]); // what is being changed
    cancel();
  }

  #find(names: Parameters<PendingMagnet['isNamed']>[0]): PendingMagnet | undefined {
    for (const pending of this.#pending.values()) if (pending.isNamed(names)) return pending;
    return undefined;
  }

  #isCurrent(pending: PendingMagnet): boolean {
    return this.#pending.get(infoHashToHex(pending.row.infoHash)) === pending;
  }

  async #save(pending: PendingMagnet, change: Partial<PendingMagnetRow>): Promise<void> {
    const row = { ...pending.row, ...change };
    await this.#options.store.savePendingMagnet(row);
    pending.row = row;
  }

  #leave(pending: PendingMagnet): void {
    this.#pending.delete(infoHashToHex(pending.row.infoHash));
    pending.cancel(new Error('the magnet link is not wanted any more'));
  }

  #restart(pending: PendingMagnet): void {
    if (pending.fetching === undefined) return;
    pending.cancel(new Error('the magnet link has changed'));
    this.#begin(pending);
  }

  #begin(pending: PendingMagnet): void {
    if (!pending.isWanted || this.#stopping.signal.aborted) return;
    pending.fetching = new AbortController();
    void this.#fetch(pending, AbortSignal.any([pending.fetching.signal, this.#stopping.signal]));
  }

  /** Never rejects. */
  async #fetch(pending: PendingMagnet, signal: AbortSignal): Promise<void> {
    const { catalogue, fetchMetadata } = this.#options;
    try {
      const torrent =
        knownTorrent(catalogue, pending.magnet) ??
        (await fetchMetadata(pending.magnet, signal, Number.POSITIVE_INFINITY));
      await this.#turns.run(() => this.#become(pending, torrent, signal));
    } catch (error) {
      await this.#turns
        .run(() => this.#fail(pending, asSourceError(error), signal))
        .catch((err: unknown) => this.#tell(err));
    }
  }

  async #become(pending: PendingMagnet, torrent: Uint8Array, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#settle(pending, await becomeMirror(pending, torrent, this.#options.catalogue));
  }

  async #settle(pending: PendingMagnet, added: Added): Promise<void> {
    await this.#options.store.removePendingMagnet(pending.row.infoHash);
    this.#leave(pending);
    pending.outcome.resolve(added);
  }

  async #takeKnown(pending: PendingMagnet, metainfo: Metainfo): Promise<void> {
    if (!this.#isCurrent(pending)) return; // it was this one that brought it
    const here = hereOf(this.#options.catalogue, metainfo);
    if (here !== undefined) await this.#settle(pending, here);
    else this.#restart(pending);
  }

  async #fail(pending: PendingMagnet, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (error instanceof PersistenceError) return this.#retryLater(pending, error, signal);
    const failure = failureOf(error) ?? {
      code: 'ERR_INTERNAL',
      message: 'internal error; the log of the server says more',
    };
    if (failure.code === 'ERR_INTERNAL') this.#tell(error);
    pending.cancel(new Error('the magnet link has failed'));
    pending.row = { ...pending.row, failure }; // whether it can be saved or not
    pending.outcome.reject(error);
    await this.#options.store.savePendingMagnet(pending.row);
  }

  #retryLater(pending: PendingMagnet, err: PersistenceError, signal: AbortSignal): void {
    this.#options.logger.warn({ err }, 'the torrent of a magnet link cannot be stored; it is tried again');
    const cancel = this.#options.clock.after(RETRY_MS, () => this.#begin(pending));
    signal.addEventListener('abort', cancel, { once: true });
  }

  #tell(err: unknown): void {
    this.#options.logger.error({ err }, 'a magnet link could not be taken care of');
  }
}
