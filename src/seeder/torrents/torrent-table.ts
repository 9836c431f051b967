import { resolve } from 'node:path';
import { toHex } from '../../bittorrent/hex.ts';
import { type InfoHash, infoHashToHex, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { skeyHash } from '../wire/encryption/derived-keys.ts';
import { placesMeet } from './places.ts';

/** The torrents of a node, by each of the names under which peers ask for them. */
export class TorrentTable {
  readonly #torrents = new Map<string, Torrent>();
  /** Hybrid torrents by their other name, the v2 info-hash cut to 20 bytes (BEP 52). */
  readonly #hybrids = new Map<string, Torrent>();
  /** Info-hashes of 20 bytes by what encrypted handshakes send in their place. */
  readonly #infoHashes = new Map<string, InfoHash>();

  /** Where the data of each lies, and apart from them those that are mirrored. */
  readonly #places = new Map<Torrent, string>();
  readonly #mirrored = new Set<Torrent>();
  /** To where data is moving. */
  readonly #targets = new Map<Torrent, string>();

  /**
   * Takes in a torrent that is not there yet.
   * @throws {SeederError} ERR_TARGET_OCCUPIED when its place meets that of another and one of the two is to be written to.
   */
  add(torrent: Torrent): void {
    this.claim(torrent);
    this.addUnplaced(torrent);
  }

  /**
   * A torrent may work with the data at its place; nothing when it may already.
   * @throws as {@link add}.
   */
  claim(torrent: Torrent): void {
    if (this.#places.has(torrent)) return;
    this.#refuseSharedPlace(torrent);
    this.#places.set(torrent, resolve(torrent.dataPath));
    if (torrent.isMirrored) this.#mirrored.add(torrent);
  }

  /** Takes in a torrent that is not to touch its data until it has claimed its place. */
  addUnplaced(torrent: Torrent): void {
    this.#torrents.set(infoHashToHex(torrent.infoHash), torrent);
    const other = otherName(torrent.metainfo);
    if (other !== undefined) this.#hybrids.set(infoHashToHex(other), torrent);
    for (const name of namesOf(torrent.metainfo)) this.#infoHashes.set(toHex(skeyHash(name)), name);
  }

  /** Forgets a torrent. */
  remove(torrent: Torrent): void {
    this.#places.delete(torrent);
    this.#mirrored.delete(torrent);
    this.#torrents.delete(infoHashToHex(torrent.infoHash));
    const other = otherName(torrent.metainfo);
    if (other !== undefined) this.#hybrids.delete(infoHashToHex(other));
    for (const name of namesOf(torrent.metainfo)) this.#infoHashes.delete(toHex(skeyHash(name)));
  }

  /**
   * Keeps a place free for the data of a torrent that is to be moved there.
   * @throws {SeederError} ERR_TARGET_OCCUPIED when it meets the place of another torrent, or another has its data in the old place, too.
   */
  reserve(torrent: Torrent, place: string): void {
    const now = resolve(torrent.dataPath);
    for (const places of [this.#places, this.#targets])
      for (const [other, theirs] of places) {
        if (other === torrent) continue;
        if (placesMeet(resolve(place), theirs)) throw sharedPlace(place, other);
        if (placesMeet(now, theirs)) throw sharedPlace(torrent.dataPath, other);
      }
    this.#targets.set(torrent, resolve(place));
  }

  /** Gives a place back that was kept free. */
  release(torrent: Torrent, place: string): void {
    if (this.#targets.get(torrent) === resolve(place)) this.#targets.delete(torrent);
  }

  /** The data of a torrent lies elsewhere now. */
  moved(torrent: Torrent): void {
    if (this.#places.has(torrent)) this.#places.set(torrent, resolve(torrent.dataPath));
  }

  /** All, in the order in which they came. */
  values(): IterableIterator<Torrent> {
    return this.#torrents.values();
  }

  /** The torrent with this info-hash, for a hybrid the v1 one. */
  get(infoHash: Uint8Array): Torrent | undefined {
    return this.#torrents.get(toHex(infoHash));
  }

  /** Whether it is this very torrent that is there, and not another in its place. */
  has(torrent: Torrent): boolean {
    return this.get(torrent.infoHash) === torrent;
  }

  /**
   * The torrent with this info-hash.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN when there is none.
   */
  known(infoHash: InfoHash): Torrent {
    const torrent = this.get(infoHash);
    if (torrent !== undefined) return torrent;
    throw unknownTorrent(infoHash);
  }

  /** The torrent that a peer means by 20 bytes. */
  named(infoHash: Uint8Array): Torrent | undefined {
    return this.get(infoHash) ?? this.#hybrids.get(toHex(infoHash));
  }

  /** The info-hash that an encrypted handshake means by HASH('req2', SKEY). */
  infoHashFor(hash: Uint8Array): InfoHash | undefined {
    return this.#infoHashes.get(toHex(hash));
  }

  /** Whether the place of another torrent meets that of this one: what is written there is not its own alone. */
  sharesPlace(torrent: Torrent): boolean {
    const place = this.#places.get(torrent) ?? '';
    for (const [other, otherPlace] of this.#places)
      if (other !== torrent && placesMeet(place, otherPlace)) return true;
    return false;
  }

  /** Two downloads of one place would write over what the other has found good; seeds may share their data. */
  #refuseSharedPlace({ dataPath, isMirrored }: Torrent): void {
    const place = resolve(dataPath);
    for (const other of isMirrored ? this.#places.keys() : this.#mirrored) {
      if (!isMirrored && other.isComplete) continue;
      if (placesMeet(place, this.#places.get(other) ?? '')) throw sharedPlace(dataPath, other);
    }
    for (const [other, target] of this.#targets)
      if (placesMeet(place, target)) throw sharedPlace(dataPath, other);
  }
}

/** The error for an info-hash that no torrent of the node has. */
export function unknownTorrent(infoHash: InfoHash): SeederError {
  return new SeederError('ERR_TORRENT_UNKNOWN', `there is no torrent ${infoHashToHex(infoHash)}`);
}

function sharedPlace(path: string, { name }: Torrent): SeederError {
  return new SeederError(
    'ERR_TARGET_OCCUPIED',
    `${path} is, contains or lies in the place of the torrent ${JSON.stringify(name)}`,
    { path },
  );
}

function otherName({ info, infoHashV2 }: Metainfo): InfoHash | undefined {
  return info.version === 'hybrid' && infoHashV2 !== undefined ? truncatedInfoHash(infoHashV2) : undefined;
}

function namesOf(metainfo: Metainfo): InfoHash[] {
  const other = otherName(metainfo);
  return other === undefined ? [metainfo.infoHash] : [metainfo.infoHash, other];
}
