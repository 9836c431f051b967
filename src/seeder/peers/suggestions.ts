import { hasBit, setBit } from '../bits.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import type { Torrent } from '../torrent.ts';
import { bitfieldLength } from '../wire/message.ts';
import type { PeerWire } from '../wire/peer-wire.ts';

/** Suggestions that a peer is sent in a second: a few, and as many more as it takes pieces of us. */
const FEW_A_SECOND = 2;
const MAX_A_SECOND = 16;

/** Whether peers are told what was just read; `auto`: of torrents that are longer than the cache. See decision 37. */
export type SuggestMode = 'auto' | 'off';

/** A connection to which pieces may be suggested. */
export interface SuggestiblePeer {
  readonly torrent: Torrent | undefined;
  readonly rateBytesPerSecond: number;
  readonly wire: Pick<
    PeerWire,
    'hasFast' | 'isClosed' | 'amChoking' | 'peerInterested' | 'theirPieces' | 'requests' | 'suggest'
  >;
}

/** What suggestions are made of. */
export interface SuggestionsOptions {
  readonly mode: SuggestMode;
  readonly cache: ExtentCache;
  /** Whether peers of a torrent are shown its pieces one by one (BEP 16): they are to take others. */
  readonly isSuperSeeded: (torrent: Torrent) => boolean;
}

/** What one peer was told. */
interface Told {
  /** A bit a piece; undefined before the first. */
  pieces: Uint8Array | undefined;
  inThisSecond: number;
}

/**
 * Tells peers of pieces whose data was just read from the disk for another (BEP 6), so that it is sent to many for one read. Work is
 * done when an extent was read, none when a block is sent.
 */
export class Suggestions {
  readonly #options: SuggestionsOptions;
  readonly #peers = new Map<Torrent, Map<SuggestiblePeer, Told>>();

  constructor(options: SuggestionsOptions) {
    this.#options = options;
  }

  /** A peer has shaken hands. */
  joined(peer: SuggestiblePeer): void {
    const { torrent, wire } = peer;
    const { mode, cache } = this.#options;
    if (mode === 'off' || torrent === undefined || !wire.hasFast || torrent.length <= cache.budget) return;
    let peers = this.#peers.get(torrent);
    if (peers === undefined) {
      peers = new Map();
      this.#peers.set(torrent, peers);
      torrent.storage.onRead = (index) => this.#read(torrent, index);
    }
    peers.set(peer, { pieces: undefined, inThisSecond: 0 });
  }

  /** It is gone. */
  gone(peer: SuggestiblePeer): void {
    const { torrent } = peer;
    const peers = torrent && this.#peers.get(torrent);
    if (torrent === undefined || peers?.delete(peer) !== true || peers.size > 0) return;
    this.#peers.delete(torrent);
    torrent.storage.onRead = undefined;
  }

  /** Once a second or so. */
  tick(): void {
    for (const peers of this.#peers.values()) for (const told of peers.values()) told.inThisSecond = 0;
  }

  /** An extent of a torrent is in the cache, and was not before. */
  #read(torrent: Torrent, index: number): void {
    const peers = this.#peers.get(torrent);
    if (peers === undefined || peers.size < 2 || this.#options.isSuperSeeded(torrent)) return;
    const { extentBytes } = torrent.storage;
    const first = Math.ceil((index * extentBytes) / torrent.pieceLength);
    const end = Math.ceil(((index + 1) * extentBytes) / torrent.pieceLength);
    for (let piece = first; piece < end && piece < torrent.pieceCount; piece++)
      if (torrent.isReady(piece)) this.#suggest(torrent, piece, peers);
  }

  #suggest(torrent: Torrent, piece: number, peers: ReadonlyMap<SuggestiblePeer, Told>): void {
    const { cache } = this.#options;
    for (const [{ wire, rateBytesPerSecond }, told] of peers) {
      const few = FEW_A_SECOND + rateBytesPerSecond / torrent.pieceLength;
      if (told.inThisSecond >= Math.min(few, MAX_A_SECOND) || !mayWant(wire, piece)) continue;
      told.pieces ??= new Uint8Array(bitfieldLength(torrent.pieceCount));
      if (hasBit(told.pieces, piece)) continue;
      setBit(told.pieces, piece, true);
      told.inThisSecond++;
      wire.suggest(piece);
      cache.expect(torrent.storage, piece * torrent.pieceLength, torrent.pieceLength);
    }
  }
}

/** Whether a peer could ask for the piece now, does not have it, and has not asked for it. */
function mayWant(wire: SuggestiblePeer['wire'], piece: number): boolean {
  if (wire.isClosed || wire.amChoking || !wire.peerInterested || wire.theirPieces.has(piece)) return false;
  return !wire.requests.hasPiece(piece);
}
