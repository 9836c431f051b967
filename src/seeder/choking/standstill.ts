/** A peer as it comes on. */
export interface ComingOn {
  /** Part of the torrent that it has, 0 to 1. */
  readonly progress: number;
}

/** A peer that waits for us and got no piece for so long gets none from others. */
const STANDSTILL_MS = 60_000;

/** Which of the peers that wait come on by nothing. What is known of a peer goes with it. */
export class Standstill<Peer extends ComingOn> {
  readonly #known = new WeakMap<Peer, { progress: number; sinceMs: number }>();

  /** Looks at a peer that wants something; true once it has had no new piece for a minute since it was first looked at. */
  standsStill(peer: Peer, nowMs: number): boolean {
    const known = this.#known.get(peer);
    if (known !== undefined && known.progress === peer.progress)
      return nowMs - known.sinceMs >= STANDSTILL_MS;
    this.#known.set(peer, { progress: peer.progress, sinceMs: nowMs });
    return false;
  }

  /** Forgets what is known of a peer: its time begins anew. */
  forget(peer: Peer): void {
    this.#known.delete(peer);
  }
}
