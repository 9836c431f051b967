import type { SeederLimits } from '../limits.ts';
import type { Peer } from '../peers/peer.ts';
import { GivenBytes } from './given-bytes.ts';
import { Standstill } from './standstill.ts';
import { type Trade, tradingSlots } from './trade.ts';
import { chooseUnchoked } from './upload-slots.ts';

/** What a choker works with. */
export interface ChokerOptions {
  readonly limits: SeederLimits;
  /** Whether the uplink is known to have room. */
  readonly hasRoom: () => boolean;
  /** What the node may upload now, in bytes a second; null: nobody says. */
  readonly uploadLimit: () => number | null;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * Hands the upload slots to interested peers: at once while there are some, in turns when there are not. While the uplink is known to
 * have room, everybody is served, whatever the slots in all.
 */
export class Choker {
  readonly #options: ChokerOptions;
  readonly #limits: SeederLimits;
  readonly #interested = new Set<Peer>();
  readonly #unchokedOf = new Map<Peer['torrent'], number>();
  readonly #given = new GivenBytes();
  readonly #standstill = new Standstill<Peer>();
  #unchoked = 0;
  #lastRoundMs: number | undefined;

  constructor(options: ChokerOptions) {
    this.#options = options;
    this.#limits = options.limits;
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
    this.#standstill.forget(peer);
    if (!peer.isUnchoked) return;
    this.#choke(peer);
    this.#fill();
  }

  /** Gives the slots out anew when it is time. Call it every second or so. */
  tick(nowMs: number): void {
    this.#lastRoundMs ??= nowMs;
    if (nowMs - this.#lastRoundMs < this.#limits.chokeIntervalMs) return;
    this.#lastRoundMs = nowMs;
    this.round(nowMs);
    for (const torrent of this.#tradedTorrents()) this.#given.round(torrent.peers);
  }

  /** Gives the slots out anew at once: other torrents move blocks than before. */
  round(nowMs: number): void {
    const candidates = [...this.#interested].filter((peer) => isServed(peer) || this.#isInNeed(peer, nowMs));
    const { uploadSlotsPerTorrent: slotsPerTorrent, choking: order } = this.#limits;
    const rules = { slots: this.#slots, slotsPerTorrent, order, trade: this.#trade };
    const chosen = chooseUnchoked(candidates, rules, nowMs);
    for (const peer of this.#interested) if (peer.isUnchoked && !chosen.has(peer)) this.#choke(peer);
    for (const peer of chosen) if (!peer.isUnchoked) this.#unchoke(peer);
  }

  /** Its torrent is served to the needy only, and it is one of them. */
  #isInNeed(peer: Peer, nowMs: number): boolean {
    return (
      peer.torrent?.serving === 'needy' && movesBlocks(peer) && this.#standstill.standsStill(peer, nowMs)
    );
  }

  get #slots(): number {
    return this.#options.hasRoom() ? Number.POSITIVE_INFINITY : this.#limits.uploadSlots;
  }

  get #trade(): Trade<Peer> {
    const { hasRoom, uploadLimit, random } = this.#options;
    return {
      isTrading,
      givenBytes: (peer) => this.#given.of(peer),
      slotsPerTorrent: hasRoom() ? Number.POSITIVE_INFINITY : tradingSlots(uploadLimit()),
      random,
    };
  }

  /** The torrents of interested peers that we lack pieces of. */
  #tradedTorrents(): Set<NonNullable<Peer['torrent']>> {
    const torrents = new Set<NonNullable<Peer['torrent']>>();
    for (const peer of this.#interested)
      if (peer.torrent !== undefined && isTrading(peer)) torrents.add(peer.torrent);
    return torrents;
  }

  #hasSlotFor(peer: Peer): boolean {
    if (this.#unchoked >= this.#slots) return false;
    const { uploadSlotsPerTorrent } = this.#limits;
    const ofTorrent = isTrading(peer)
      ? Math.min(uploadSlotsPerTorrent, this.#trade.slotsPerTorrent)
      : uploadSlotsPerTorrent;
    return (this.#unchokedOf.get(peer.torrent) ?? 0) < ofTorrent;
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
function movesBlocks(peer: Peer): boolean {
  const state = peer.torrent?.state;
  return state === 'seeding' || state === 'downloading';
}

/** Whether the peer may have blocks without being in need of them; who is served already goes on. */
function isServed(peer: Peer): boolean {
  if (!movesBlocks(peer)) return false;
  const serving = peer.torrent?.serving;
  return serving === 'everybody' || (serving === 'needy' && peer.isUnchoked);
}

/** Whether we may want pieces of its torrent in return. */
function isTrading(peer: Peer): boolean {
  return peer.torrent?.state === 'downloading';
}
