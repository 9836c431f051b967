import type { PeerEntry } from '../../bittorrent/announce-response.ts';
import { type AddressFamily, addressFromBytes, formatAddress } from '../../bittorrent/endpoint.ts';
import type { PeerArena } from '../store/peer-arena.ts';
import { chooseRuns, makePeerRuns, type PeerRuns } from '../store/peer-runs.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import { preferNear } from './near-peers.ts';

/** Who is to be given peers. */
export interface PeerSeeker {
  readonly swarm: number;
  /** The family of the seeker's address: its peers come first. */
  readonly arena: PeerArena;
  /** The seeker's own slot, -1 when it is not listed. */
  readonly slot: number;
  /** Seeders are given leechers only. */
  readonly isSeeder: boolean;
}

/** Part of a reply that is kept for the family that is not the seeker's: one in four. */
const OTHER_SHARE_SHIFT = 2;

/** Chooses peers of a swarm for a reply. Each instance has its own memory, used again by every choice. */
export class PeerChooser {
  readonly #store: SwarmStore;
  readonly #random: () => number;
  readonly #own: PeerRuns;
  readonly #other: PeerRuns = makePeerRuns();
  readonly #isLocal: boolean;
  #arena: PeerArena;

  /** `nearPeers`: how many of a reply may be chosen for being near the seeker; 0 for none. */
  constructor(store: SwarmStore, random: () => number, nearPeers = 0) {
    this.#store = store;
    this.#random = random;
    this.#own = makePeerRuns(nearPeers);
    this.#isLocal = nearPeers > 0;
    this.#arena = store.arena4;
  }

  /** Chooses up to `want` peers in all, or of the seeker's family only: never the seeker itself, at either of its endpoints. */
  choose(seeker: PeerSeeker, want: number, isOneFamily = false): void {
    const { arena, slot } = seeker;
    const other = this.#store.twins.otherArena(arena);
    const others = this.#store.lists.size(seeker.swarm, other);
    this.#arena = arena;
    this.#chooseFrom(arena, seeker, want, slot, this.#own);
    if (others === 0 || isOneFamily) {
      this.#other.peers = this.#other.count = 0;
      return;
    }
    const twin = slot < 0 ? -1 : this.#store.twins.slotOf(arena, slot);
    const room = Math.max(want - this.#own.peers, want >> OTHER_SHARE_SHIFT);
    this.#chooseFrom(other, seeker, room, twin, this.#other);
    if (this.#own.peers + this.#other.peers > want)
      this.#chooseFrom(arena, seeker, want - this.#other.peers, slot, this.#own);
  }

  /** Writes the chosen endpoints of a family into `out` from `at`, and returns where they end; in units of two bytes. */
  writeEndpoints(family: AddressFamily, out: Uint16Array, at: number): number {
    const { arena, runs, count } = this.#chosen(family);
    let end = at;
    for (let i = 0; i < count; i++) {
      const length = runs[2 * i + 1] as number; // 2 * count numbers; so below
      arena.copyEndpoints(runs[2 * i] as number, length, out, end);
      end += (length * arena.endpointBytes) >> 1;
    }
    return end;
  }

  /** Adds the chosen peers of a family as objects, for replies that are not compact (BEP 3). */
  addEntries(family: AddressFamily, withPeerIds: boolean, entries: PeerEntry[]): void {
    const { arena, runs, count } = this.#chosen(family);
    for (let i = 0; i < count; i++) {
      const start = runs[2 * i] as number;
      const end = start + (runs[2 * i + 1] as number);
      for (let slot = start; slot < end; slot++) entries.push(entryAt(arena, slot, withPeerIds));
    }
  }

  #chosen(family: AddressFamily): { arena: PeerArena; runs: Int32Array; count: number } {
    const arena = family === 4 ? this.#store.arena4 : this.#store.arena6;
    const { runs, count } = arena === this.#arena ? this.#own : this.#other;
    return { arena, runs, count };
  }

  #chooseFrom(arena: PeerArena, seeker: PeerSeeker, want: number, skip: number, chosen: PeerRuns): void {
    const start = this.#store.lists.start(seeker.swarm, arena);
    const to = start + this.#store.lists.size(seeker.swarm, arena);
    const from = seeker.isSeeder ? start + this.#store.lists.seeders(seeker.swarm, arena) : start;
    chooseRuns(from, to, skip, want, this.#random(), chosen);
    // Only who is listed himself is near anybody, and only in his own family.
    if (this.#isLocal && chosen === this.#own && skip >= 0) preferNear(arena, skip, from, to, chosen);
  }
}

function entryAt(arena: PeerArena, slot: number, withPeerId: boolean): PeerEntry {
  return {
    ip: formatAddress(addressFromBytes(arena.addressAt(slot))),
    port: arena.portAt(slot),
    peerId: withPeerId ? arena.peerIdAt(slot).slice() : undefined,
  };
}
