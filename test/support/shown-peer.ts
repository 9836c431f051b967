import type { ShownPieces, ShownWire } from '../../src/seeder/super-seeding/shown-pieces.ts';
import type { SuperSeededTorrent } from '../../src/seeder/super-seeding/super-seeded-torrent.ts';

/** A peer of a torrent that is super-seeded, as that sees it: it does what a test tells it. */
export class ShownPeer implements ShownWire {
  isClosed = false;
  amChoking = false;
  /** It wants what it was shown and does not have, unless a test says otherwise. */
  wants: (piece: number) => boolean = () => true;
  queuedBytes = 0;
  /** In the order in which it was told. */
  readonly told: number[] = [];
  readonly pieces = new Set<number>();
  readonly shown: ShownPieces;
  readonly theirPieces = { has: (piece: number) => this.pieces.has(piece), bits: undefined };

  constructor(torrent: SuperSeededTorrent) {
    this.shown = torrent.join(this);
  }

  get peerInterested(): boolean {
    return this.missing.length > 0;
  }

  /** What it could get from us now. */
  get missing(): number[] {
    return this.told.filter((piece) => !this.pieces.has(piece) && this.wants(piece));
  }

  have(piece: number): void {
    this.told.push(piece);
  }

  close(): void {
    this.isClosed = true;
    this.shown.leave();
  }

  /** It has a piece, from whomever, and says so. */
  got(piece: number): void {
    if (this.pieces.has(piece)) return;
    this.pieces.add(piece);
    this.shown.onHave(piece);
  }

  /** It gets a piece of one block from us. */
  fetch(piece: number): void {
    this.shown.requested(piece);
    this.got(piece);
  }
}
