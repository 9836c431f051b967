/** A connection that may give blocks. */
export interface Giver {
  readonly downloadedBytes: number;
}

/** What peers gave us over the last two rounds of choking, which are twenty seconds (BEP 3): a pause of a moment costs nobody its slot. */
export class GivenBytes {
  readonly #marks = new WeakMap<Giver, { readonly last: number; readonly before: number }>();

  /** Bytes that a peer gave since the round before the last, or since it came. */
  of(peer: Giver): number {
    return peer.downloadedBytes - (this.#marks.get(peer)?.before ?? 0);
  }

  /** A round is over for these peers. */
  round(peers: Iterable<Giver>): void {
    for (const peer of peers)
      this.#marks.set(peer, { last: peer.downloadedBytes, before: this.#marks.get(peer)?.last ?? 0 });
  }
}
