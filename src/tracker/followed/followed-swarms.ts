import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import { type InfoHash, infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { SwarmFollower } from '../local-seeds.ts';
import { FollowedPeers } from './followed-peers.ts';

/** Peers that are followed, of all swarms: about 7 MB. What comes beyond is given our seed like in a swarm that nobody follows. */
const MAX_PEERS = 100_000;
/** A leecher that has come on by nothing for so long stands still; a seeder that says so again after it is no mistake. */
const STANDSTILL_SECONDS = 60;

/** What the swarms that are followed have in common. */
interface Shared {
  readonly peers: FollowedPeers;
  /** Bytes that the peers of all of them fetched, by their own word. */
  downloadedBytes: number;
}

/**
 * The swarms in which our own seed node has a part, by what their peers announce: what they fetched, how many have a full copy, and who
 * stands still. Nothing of it outlives the process; peers that come over WebSockets are not followed, since nobody else reaches them.
 */
export class FollowedSwarms {
  readonly #shared: Shared;
  readonly #swarms = new Map<string, FollowedSwarm>();
  readonly #byNumber = new Map<number, FollowedSwarm>();
  #lastNumber = 0;
  #cursor = 0;

  /** `maxPeers`: of all swarms together. */
  constructor(maxPeers: number = MAX_PEERS) {
    this.#shared = { peers: new FollowedPeers(maxPeers), downloadedBytes: 0 };
  }

  /** Peers that are followed. */
  get peerCount(): number {
    return this.#shared.peers.size;
  }

  /** Bytes that peers of the swarms fetched, from whomever, by their own word; it only grows. */
  get downloadedBytes(): number {
    return this.#shared.downloadedBytes;
  }

  /** Follows the swarm of a torrent of so many bytes from now on; the same object each time. */
  follow(infoHash: InfoHash, lengthBytes: number): FollowedSwarm {
    const key = infoHashToHex(infoHash);
    const known = this.#swarms.get(key);
    if (known !== undefined) return known;
    const swarm = new FollowedSwarm(this.#shared, ++this.#lastNumber, lengthBytes);
    this.#swarms.set(key, swarm);
    this.#byNumber.set(swarm.number, swarm);
    return swarm;
  }

  /** The swarm, if it is followed. */
  get(infoHash: InfoHash): FollowedSwarm | undefined {
    return this.#swarms.get(infoHashToHex(infoHash));
  }

  /** Nobody is told of a swarm's announces for a time: who was there is not known any more. What was counted stays. */
  lose(infoHash: InfoHash): void {
    const swarm = this.#swarms.get(infoHashToHex(infoHash));
    if (swarm === undefined) return;
    this.#byNumber.delete(swarm.number);
    swarm.begin(++this.#lastNumber);
    this.#byNumber.set(swarm.number, swarm);
  }

  /** Follows a swarm no more; its peers go with the next looks of {@link expire}. */
  forget(infoHash: InfoHash): void {
    const key = infoHashToHex(infoHash);
    const swarm = this.#swarms.get(key);
    if (swarm === undefined) return;
    this.#swarms.delete(key);
    this.#byNumber.delete(swarm.number);
  }

  /** Looks at up to `budget` peers for those that missed their announces, and goes on where the last call ended. */
  expire(nowSeconds: number, budget: number): void {
    const { peers } = this.#shared;
    for (let rest = Math.min(budget, peers.top); rest > 0; rest--) {
      if (this.#cursor >= peers.top) this.#cursor = 0;
      const slot = this.#cursor++;
      const number = peers.swarmAt(slot);
      if (number === 0) continue;
      const swarm = this.#byNumber.get(number);
      if (swarm === undefined) peers.remove(slot);
      else if (peers.expiresAt(slot) <= nowSeconds) swarm.drop(slot);
    }
  }
}

/** One swarm that is followed. */
export class FollowedSwarm implements SwarmFollower {
  /** Our own seed is given only to those who stand still. Whoever follows sets it. */
  isSpared = false;
  readonly #shared: Shared;
  readonly #lengthBytes: number;
  #number: number;
  #downloadedBytes = 0;
  #copies = 0;
  #standstillSeconds: number | undefined;

  constructor(shared: Shared, number: number, lengthBytes: number) {
    this.#shared = shared;
    this.#lengthBytes = lengthBytes;
    this.#number = number;
  }

  /** From 1: by which its peers know it. */
  get number(): number {
    return this.#number;
  }

  /** Bytes that its peers fetched, from whomever, by their own word. */
  get downloadedBytes(): number {
    return this.#downloadedBytes;
  }

  /** Peers that have all, and were seen to get it here or said so twice, a minute apart. */
  get copies(): number {
    return this.#copies;
  }

  /** When a leecher last announced itself that had come on by nothing while our seed was spared; unix seconds. */
  get standstillSeconds(): number | undefined {
    return this.#standstillSeconds;
  }

  /** Begins anew, with nobody: peers of its number before are none of its own. */
  begin(number: number): void {
    this.#number = number;
    this.#copies = 0;
  }

  announced(request: AnnounceRequest, nowSeconds: number, expiresAtSeconds: number): boolean {
    const { peers } = this.#shared;
    const known = peers.find(this.#number, request.peerId);
    if (request.event === 'stopped') {
      if (known < 0) return false;
      this.#countProgress(known, request);
      this.drop(known);
      return false;
    }
    if (known < 0) return this.#meet(request, nowSeconds, expiresAtSeconds);
    const hasComeOn = this.#countProgress(known, request);
    const isStill = nowSeconds - peers.changedAt(known) >= STANDSTILL_SECONDS;
    if (hasComeOn) peers.setChanged(known, nowSeconds);
    this.#setCopy(known, request.left === 0 && (peers.isCopy(known) || hasComeOn || isStill));
    peers.setExpires(known, expiresAtSeconds);
    if (!this.isSpared || request.left === 0 || request.event === 'paused') return true;
    if (!isStill || hasComeOn) return false;
    this.#standstillSeconds = nowSeconds;
    return true;
  }

  /** Forgets a peer that has gone. */
  drop(slot: number): void {
    this.#setCopy(slot, false);
    this.#shared.peers.remove(slot);
  }

  /** A peer that is new here: what it fetched before is nobody's. */
  #meet(request: AnnounceRequest, nowSeconds: number, expiresAtSeconds: number): boolean {
    const { peers } = this.#shared;
    const slot = peers.add(this.#number, request.peerId);
    if (slot < 0) return true;
    peers.setProgress(slot, request.downloaded, request.left);
    peers.setChanged(slot, nowSeconds);
    peers.setExpires(slot, expiresAtSeconds);
    return !this.isSpared || request.left === 0 || request.event === 'paused';
  }

  /**
   * Counts what a peer got since its announce before, and returns whether that is anything: what it lacks less, as far as it says to have
   * downloaded so much. So data that a check found and what came twice count nothing, and each client counts for one copy at most.
   */
  #countProgress(slot: number, { left, downloaded }: AnnounceRequest): boolean {
    const { peers } = this.#shared;
    const fewer = peers.leftAt(slot) - left;
    const more = downloaded - peers.downloadedAt(slot);
    peers.setProgress(slot, downloaded, left);
    const bytes = Math.max(0, Math.min(fewer, more));
    if (bytes === 0) return false;
    const counted = peers.countedAt(slot);
    const news = Math.min(bytes, this.#lengthBytes - counted);
    peers.setCounted(slot, counted + news);
    this.#downloadedBytes += news;
    this.#shared.downloadedBytes += news;
    return true;
  }

  #setCopy(slot: number, isCopy: boolean): void {
    const { peers } = this.#shared;
    if (peers.isCopy(slot) === isCopy) return;
    peers.setCopy(slot, isCopy);
    this.#copies += isCopy ? 1 : -1;
  }
}
