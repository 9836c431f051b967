import { NO_ROOM, type SwarmGate } from '../access/swarm-gate.ts';
import { Eviction } from '../store/eviction.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import type { TrackerCounters } from '../tracker-counters.ts';
import type { TrackerSettings } from '../tracker-options.ts';

/** What a room maker works on. */
export interface RoomMakerParts {
  readonly settings: Pick<TrackerSettings, 'random' | 'journal'>;
  readonly store: SwarmStore;
  readonly gate: SwarmGate;
  readonly counters: TrackerCounters;
}

/** Finds room for swarms and peers, where there is none by eviction, and counts who has gone for it. */
export class RoomMaker {
  readonly #store: SwarmStore;
  readonly #gate: SwarmGate;
  readonly #counters: TrackerCounters;
  readonly #eviction: Eviction;

  constructor({ settings, store, gate, counters }: RoomMakerParts) {
    this.#store = store;
    this.#gate = gate;
    this.#counters = counters;
    this.#eviction = new Eviction(store, settings.random, settings.journal);
  }

  /** The row of a swarm, made when there is none: see {@link SwarmGate.rowFor}. One that is new may need another to go. */
  swarmFor(infoHash: Uint8Array): number {
    const row = this.#gate.rowFor(infoHash);
    if (row !== NO_ROOM || !this.#eviction.makeRoomForSwarm()) return row;
    this.#counters.evictedSwarms++;
    return this.#gate.rowFor(infoHash);
  }

  /** Makes room for a new peer of a swarm when there is none, if that is possible. */
  makeRoom(swarm: number, nowSeconds: number): void {
    if (!this.#store.isFull() && !this.#store.isSwarmFull(swarm)) return;
    if (this.#eviction.makeRoomForPeer(swarm, nowSeconds)) this.#counters.evictedPeers++;
  }
}
