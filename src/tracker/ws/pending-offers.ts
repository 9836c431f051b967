/** An offer that was sent to a socket. */
export interface PendingOffer {
  /** The info-hash, as text. */
  readonly swarm: string;
  readonly offerId: string;
  /** The peer id of its sender, as text. */
  readonly peerId: string;
  /** The number of its sender's socket. */
  readonly from: number;
}

/**
 * The offers that one socket was sent and has not answered yet. An answer goes back only if it is to one of these, and once: nobody
 * can have the tracker carry words to strangers. Bounded: the oldest offer is forgotten first, and clients themselves forget theirs
 * after a minute.
 */
export class PendingOffers {
  readonly #max: number;
  readonly #offers: PendingOffer[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** Offers that are not answered yet. */
  get size(): number {
    return this.#offers.length;
  }

  add(offer: PendingOffer): void {
    if (this.#offers.length >= this.#max) this.#offers.shift();
    this.#offers.push(offer);
  }

  /** The number of the socket whose offer this was, which is then answered; undefined when it was never sent here. */
  take(swarm: string, peerId: string, offerId: string): number | undefined {
    const at = this.#offers.findIndex(
      (offer) => offer.offerId === offerId && offer.peerId === peerId && offer.swarm === swarm,
    );
    return at < 0 ? undefined : this.#offers.splice(at, 1)[0]?.from;
  }
}
