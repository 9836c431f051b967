import type { InfoHash } from '../../bittorrent/info-hash.ts';

/** An offer that was sent to a socket. */
export interface PendingOffer {
  /** The info-hash by which this socket knows the torrent, and that of the sender: a hybrid torrent (BEP 52) has two. */
  readonly swarm: string;
  readonly senderSwarm: InfoHash;
  readonly offerId: string;
  /** The peer id of its sender, as text. */
  readonly peerId: string;
  /** The number of its sender's socket. */
  readonly from: number;
  /** When it was sent, in milliseconds of a clock that never goes back. */
  readonly sentAtMs: number;
}

/**
 * The offers that one socket was sent and has not answered yet. An answer goes back only if it is to one of these, and once: nobody
 * can have the tracker carry words to strangers. Bounded: the oldest offer is forgotten first, and each after a while, as clients forget
 * theirs.
 */
export class PendingOffers {
  readonly #max: number;
  readonly #lifetimeMs: number;
  /** In the order in which they were sent. */
  readonly #offers: PendingOffer[] = [];

  constructor(max: number, lifetimeMs: number) {
    this.#max = max;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Offers that are not answered yet. */
  get size(): number {
    return this.#offers.length;
  }

  add(offer: PendingOffer): void {
    this.#forget(offer.sentAtMs);
    if (this.#offers.length >= this.#max) this.#offers.shift();
    this.#offers.push(offer);
  }

  /** The offer that is now answered; undefined when it was never sent here. */
  take(swarm: string, peerId: string, offerId: string, nowMs: number): PendingOffer | undefined {
    this.#forget(nowMs);
    const at = this.#offers.findIndex(
      (offer) => offer.offerId === offerId && offer.peerId === peerId && offer.swarm === swarm,
    );
    return at < 0 ? undefined : this.#offers.splice(at, 1)[0];
  }

  #forget(nowMs: number): void {
    const kept = this.#offers.findIndex(({ sentAtMs }) => nowMs - sentAtMs < this.#lifetimeMs);
    if (kept !== 0) this.#offers.splice(0, kept < 0 ? this.#offers.length : kept);
  }
}
