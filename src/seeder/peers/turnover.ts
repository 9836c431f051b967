import type { Torrent } from '../torrent.ts';
import type { TorrentPeer } from '../torrent-peer.ts';

/** A peer has so long to give something. */
const PATIENCE_MS = 120_000;
/** Of a torrent one peer is left in so long. */
const INTERVAL_MS = 10_000;

interface Seen {
  readonly bytes: number;
  readonly sinceMs: number;
}

/**
 * Makes places when all connections that we may open for a torrent are taken and others wait: peers that give nothing could else take
 * all of them, and a download would stand still for ever, though somebody else would give.
 */
export class Turnover {
  readonly #seen = new WeakMap<TorrentPeer, Seen>();
  readonly #nextAtMs = new WeakMap<Torrent, number>();

  /** Leaves the peer that has given nothing for the longest time, when that is too long. Call it every second or so while others wait. */
  look(torrent: Torrent, nowMs: number): void {
    if (torrent.state !== 'downloading' || nowMs < (this.#nextAtMs.get(torrent) ?? 0)) return;
    this.#nextAtMs.set(torrent, nowMs + INTERVAL_MS);
    let worst: { readonly peer: TorrentPeer; readonly sinceMs: number } | undefined;
    for (const peer of torrent.peers) {
      if (!peer.isOutgoing) continue;
      const sinceMs = this.#idleSince(peer, nowMs);
      if (nowMs - sinceMs >= PATIENCE_MS && sinceMs < (worst?.sinceMs ?? Number.POSITIVE_INFINITY))
        worst = { peer, sinceMs };
    }
    worst?.peer.close('too-many-connections');
  }

  /** When it last gave something, or was first seen. */
  #idleSince(peer: TorrentPeer, nowMs: number): number {
    const { downloadedBytes: bytes } = peer;
    const seen = this.#seen.get(peer);
    if (seen?.bytes === bytes) return seen.sinceMs;
    this.#seen.set(peer, { bytes, sinceMs: nowMs });
    return nowMs;
  }
}
