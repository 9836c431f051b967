import type { Peer } from '../peers/peer.ts';
import { chooseUnchoked } from './upload-slots.ts';

/** Hands the upload slots to interested peers: at once while there are some, in turns when there are not. */
export class Choker {
  readonly #slots: number;
  readonly #interested = new Set<Peer>();
  #unchoked = 0;

  constructor(slots: number) {
    this.#slots = Math.max(1, slots);
  }

  /** Peers that hold a slot. */
  get unchokedCount(): number {
    return this.#unchoked;
  }

  /** A peer became interested, or is so no more. */
  interestChanged(peer: Peer): void {
    if (!peer.isInterested) return this.forget(peer);
    this.#interested.add(peer);
    if (!isServed(peer)) return;
    if (this.#unchoked < this.#slots) this.#unchoke(peer);
    else peer.offerFast();
  }

  /** A peer is gone or wants nothing: its slot goes to the one that has waited longest. */
  forget(peer: Peer): void {
    this.#interested.delete(peer);
    if (!peer.isUnchoked) return;
    this.#choke(peer);
    this.#fill();
  }

  /** A new turn. Call it every ten seconds or so. */
  round(nowMs: number): void {
    const candidates = [...this.#interested].filter(isServed);
    const chosen = chooseUnchoked(candidates, this.#slots, nowMs);
    for (const peer of this.#interested) if (peer.isUnchoked && !chosen.has(peer)) this.#choke(peer);
    for (const peer of chosen) if (!peer.isUnchoked) this.#unchoke(peer);
  }

  #fill(): void {
    if (this.#unchoked >= this.#slots || this.#interested.size <= this.#unchoked) return;
    let next: Peer | undefined;
    for (const peer of this.#interested) {
      const isNext = next === undefined || peer.changedAtMs < next.changedAtMs;
      if (!peer.isUnchoked && isServed(peer) && isNext) next = peer;
    }
    if (next !== undefined) this.#unchoke(next);
  }

  #unchoke(peer: Peer): void {
    this.#unchoked++;
    peer.unchoke();
  }

  #choke(peer: Peer): void {
    this.#unchoked--;
    peer.choke();
  }
}

/** Whether the peer's torrent moves blocks. */
function isServed(peer: Peer): boolean {
  const state = peer.torrent?.state;
  return state === 'seeding' || state === 'downloading';
}
