import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import { InfoHashSet } from './info-hash-set.ts';

/**
 * Second names of torrents: a hybrid torrent (BEP 52) is announced by its v1 info-hash and by its v2 one cut to 20 bytes, and is one
 * swarm. A swarm is known by its first name; only announces by the other take the longer way here.
 */
export class HashAliases {
  /** Asked at every announce, while there are any. */
  readonly #aliases = new InfoHashSet();
  readonly #names = new InfoHashSet();
  /** First names by second ones, and the other way round; in hexadecimal. */
  readonly #nameOf = new Map<string, InfoHash>();
  readonly #aliasOf = new Map<string, InfoHash>();

  /** Second names. */
  get size(): number {
    return this.#aliases.size;
  }

  /** Gives the torrent `name` a second name, in the place of one that it had. One that is another's already stays so. */
  add(name: InfoHash, alias: InfoHash): void {
    if (this.#aliases.has(alias)) return;
    this.remove(name);
    this.#aliases.add(alias);
    this.#names.add(name);
    this.#nameOf.set(infoHashToHex(alias), name);
    this.#aliasOf.set(infoHashToHex(name), alias);
  }

  /** Forgets the second name of a torrent, if it has one. */
  remove(name: InfoHash): void {
    const key = infoHashToHex(name);
    const alias = this.#aliasOf.get(key);
    if (alias === undefined) return;
    this.#aliasOf.delete(key);
    this.#aliases.delete(alias);
    this.#names.delete(name);
    this.#nameOf.delete(infoHashToHex(alias));
  }

  /** The second name of the torrent that has this first one; undefined when it has none. */
  aliasOf(name: Uint8Array): InfoHash | undefined {
    return this.#names.has(name) ? this.#aliasOf.get(infoHashToHex(name)) : undefined;
  }

  /** Whether this is the first name of a torrent that has a second one. */
  isAliased(name: Uint8Array): boolean {
    return this.#names.has(name);
  }

  /** The first name of the torrent that has this second one; undefined when none has. */
  nameOf(alias: Uint8Array): InfoHash | undefined {
    return this.#aliases.has(alias) ? this.#nameOf.get(infoHashToHex(alias)) : undefined;
  }
}
