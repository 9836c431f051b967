import { TokenBucket } from './token-bucket.ts';

/** The buckets of torrents that have a limit and peers, and the limits that single torrents have of their own. */
export class TorrentBuckets {
  readonly #own = new Map<string, number | null>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #peers = new Map<string, number>();

  /** The limit of its own that a torrent has: null lifts the one for each torrent; undefined when it has none. */
  own(torrent: string): number | null | undefined {
    return this.#own.get(torrent);
  }

  /** Gives a torrent its own limit, or with undefined that of all others. */
  setOwn(torrent: string, bytesPerSecond: number | null | undefined): void {
    if (bytesPerSecond === undefined) this.#own.delete(torrent);
    else this.#own.set(torrent, bytesPerSecond);
  }

  /** A peer of the torrent came. */
  opened(torrent: string): void {
    this.#peers.set(torrent, (this.#peers.get(torrent) ?? 0) + 1);
  }

  /** A peer of the torrent went; the bucket goes with the last one. */
  closed(torrent: string): void {
    const left = (this.#peers.get(torrent) ?? 1) - 1;
    if (left > 0) this.#peers.set(torrent, left);
    else {
      this.#peers.delete(torrent);
      this.#buckets.delete(torrent);
    }
  }

  /** The bucket that binds a torrent, given the limit for each; undefined when none does. */
  bucket(torrent: string, eachTorrent: number | null, nowMs: number): TokenBucket | undefined {
    const own = this.#own.get(torrent);
    const limit = own === undefined ? eachTorrent : own;
    let bucket = this.#buckets.get(torrent);
    if (limit === null) {
      this.#buckets.delete(torrent);
      return undefined;
    }
    if (bucket === undefined) {
      bucket = new TokenBucket(limit, nowMs);
      this.#buckets.set(torrent, bucket);
    } else if (bucket.bytesPerSecond !== limit) bucket.setRate(limit, nowMs);
    return bucket;
  }
}
