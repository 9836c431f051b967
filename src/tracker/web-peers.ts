import { type Address, addressFromBytes } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import { chooseRuns, makePeerRuns, type PeerRuns } from './store/peer-runs.ts';
import type { SwarmStore } from './store/swarm-store.ts';

/** A peer that is reached by its WebSocket listens nowhere. */
const NO_PORT = 0;
const NONE = -1;

/** What the store keeps of a WebSocket in the place of an address: its number, 32 bits. */
export function webSocketAddress(webSocket: number): Address {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, webSocket);
  return addressFromBytes(bytes);
}

/** The peers that are reached by their WebSockets: whose a peer id is, who is sent an offer, and who has gone. */
export class WebPeers {
  readonly #store: SwarmStore;
  readonly #random: () => number;
  readonly #chosen: PeerRuns = makePeerRuns();

  /** `random` is in [0, 1). */
  constructor(store: SwarmStore, random: () => number) {
    this.#store = store;
    this.#random = random;
  }

  /** The number of the WebSocket that stands in a swarm with this peer id; -1 when none does. */
  ownerOf(infoHash: Uint8Array, peerId: Uint8Array): number {
    const { swarms, webArena, twins } = this.#store;
    const swarm = swarms.find(infoHash);
    const slot = swarm < 0 ? NONE : twins.find(webArena, swarm, { peerId, key: 0 });
    return slot < 0 ? NONE : this.#socketAt(slot);
  }

  /** The other info-hash of a hybrid torrent (BEP 52), whose peers stand in one swarm; undefined when it has none. */
  otherNameOf(infoHash: Uint8Array): InfoHash | undefined {
    const { aliases } = this.#store.swarms;
    return aliases.size === 0 ? undefined : (aliases.aliasOf(infoHash) ?? aliases.nameOf(infoHash));
  }

  /** Whether a WebSocket stands in a swarm. */
  has(infoHash: Uint8Array, webSocket: number): boolean {
    return this.#find(infoHash, webSocket) >= 0;
  }

  /**
   * Up to `want` other WebSockets of a swarm, for the offers of one: seeders are given leechers only, leechers anyone. None when the
   * one that offers is not in the swarm itself.
   */
  choose(infoHash: Uint8Array, webSocket: number, want: number): number[] {
    const { webArena, lists } = this.#store;
    const slot = this.#find(infoHash, webSocket);
    if (slot < 0) return [];
    const swarm = webArena.swarmAt(slot);
    const start = lists.start(swarm, webArena);
    const from = lists.isSeeder(webArena, slot) ? start + lists.seeders(swarm, webArena) : start;
    chooseRuns(from, start + lists.size(swarm, webArena), slot, want, this.#random(), this.#chosen);
    const { runs, count } = this.#chosen;
    const sockets: number[] = [];
    for (let i = 0; i < count; i++) {
      const first = runs[2 * i] as number; // 2 * count numbers; so below
      const end = first + (runs[2 * i + 1] as number);
      for (let at = first; at < end; at++) sockets.push(this.#socketAt(at));
    }
    return sockets;
  }

  /** A WebSocket has closed, or left a swarm without a word. Returns false when it was not there. */
  leave(infoHash: Uint8Array, webSocket: number): boolean {
    const slot = this.#find(infoHash, webSocket);
    if (slot < 0) return false;
    this.#store.remove(this.#store.webArena, slot);
    return true;
  }

  #find(infoHash: Uint8Array, webSocket: number): number {
    const swarm = this.#store.swarms.find(infoHash);
    return swarm < 0 ? NONE : this.#store.webArena.find(swarm, webSocketAddress(webSocket), NO_PORT);
  }

  #socketAt(slot: number): number {
    const { endpoints, endpointBytes } = this.#store.webArena;
    return new DataView(endpoints.buffer, slot * endpointBytes).getUint32(0);
  }
}
