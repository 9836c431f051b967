import type { SeederLimits } from '../limits.ts';
import type { Peer } from '../peers/peer.ts';
import { GivenBytes } from './given-bytes.ts';
import { SlotUse, type Standing } from './slot-use.ts';
import { Standstill } from './standstill.ts';
import { type Trade, tradingSlots } from './trade.ts';
import { byTurns, chooseUnchoked } from './upload-slots.ts';

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
 * Hands the upload slots to interested peers: at once while there are some, in turns when there are not. Who asks for nothing makes room
 * for those who wait. While the uplink is known to have room, everybody is served, whatever the slots in all.
 */
export class Choker {
  readonly #options: ChokerOptions;
  readonly #limits: SeederLimits;
  readonly #interested = new Set<Peer>();
  readonly #unchokedOf = new Map<Peer['torrent'], number>();
  readonly #given = new GivenBytes();
  readonly #standstill = new Standstill<Peer>();
  readonly #use = new SlotUse<Peer>();
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
    this.#fill(peer.changedAtMs);
  }

  /** Whether an interested peer asks for nothing though it might. */
  isBarren(peer: Peer): boolean {
    return this.#use.isBarren(peer);
  }

  /** Gives the slots out anew when it is time, and before that those that are not used. Call it every second or so. */
  tick(nowMs: number): void {
    this.#lastRoundMs ??= nowMs;
    for (const peer of this.#interested) this.#use.look(peer, nowMs);
    if (nowMs - this.#lastRoundMs < this.#limits.chokeIntervalMs) return this.#handOn(nowMs);
    this.#lastRoundMs = nowMs;
    this.round(nowMs);
    for (const torrent of this.#tradedTorrents()) this.#given.round(torrent.peers);
  }

  /** Gives the slots out anew at once: other torrents move blocks than before. */
  round(nowMs: number): void {
    const candidates = [...this.#interested].filter((peer) => isServed(peer) || this.#isInNeed(peer, nowMs));
    const { uploadSlotsPerTorrent: slotsPerTorrent, choking: order } = this.#limits;
    const standing = (peer: Peer): Standing => this.#standing(peer, nowMs);
    const rules = { slots: this.#slots, slotsPerTorrent, order, trade: this.#trade, standing };
    const chosen = chooseUnchoked(candidates, rules, nowMs);
    for (const peer of this.#interested) if (peer.isUnchoked && !chosen.has(peer)) this.#choke(peer);
    for (const peer of chosen) if (!peer.isUnchoked) this.#unchoke(peer);
  }

  /** Who gives us blocks need not ask for any. */
  #standing(peer: Peer, nowMs: number): Standing {
    return isTrading(peer) && this.#given.of(peer) > 0 ? 'ready' : this.#use.standing(peer, nowMs);
  }

  /**
   * Slots that are free, or that a peer has which asks for nothing, go to those that wait: to the one that has waited longest and the one that
   * came last by turns, since all that have waited for long may be of that kind.
   */
  #handOn(nowMs: number): void {
    if (this.#interested.size <= this.#unchoked) return;
    const idle = [...this.#interested].filter((peer) => peer.isUnchoked && this.#isIdle(peer, nowMs));
    if (idle.length === 0 && this.#unchoked >= this.#slots) return;
    const waiting = [...this.#interested].filter((peer) => this.#isWaiting(peer, nowMs));
    const newest = waiting.filter(({ changedAtMs }) => changedAtMs === 0).reverse();
    const oldest = waiting.sort((a, b) => a.changedAtMs - b.changedAtMs);
    for (const peer of byTurns(oldest, newest)) {
      if (peer.isUnchoked) continue; // it comes in both
      if (!this.#hasSlotFor(peer)) this.#makeRoomFor(peer, idle);
      if (this.#hasSlotFor(peer)) this.#unchoke(peer);
      else if (idle.length === 0 && this.#unchoked >= this.#slots) return;
    }
  }

  #isIdle(peer: Peer, nowMs: number): boolean {
    return this.#standing(peer, nowMs) === 'idle';
  }

  #isWaiting(peer: Peer, nowMs: number): boolean {
    return !peer.isUnchoked && isServed(peer) && this.#standing(peer, nowMs) === 'ready';
  }

  /** Chokes one of those that are idle, if that helps the peer; it is idle no more. */
  #makeRoomFor(peer: Peer, idle: Peer[]): void {
    const isFull = (this.#unchokedOf.get(peer.torrent) ?? 0) >= this.#slotsOf(peer);
    const at = idle.findIndex(({ torrent }) => !isFull || torrent === peer.torrent);
    for (const other of at < 0 ? [] : idle.splice(at, 1)) this.#choke(other);
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
    return this.#unchoked < this.#slots && (this.#unchokedOf.get(peer.torrent) ?? 0) < this.#slotsOf(peer);
  }

  /** Slots of its torrent. */
  #slotsOf(peer: Peer): number {
    const { uploadSlotsPerTorrent } = this.#limits;
    if (!isTrading(peer)) return uploadSlotsPerTorrent;
    return Math.min(uploadSlotsPerTorrent, this.#trade.slotsPerTorrent);
  }

  /** Who asks for nothing comes after all others here too. */
  #fill(nowMs: number): void {
    if (this.#unchoked >= this.#slots || this.#interested.size <= this.#unchoked) return;
    let next: Peer | undefined;
    let isNextWaiting = false;
    for (const peer of this.#interested) {
      if (peer.isUnchoked || !isServed(peer) || !this.#hasSlotFor(peer)) continue;
      const isWaiting = this.#isWaiting(peer, nowMs);
      const isLonger = next === undefined || peer.changedAtMs < next.changedAtMs;
      if (isWaiting === isNextWaiting ? !isLonger : isNextWaiting) continue;
      next = peer;
      isNextWaiting = isWaiting;
    }
    if (next !== undefined) this.#unchoke(next);
  }

  #unchoke(peer: Peer): void {
    this.#count(peer, 1);
    peer.unchoke();
    this.#use.began(peer);
  }

  #choke(peer: Peer): void {
    this.#count(peer, -1);
    peer.choke();
    this.#use.ended(peer);
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
