import type { SeederLimits } from '../limits.ts';
import type { Peer } from '../peers/peer.ts';
import { chooseUnchoked } from './upload-slots.ts';

/**
 * Hands the upload slots to interested peers: at once while there are some, in turns when there are not. While the uplink is known to
 * have room, everybody is served, whatever the slots in all.
 */
export class Choker {
  readonly #limits: SeederLimits;
  readonly #hasRoom: () => boolean;
  readonly #interested = new Set<Peer>();
  readonly #unchokedOf = new Map<Peer['torrent'], number>();
  #unchoked = 0;
  #lastRoundMs: number | undefined;

  constructor(limits: SeederLimits, hasRoom: () => boolean) {
    this.#limits = limits;
    this.#hasRoom = hasRoom;
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
    if (this.#hasSlotFor(peer)) this.#unchoke(peer);
    else peer.offerFast();
  }

  /** A peer is gone or wants nothing: its slot goes to the one that has waited longest. */
  forget(peer: Peer): void {
    this.#interested.delete(peer);
    if (!peer.isUnchoked) return;
    this.#choke(peer);
    this.#fill();
  }

  /** Gives the slots out anew when it is time. Call it every second or so. */
  tick(nowMs: number): void {
    this.#lastRoundMs ??= nowMs;
    if (nowMs - this.#lastRoundMs >= this.#limits.chokeIntervalMs) this.round(nowMs);
  }

  /** Gives the slots out anew at once: other torrents move blocks than before. */
  round(nowMs: number): void {
    this.#lastRoundMs = nowMs;
    const candidates = [...this.#interested].filter(isServed);
    const { uploadSlotsPerTorrent: slotsPerTorrent, choking: order } = this.#limits;
    const chosen = chooseUnchoked(candidates, { slots: this.#slots, slotsPerTorrent, order }, nowMs);
    for (const peer of this.#interested) if (peer.isUnchoked && !chosen.has(peer)) this.#choke(peer);
    for (const peer of chosen) if (!peer.isUnchoked) this.#unchoke(peer);
  }

  get #slots(): number {
    return this.#hasRoom() ? Number.POSITIVE_INFINITY : this.#limits.uploadSlots;
  }

  #hasSlotFor({ torrent }: Peer): boolean {
    if (this.#unchoked >= this.#slots) return false;
    return (this.#unchokedOf.get(torrent) ?? 0) < this.#limits.uploadSlotsPerTorrent;
  }

  #fill(): void {
    if (this.#unchoked >= this.#slots || this.#interested.size <= this.#unchoked) return;
    let next: Peer | undefined;
    for (const peer of this.#interested) {
      const isNext = next === undefined || peer.changedAtMs < next.changedAtMs;
      if (isNext && !peer.isUnchoked && isServed(peer) && this.#hasSlotFor(peer)) next = peer;
    }
    if (next !== undefined) this.#unchoke(next);
  }

  #unchoke(peer: Peer): void {
    this.#count(peer, 1);
    peer.unchoke();
  }

  #choke(peer: Peer): void {
    this.#count(peer, -1);
    peer.choke();
  }

  #count({ torrent }: Peer, change: 1 | -1): void {
    this.#unchoked += change;
    const left = (this.#unchokedOf.get(torrent) ?? 0) + change;
    if (left === 0) this.#unchokedOf.delete(torrent);
    else this.#unchokedOf.set(torrent, left);
  }
}

/** Whether the peer's torrent moves blocks. */
function isServed(peer: Peer): boolean {
  const state = peer.torrent?.state;
  return state === 'seeding' || state === 'downloading';
}
