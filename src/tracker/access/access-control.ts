import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { AccessStore, TorrentListKind } from '../../persistence/access-store.ts';
import { Turns } from '../../persistence/turns.ts';
import { InfoHashSet } from '../store/info-hash-set.ts';
import { type AccessMode, isAccessMode } from './access-mode.ts';
import type { TorrentAccess, TorrentListName } from './torrent-access.ts';

/** Info-hashes that are read from the database at a time. */
const PAGE_SIZE = 10_000;

/** What the control of access works on. */
export interface AccessControlParts {
  readonly store: AccessStore;
  readonly access: TorrentAccess;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

/** Told that the rules have changed: for one torrent, or for any. */
export type AccessListener = (infoHash?: InfoHash) => void;

/**
 * Changes what is tracked while the tracker runs, and keeps it in the database. Changes run one after another: what the tracker
 * goes by is what was committed last.
 */
export class AccessControl {
  readonly #store: AccessStore;
  readonly #access: TorrentAccess;
  readonly #nowSeconds: () => number;
  #listener: AccessListener = () => {};
  readonly #turns = new Turns();
  /** The mode in the database, as far as we know: it is not ours where a setting names another. */
  #storedMode: string | undefined;

  constructor({ store, access, nowSeconds }: AccessControlParts) {
    this.#store = store;
    this.#access = access;
    this.#nowSeconds = nowSeconds;
  }

  /** Has the tracker told of each change. */
  onChange(listener: AccessListener): void {
    this.#listener = listener;
  }

  /** A file of a list was read again. */
  changed(): void {
    this.#listener();
  }

  /** What is tracked now. */
  get mode(): AccessMode {
    return this.#access.mode;
  }

  /** Reads the database at the start. `mode`: what the settings name; undefined: the one that was kept, or `registered`. */
  async load(mode: AccessMode | undefined): Promise<void> {
    this.#storedMode = await this.#store.loadAccessMode();
    this.#access.mode = mode ?? (isAccessMode(this.#storedMode) ? this.#storedMode : 'registered');
    await this.#loadLists();
  }

  /** Takes in what other nodes have changed. */
  reload(): Promise<void> {
    return this.#turns.reload(async () => {
      const stored = await this.#store.loadAccessMode();
      if (stored !== this.#storedMode && isAccessMode(stored)) this.#access.mode = stored;
      this.#storedMode = stored;
      await this.#loadLists();
      this.#listener();
    });
  }

  /** Changes the mode, at once and for later starts. */
  setMode(mode: AccessMode): Promise<void> {
    return this.#turns.run(async () => {
      await this.#store.saveAccessMode(mode);
      this.#storedMode = mode;
      if (this.#access.mode === mode) return;
      this.#access.mode = mode;
      this.#listener();
    });
  }

  /** Puts torrents on a list; resolves with how many were not on it. Files do not count. */
  add(list: TorrentListName, infoHashes: readonly InfoHash[]): Promise<number> {
    return this.#change(list, infoHashes, true);
  }

  /** Takes torrents off a list; resolves with how many were on it. What stands in a file stays on the list. */
  remove(list: TorrentListName, infoHashes: readonly InfoHash[]): Promise<number> {
    return this.#change(list, infoHashes, false);
  }

  /** Switches the tracking of a registered torrent off, or on again. Resolves false when nothing changed. */
  async setTracked(infoHash: InfoHash, isTracked: boolean): Promise<boolean> {
    return (await this.#change('off', [infoHash], !isTracked)) > 0;
  }

  /** Whether the tracking of a registered torrent is switched off. */
  isSwitchedOff(infoHash: Uint8Array): boolean {
    return this.#access.switchedOff.has(infoHash);
  }

  /** Where a list has a torrent. */
  whereListed(
    list: TorrentListName,
    infoHash: Uint8Array,
  ): { readonly entries: boolean; readonly file: boolean } {
    const { entries } = this.#access[list];
    return { entries: entries.has(infoHash), file: this.#access[list].isInFile(infoHash) };
  }

  /** How many torrents of a list were put in one by one. */
  entryCount(list: TorrentListName): number {
    return this.#access[list].entries.size;
  }

  /** Up to `limit` of the torrents of a list that were put in one by one, in the order of their bytes, after the given one. */
  page(list: TorrentListName, after: InfoHash | null, limit: number): Promise<InfoHash[]> {
    return this.#store.listAfter(list, after, limit);
  }

  #change(list: TorrentListKind, infoHashes: readonly InfoHash[], isAdded: boolean): Promise<number> {
    return this.#turns.run(async () => {
      const changed = isAdded
        ? await this.#store.addToList(list, infoHashes, this.#nowSeconds())
        : await this.#store.removeFromList(list, infoHashes);
      const set = this.#setOf(list);
      for (const infoHash of infoHashes)
        if (isAdded ? set.add(infoHash) : set.delete(infoHash)) this.#listener(infoHash);
      return changed;
    });
  }

  #setOf(list: TorrentListKind): InfoHashSet {
    return list === 'off' ? this.#access.switchedOff : this.#access[list].entries;
  }

  async #loadLists(): Promise<void> {
    const allow = await this.#loadList('allow');
    const deny = await this.#loadList('deny');
    const switchedOff = await this.#loadList('off');
    this.#access.allow.entries = allow;
    this.#access.deny.entries = deny;
    this.#access.switchedOff = switchedOff;
  }

  async #loadList(list: TorrentListKind): Promise<InfoHashSet> {
    const set = new InfoHashSet();
    for (let after: InfoHash | null = null; ; ) {
      const page: InfoHash[] = await this.#store.listAfter(list, after, PAGE_SIZE);
      for (const infoHash of page) set.add(infoHash);
      if (page.length < PAGE_SIZE) return set;
      after = page.at(-1) ?? null;
    }
  }
}
