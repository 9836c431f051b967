import { type InfoHash, infoHashToHex, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';

/** The torrents of a node by their names. */
export class TorrentList {
  readonly #torrents = new Map<string, Torrent>();
  /** Hybrid torrents by their other name, the v2 info-hash cut to 20 bytes (BEP 52). */
  readonly #hybrids = new Map<string, Torrent>();

  /** In the order in which they came. */
  [Symbol.iterator](): IterableIterator<Torrent> {
    return this.#torrents.values();
  }

  /** @throws {SeederError} ERR_TORRENT_EXISTS when it is there already. */
  refuseTwin(infoHash: InfoHash): void {
    const key = infoHashToHex(infoHash);
    if (this.#torrents.has(key))
      throw new SeederError('ERR_TORRENT_EXISTS', `the torrent ${key} is seeded already`);
  }

  add(torrent: Torrent): void {
    const { info, infoHashV2 } = torrent.metainfo;
    this.#torrents.set(infoHashToHex(torrent.infoHash), torrent);
    if (info.version === 'hybrid' && infoHashV2 !== undefined)
      this.#hybrids.set(infoHashToHex(truncatedInfoHash(infoHashV2)), torrent);
  }

  delete(torrent: Torrent): void {
    const { infoHashV2 } = torrent.metainfo;
    this.#torrents.delete(infoHashToHex(torrent.infoHash));
    if (infoHashV2 !== undefined) this.#hybrids.delete(infoHashToHex(truncatedInfoHash(infoHashV2)));
  }

  get(infoHash: InfoHash): Torrent | undefined {
    return this.#torrents.get(infoHashToHex(infoHash));
  }

  /** @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  require(infoHash: InfoHash): Torrent {
    const torrent = this.get(infoHash);
    if (torrent !== undefined) return torrent;
    throw new SeederError('ERR_TORRENT_UNKNOWN', `there is no torrent ${infoHashToHex(infoHash)}`);
  }

  /** By the name that a peer asks for. */
  byName(infoHash: Uint8Array): Torrent | undefined {
    const name = infoHashToHex(infoHash);
    return this.#torrents.get(name) ?? this.#hybrids.get(name);
  }
}
