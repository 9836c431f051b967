import type { Torrent } from '../torrent.ts';
import type { ShownPieces, ShownWire } from './shown-pieces.ts';
import { SuperSeededTorrent } from './super-seeded-torrent.ts';

/** When torrents are super-seeded (BEP 16): `auto` while nobody else has a full copy, or never. */
export type SuperSeedingMode = 'auto' | 'off';

/** What it works with. */
export interface SuperSeedingOptions {
  readonly mode: SuperSeedingMode;
  readonly nowMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Full copies beside ours that trackers know of. */
  readonly otherSeeds: (torrent: Torrent) => number;
}

/**
 * Which torrents are super-seeded: those that are whole here and, as far as peers and trackers tell, nowhere else. Once another full
 * copy was seen it is over for a torrent until that is checked anew.
 */
export class SuperSeeding {
  readonly #options: SuperSeedingOptions;
  readonly #torrents = new Map<Torrent, SuperSeededTorrent>();
  /** Another full copy of them was seen. */
  readonly #shared = new WeakSet<Torrent>();

  constructor(options: SuperSeedingOptions) {
    this.#options = options;
  }

  /** Torrents that have peers which do not know all that we have. */
  get torrentCount(): number {
    return this.#torrents.size;
  }

  /** A peer comes. What it is to be shown instead of all that we have; undefined when it is not super-seeded. */
  join(torrent: Torrent, wire: ShownWire): ShownPieces | undefined {
    const { mode, nowMs, random } = this.#options;
    if (mode === 'off' || !torrent.isComplete || torrent.pieceCount === 0) return undefined;
    if (this.#shared.has(torrent) || this.#hasOthers(torrent)) return undefined;
    let seeded = this.#torrents.get(torrent);
    if (seeded === undefined) {
      seeded = new SuperSeededTorrent({ info: torrent.metainfo.info, nowMs, random });
      this.#torrents.set(torrent, seeded);
    }
    return seeded.join(wire);
  }

  /** Whether a torrent has peers that are shown its pieces one by one. */
  shows(torrent: Torrent): boolean {
    return this.#torrents.has(torrent);
  }

  /** Somebody else has all of a torrent. */
  seedSeen(torrent: Torrent): void {
    if (this.#options.mode === 'off') return;
    this.#shared.add(torrent);
    this.#torrents.get(torrent)?.end();
  }

  /** Call it every second or so. */
  tick(): void {
    for (const [torrent, seeded] of this.#torrents) {
      if (!this.#shared.has(torrent)) this.#hasOthers(torrent);
      seeded.tick();
      if (seeded.peerCount === 0) this.#torrents.delete(torrent);
    }
  }

  /** A torrent is served no more, or is to be checked: what is known of other copies of it is of that time. */
  forget(torrent: Torrent): void {
    this.#torrents.delete(torrent);
    this.#shared.delete(torrent);
  }

  #hasOthers(torrent: Torrent): boolean {
    const hasOthers = this.#options.otherSeeds(torrent) > 0;
    if (hasOthers) this.seedSeen(torrent);
    return hasOthers;
  }
}
